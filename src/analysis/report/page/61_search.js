"use strict";

// Which sentences pass the filters and have the words that are searched for.
const Search = (() => {
  const { fold, foldHamza, terms } = Folding;
  const { report, rawOf, formOf, isChanged, isDoubtful, KINDS } = Data;

  // The name of the sections of articles that have none.
  const NONE = "(none)";
  const folded = [];

  /** Raw and repaired text of a sentence, folded. Two lines, so that no phrase is found across them. */
  function foldedAt(index) {
    const { t } = report.sentences[index];
    folded[index] ??= fold(`${t.map(rawOf).join(" ")}\n${t.map(formOf).join(" ")}`);
    return folded[index];
  }

  /** Folds all sentences while nothing else happens, so that the first search is fast. */
  function foldAhead() {
    let next = 0;
    const work = (deadline) => {
      while (next < report.sentences.length && deadline.timeRemaining() > 2) foldedAt(next++);
      if (next < report.sentences.length) requestIdleCallback(work);
    };
    globalThis.requestIdleCallback?.(work);
  }

  /** Which articles pass, by index: most filters concern the article. */
  function articlesPassing({ section, damage, article, since, until }) {
    const wanted = fold(article);
    const isId = Data.articleIndex.has(article);
    return report.articles.map((a) => {
      if (section && (a.section || NONE) !== section) return false;
      if (damage && a.damage !== damage) return false;
      if (since && !(a.date >= since)) return false;
      if (until && !(a.date && a.date <= until)) return false;
      if (isId) return a.id === article;
      return !wanted || fold(`${a.title ?? ""}\n${a.source}\n${a.id}`).includes(wanted);
    });
  }

  const termsOf = ({ q, loose }) => terms(q).map((term) => (loose ? foldHamza(term) : term));

  function tests(filters) {
    const all = [];
    const articles = articlesPassing(filters);
    if (articles.includes(false)) all.push((s) => articles[s.a]);
    if (filters.kind) all.push((s) => s.k === KINDS.indexOf(filters.kind));
    if (filters.min !== "") all.push((s) => s.c >= Number(filters.min));
    if (filters.max !== "") all.push((s) => s.c <= Number(filters.max));
    if (filters.concept) {
      const concept = report.concepts.findIndex(({ id }) => id === filters.concept);
      all.push((s) => Data.list(s.w).some((hit) => hit[0] === concept));
    }
    if (filters.changed) all.push((s) => s.t.some(isChanged));
    if (filters.doubtful) all.push((s) => s.t.some(isDoubtful));
    if (filters.corrected) all.push((_, index) => Corrections.touches(index));
    all.push(...termsOf(filters).map((term) => (_, index) => searchable(index, filters.loose).includes(term)));
    return all;
  }

  const searchable = (index, loose) => (loose ? foldHamza(foldedAt(index)) : foldedAt(index));

  /** Indices of the sentences that pass, in the order asked for. */
  function select(filters) {
    const all = tests(filters);
    const found = [];
    report.sentences.forEach((sentence, index) => {
      if (all.every((test) => test(sentence, index))) found.push(index);
    });
    const sign = { doubt: 1, sure: -1 }[filters.sort];
    if (sign) found.sort((one, other) => sign * (report.sentences[one].c - report.sentences[other].c) || one - other);
    return found;
  }

  /** Tells of a token whether it has one of the words searched for. */
  function finder(filters) {
    const words = termsOf(filters).flatMap((term) => term.split(" "));
    if (!words.length) return () => false;
    return (token) => {
      const text = fold(`${rawOf(token)}\n${formOf(token)}`);
      return words.some((word) => (filters.loose ? foldHamza(text) : text).includes(word));
    };
  }

  return { NONE, foldedAt, foldAhead, select, finder };
})();
