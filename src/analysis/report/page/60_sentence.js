"use strict";

// One sentence as people read it: raw beside repaired, with everything that was restored marked.
const Sentence = (() => {
  const { make, visible, foreign, isolated } = Dom;
  const { confidence, tokenConfidence, percent, plural } = Numbers;
  const { report, rawOf, confidenceOf, alternativesOf, isChanged, isByHand, articleOf, kindOf } = Data;

  const link = (index) => {
    const sentence = report.sentences[index];
    return Address.link("text", { article: articleOf(sentence).id, at: sentence.n });
  };

  /** How high the shade stands behind a word: in steps, so that they can be told apart. */
  function doubtLevel(value) {
    if (value === null || value >= 0.99) return 0;
    if (value >= 0.9) return 1;
    if (value >= 0.7) return 2;
    if (value >= 0.5) return 3;
    return 4;
  }

  function description(token, isCorrected) {
    const parts = [
      isCorrected || isByHand(token) ? "corrected by hand" : isChanged(token) ? "restored" : "left as found",
      `confidence ${tokenConfidence(confidenceOf(token))}`,
    ];
    const others = alternativesOf(token).length;
    if (others) parts.push(plural(others, "alternative"));
    return parts.join(", ");
  }

  function tokenNode(index, position, isFound) {
    const token = report.sentences[index].t[position];
    const form = Corrections.formAt(index, position);
    const isCorrected = Boolean(Corrections.ofToken(index, position));
    const classes = ["token", `doubt-${doubtLevel(isCorrected ? null : confidenceOf(token))}`];
    if (isCorrected || isByHand(token)) classes.push("by-hand");
    if (isFound) classes.push("found");
    return make(
      "span",
      {
        class: classes.join(" "),
        role: "button",
        tabindex: "-1",
        "data-token": position,
        "aria-haspopup": "dialog",
        "aria-description": description(token, isCorrected),
      },
      form === "" ? "∅" : Letters.marked(rawOf(token), form),
    );
  }

  function sign(kind, text, name, value) {
    return make(
      "span",
      { class: kind, role: "img", "aria-label": `${name}, confidence ${confidence(value)}`, title: name },
      text,
    );
  }

  const gapNode = (value) => sign("gap", "#", "a number is missing here", value);
  const markNode = (mark, value) => sign("mark", visible(mark), `restored punctuation ${mark}`, value);

  function boundaryNode(index, position) {
    const { b, t } = report.sentences[index];
    const correction = Corrections.ofEnd(index, position);
    const isLast = position === t.length - 1;
    if (!isLast && !correction) return null;
    const state = !correction ? "" : correction.correction === "no" ? "removed" : "added";
    const text = state || percent(Math.round(100 * b));
    return make(
      "span",
      {
        class: `boundary ${state}`,
        role: "button",
        tabindex: "-1",
        "data-boundary": position,
        "aria-haspopup": "dialog",
        "aria-label": `Sentence end, ${text}`,
      },
      make("span", { "aria-hidden": "true" }, "‖ "),
      make("bdi", { dir: "ltr", lang: "en" }, text),
    );
  }

  function repairedNode(index, isFound) {
    const sentence = report.sentences[index];
    const after = (entries, position) => Data.list(entries).filter(([token]) => token === position);
    const gapsAt = (position) => after(sentence.g, position).map(([, value]) => gapNode(value));
    const marksAt = (position) => after(sentence.m, position).map(([, mark, value]) => markNode(mark, value));
    const nodes = gapsAt(-1).flatMap((gap) => [gap, " "]);
    sentence.t.forEach((_, position) => {
      nodes.push(tokenNode(index, position, isFound(sentence.t[position])), ...marksAt(position));
      for (const node of [...gapsAt(position), boundaryNode(index, position)]) if (node) nodes.push(" ", node);
      nodes.push(" ");
    });
    const group = make(
      "div",
      { class: "repaired", role: "group", "aria-label": "Repaired; arrow keys move from word to word" },
      nodes,
    );
    group.querySelector("[role=button]")?.setAttribute("tabindex", "0");
    return group;
  }

  function rawNode(index) {
    const words = report.sentences[index].t.flatMap((token, position) => [
      make("span", { "data-raw": position }, visible(rawOf(token))),
      " ",
    ]);
    return make("p", { class: "raw" }, make("span", { class: "visually-hidden", lang: "en" }, "As found: "), words);
  }

  function head(index, level) {
    const sentence = report.sentences[index];
    const article = articleOf(sentence);
    const title = article.title || article.source || "article";
    const facts = [
      article.section && foreign(article.section),
      article.date && isolated(article.date),
      article.byline && foreign(article.byline),
      `sentence ${sentence.n + 1}`,
      sentence.k ? kindOf(sentence) : null,
      make("span", {}, "confidence ", make("strong", {}, confidence(sentence.c))),
    ].filter(Boolean);
    return make(
      "div",
      { class: "sentence-head" },
      make(level, {}, make("a", { href: link(index) }, foreign(title))),
      make(
        "p",
        { class: "quiet facts-line" },
        facts.flatMap((fact, i) => (i ? [" · ", fact] : [fact])),
      ),
    );
  }

  /** Hits of the build and keywords added by hand, each with what became of it. */
  function keywordEntries(index) {
    const corrections = Corrections.keywordsOf(index);
    const hits = Data.hitsOf(report.sentences[index]).map((hit) => {
      const id = report.concepts[hit[0]].id;
      const dropped = corrections.find(({ now, place }) => now === id && place[1] === hit[1] && place[2] === hit[2]);
      return {
        hit,
        label: report.concepts[hit[0]].label,
        start: hit[1],
        end: hit[2],
        correction: dropped,
        state: dropped && "dropped",
      };
    });
    const added = corrections
      .filter(({ now }) => now === "")
      .map((correction) => {
        const [, start, end] = correction.place;
        return { hit: null, label: Concepts.labelOf(correction.correction), start, end, correction, state: "added" };
      });
    return [...hits, ...added];
  }

  function keywordNode(entry, number) {
    return make(
      "li",
      {},
      make(
        "button",
        {
          type: "button",
          class: `keyword ${entry.state ?? ""}`,
          "data-keyword": number,
          "data-start": entry.start,
          "data-end": entry.end,
          "aria-haspopup": "dialog",
        },
        foreign(entry.label),
        entry.state && make("span", { class: "quiet" }, ` ${entry.state}`),
      ),
    );
  }

  function keywords(index) {
    const entries = keywordEntries(index);
    if (!entries.length) return null;
    return make("ul", { class: "keywords", "aria-label": "Keywords" }, entries.map(keywordNode));
  }

  /** `isFound(token)`: whether the search found this word. */
  function node(index, isFound = () => false) {
    return make(
      "li",
      { class: "sentence", "data-sentence": index },
      head(index, "h3"),
      make("div", { class: "pair", lang: "ar", dir: "rtl" }, rawNode(index), repairedNode(index, isFound)),
      keywords(index),
    );
  }

  return { node, link, doubtLevel, keywordEntries };
})();
