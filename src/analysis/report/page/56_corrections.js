"use strict";

// The corrections a person made, and what they change in the text. Each is a row of corrections.csv, with the place
// [sentence, start, end] in this report if it has one.
const Corrections = (() => {
  const { report, rawOf, formOf, confidenceOf, alternativesOf, articleOf } = Data;
  const { bare } = Folding;
  const STORE = `tarmim corrections ${report.build.id}`;

  let made = [];
  let isSaved = true;
  const listeners = [];
  const places = new Map();
  const rules = new Map();

  const probability = (value) => (Numbers.isNumber(value) ? value.toFixed(4).replace(/^0/, "") : "");

  function restore() {
    try {
      const stored = JSON.parse(localStorage.getItem(STORE) ?? "null");
      if (!stored) return;
      made = stored.made;
      isSaved = stored.isSaved;
    } catch {
      // A file may have no storage; the corrections then last as long as the page.
    }
    reindex();
  }

  function store() {
    try {
      localStorage.setItem(STORE, JSON.stringify({ made, isSaved }));
    } catch {
      // As above; the warning before leaving does not depend on it.
    }
  }

  function reindex() {
    places.clear();
    rules.clear();
    for (const correction of made) {
      if (correction.scope !== "here") rules.set(ruleKey(correction.article, correction.raw), correction);
      else if (correction.place) {
        const key = correction.place[0];
        places.set(key, [...(places.get(key) ?? []), correction]);
      }
    }
  }

  const ruleKey = (article, raw) => `${article}\n${bare(raw)}`;

  /** Two corrections of the same thing: the later one holds. */
  function identity({ kind, scope, article, before, raw, after, now, correction }) {
    const concept = kind === "keyword" ? now || correction : "";
    return JSON.stringify([kind, scope, article, before, raw, after, concept]);
  }

  function changed() {
    reindex();
    store();
    for (const listener of listeners) listener();
  }

  function add(...corrections) {
    const fresh = new Set(corrections.map(identity));
    made = [...made.filter((correction) => !fresh.has(identity(correction))), ...corrections];
    isSaved = false;
    changed();
  }

  function remove(correction) {
    made = made.filter((other) => other !== correction);
    isSaved = made.length === 0;
    changed();
  }

  function clear() {
    made = [];
    isSaved = true;
    changed();
  }

  function markSaved() {
    isSaved = true;
    store();
  }

  /** What every correction says of its place. */
  function row(kind, scope, [index, start, end]) {
    const sentence = report.sentences[index];
    const article = articleOf(sentence);
    const isHere = scope === "here";
    return {
      kind,
      scope,
      article: scope === "corpus" ? "" : article.id,
      before: isHere ? Places.before(index, start).join(" ") : "",
      raw: Places.rawBetween(index, start, end),
      after: isHere ? Places.after(index, end).join(" ") : "",
      confidence: "",
      alternatives: "",
      sentence: Places.marked(index, start, end),
      source: article.source ?? "",
      title: article.title ?? "",
      place: [index, start, end],
    };
  }

  function form(index, tokenIndex, scope, correction) {
    const token = report.sentences[index].t[tokenIndex];
    const asRule = (text) => (scope === "here" ? text : bare(text));
    const base = row("form", scope, [index, tokenIndex, tokenIndex + 1]);
    add({
      ...base,
      raw: asRule(base.raw),
      now: formOf(token),
      correction: asRule(correction),
      confidence: probability(confidenceOf(token)),
      alternatives: alternativesOf(token)
        .map(([other, value]) => `${other} ${probability(value)}`.trim())
        .join(" | "),
    });
  }

  /** `isEnd`: whether a sentence is to end after the token. */
  function sentenceEnd(index, tokenIndex, isEnd) {
    const { t, b } = report.sentences[index];
    const isLast = tokenIndex === t.length - 1;
    add({
      ...row("sentence_end", "here", [index, tokenIndex, tokenIndex + 1]),
      now: isLast ? "yes" : "no",
      correction: isEnd ? "yes" : "no",
      confidence: isLast ? probability(b) : "",
    });
  }

  function dropKeyword(index, [concept, start, end, , confidence]) {
    add({
      ...row("keyword", "here", [index, start, end]),
      now: report.concepts[concept].id,
      correction: "none",
      confidence: probability(confidence),
    });
  }

  function addKeyword(index, start, end, conceptId) {
    add({ ...row("keyword", "here", [index, start, end]), now: "", correction: conceptId });
  }

  /** Takes the rows of a file in; says how many have no place in this report. */
  function load(rows) {
    const located = rows.map((given) => ({ ...given, place: given.scope === "here" ? Places.find(given) : null }));
    add(...located);
    return located.filter(({ scope, place }) => scope === "here" && !place).length;
  }

  const at = (index, kind) => (places.get(index) ?? []).filter((correction) => correction.kind === kind);
  const startsAt = (token) => (correction) => correction.place[1] === token;

  /** The correction that decides the form of a token: the narrowest. */
  function ofToken(index, tokenIndex) {
    if (!made.length) return undefined;
    const sentence = report.sentences[index];
    const raw = rawOf(sentence.t[tokenIndex]);
    return (
      at(index, "form").find(startsAt(tokenIndex)) ??
      rules.get(ruleKey(articleOf(sentence).id, raw)) ??
      rules.get(ruleKey("", raw))
    );
  }

  /** The form a token is to have; a rule leaves the punctuation glued to the word where it is. */
  function formAt(index, tokenIndex) {
    const token = report.sentences[index].t[tokenIndex];
    const correction = ofToken(index, tokenIndex);
    if (!correction) return formOf(token);
    if (correction.scope === "here") return correction.correction;
    return rawOf(token).replace(bare(rawOf(token)), () => correction.correction);
  }

  const ofEnd = (index, tokenIndex) => at(index, "sentence_end").find(startsAt(tokenIndex));
  const keywordsOf = (index) => at(index, "keyword");

  function touches(index) {
    if (places.has(index)) return true;
    return rules.size > 0 && report.sentences[index].t.some((_, token) => ofToken(index, token));
  }

  return {
    restore,
    form,
    sentenceEnd,
    dropKeyword,
    addKeyword,
    remove,
    clear,
    load,
    markSaved,
    ofToken,
    formAt,
    ofEnd,
    keywordsOf,
    touches,
    all: () => made,
    needSaving: () => made.length > 0 && !isSaved,
    onChange: (listener) => listeners.push(listener),
  };
})();
