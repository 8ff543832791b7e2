"use strict";

// Every occurrence of a word or concept in its context, aligned at the occurrence. Arabic runs from right to left, so
// what comes before stands on the right.
const Concordance = (() => {
  const { make, replace, byId, fillSelect, foreign } = Dom;
  const { plural, count } = Numbers;
  const { fold, bare } = Folding;
  const { report, rawOf, formOf, articleOf } = Data;

  const PAGE = 40;
  const CONTEXT = 12;
  let lines = [];
  let page = 0;

  const readForm = () => Object.fromEntries(new FormData(byId("concordance-form")));

  /** How a word of the text must look for a word of the query. */
  const MATCHES = {
    "": (word, wanted) => word === wanted,
    start: (word, wanted) => word.startsWith(wanted),
    part: (word, wanted) => word.includes(wanted),
  };

  const foldedWords = (token) => [fold(bare(rawOf(token))), fold(bare(formOf(token)))];

  function linesOfWords(query, match) {
    const wanted = query
      .trim()
      .split(/\s+/)
      .map((word) => fold(word))
      .filter(Boolean);
    if (!wanted.length) return [];
    const matches = MATCHES[match] ?? MATCHES[""];
    const found = [];
    report.sentences.forEach(({ t }, index) => {
      const text = Search.foldedAt(index);
      if (!wanted.every((word) => text.includes(word))) return;
      const words = t.map(foldedWords);
      for (let start = 0; start + wanted.length <= words.length; start += 1) {
        const isMatch = wanted.every((word, i) => words[start + i].some((form) => matches(form, word)));
        if (isMatch) found.push({ index, start, end: start + wanted.length });
      }
    });
    return found;
  }

  function linesOfConcept(id) {
    const concept = report.concepts.findIndex((known) => known.id === id);
    return report.sentences.flatMap((sentence, index) =>
      Data.list(sentence.w).length === 0
        ? []
        : Data.hitsOf(sentence)
            .filter((hit) => hit[0] === concept)
            .map(([, start, end]) => ({ index, start, end })),
    );
  }

  const forms = (index, start, end) => report.sentences[index].t.slice(Math.max(0, start), end).map(formOf);

  /** What lines are compared by; the words before from the nearest on. */
  const KEYS = {
    before: ({ index, start }) =>
      fold(
        forms(index, start - 4, start)
          .reverse()
          .join(" "),
      ),
    after: ({ index, end }) => fold(forms(index, end, end + 4).join(" ")),
    match: ({ index, start, end }) => fold(forms(index, start, end).join(" ")),
    doubt: ({ index, start, end }) =>
      Math.min(...report.sentences[index].t.slice(start, end).map((token) => Data.confidenceOf(token) ?? 1)).toFixed(4),
  };

  function sorted(unsorted, by) {
    const key = KEYS[by];
    if (!key) return unsorted;
    const compare = (one, other) => (one.key < other.key ? -1 : Number(one.key > other.key));
    return unsorted.map((line) => ({ ...line, key: key(line) })).sort(compare);
  }

  function lineNode({ index, start, end }) {
    const text = (from, to) => Dom.visible(forms(index, from, to).join(" "));
    const article = articleOf(report.sentences[index]);
    const clip = (content) => make("div", { class: "clip" }, make("span", {}, content));
    return make(
      "tr",
      {},
      make("td", { class: "before" }, clip(text(start - CONTEXT, start))),
      make("td", { class: "match" }, make("a", { href: Sentence.link(index) }, text(start, end))),
      make("td", { class: "after" }, clip(text(end, end + CONTEXT))),
      make("td", { class: "where" }, make("div", { class: "clip-end" }, foreign(article.title || article.source))),
    );
  }

  function tableNode(shown) {
    const heads = ["Before", "Match", "After", "Article"].map((head) => make("th", { scope: "col", lang: "en" }, head));
    return make(
      "table",
      { class: "kwic", lang: "ar", dir: "rtl" },
      make(
        "caption",
        { class: "visually-hidden", lang: "en", dir: "ltr" },
        "Concordance: words before, match, words after, article",
      ),
      make("thead", {}, make("tr", {}, heads)),
      make("tbody", {}, shown.map(lineNode)),
    );
  }

  function showPage() {
    const { word, kwic } = readForm();
    const pages = Math.ceil(lines.length / PAGE);
    replace(byId("concordance-lines"), lines.length ? tableNode(lines.slice(page * PAGE, (page + 1) * PAGE)) : null);
    Pager.show(byId("concordance-pages"), { page, pages, go: goTo });
    const asked = word || kwic;
    const found = lines.length ? plural(lines.length, "line") : "Nothing found.";
    const where = pages > 1 ? `, page ${count(page + 1)} of ${count(pages)}` : "";
    byId("concordance-count").textContent = asked ? found + where : "Type a word or choose a concept.";
  }

  function goTo(number) {
    page = number;
    showPage();
    byId("concordance-count").scrollIntoView();
  }

  function run() {
    const { word, match, kwic, by } = readForm();
    lines = sorted(word.trim() ? linesOfWords(word, match) : kwic ? linesOfConcept(kwic) : [], by);
    page = 0;
    showPage();
  }

  function open(state) {
    for (const control of byId("concordance-form").elements) {
      if (control.name) control.value = state.get(control.name) ?? "";
    }
    run();
  }

  function start() {
    fillSelect(byId("k-concept"), "none", Concepts.options());
    const form = byId("concordance-form");
    let waiting = 0;
    form.addEventListener("input", ({ target }) => {
      // The one asked for last counts.
      if (target.name === "word") form.elements.kwic.value = "";
      if (target.name === "kwic") form.elements.word.value = "";
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        run();
        Address.write("concordance", readForm());
      }, 200);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    Address.onChange("concordance", open);
    showPage();
  }

  return { start };
})();
