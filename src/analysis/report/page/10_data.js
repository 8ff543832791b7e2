"use strict";

// The data of the report, with every list present, and the few questions that all parts of the page ask about it.
const Data = (() => {
  const KINDS = ["body", "headline", "byline", "dateline"];
  // Words below this are listed as doubts by default (`doubt_threshold` of tarmim).
  const DOUBTFUL = 0.9;

  const list = (value) => (Array.isArray(value) ? value : []);

  function read() {
    const given = JSON.parse(document.getElementById("data").textContent);
    const charts = given.charts ?? {};
    const overview = given.overview ?? {};
    const worst = given.worst ?? {};
    return {
      build: { id: "", name: "", version: "", model: "", ...given.build },
      overview: {
        ...overview,
        damage: list(overview.damage),
        duplicates: overview.duplicates ?? { exact: 0, near: 0 },
        rejects: list(overview.rejects),
        reject_list: list(overview.reject_list),
        gates: list(overview.gates),
        drift: overview.drift ?? null,
        corrections: overview.corrections ?? null,
        warnings: list(overview.warnings),
      },
      charts: {
        sentence_lengths: list(charts.sentence_lengths),
        confidence: list(charts.confidence),
        reliability: charts.reliability ?? null,
        letters: list(charts.letters),
        sections: charts.sections ?? { names: [], concepts: [], expected: [], tokens: [] },
        months: charts.months ?? null,
        cooccurrence: charts.cooccurrence ?? { concepts: [], pairs: [] },
      },
      concepts: list(given.concepts),
      sample: given.sample ?? { is_all: true, how: "" },
      articles: list(given.articles),
      sentences: list(given.sentences),
      worst: {
        sentences: list(worst.sentences),
        unexplained: list(worst.unexplained),
        spelt_two_ways: list(worst.spelt_two_ways),
        unlike: list(worst.unlike),
      },
    };
  }

  const report = read();
  const articleIndex = new Map(report.articles.map((article, index) => [article.id, index]));
  const placeIndex = new Map(report.sentences.map((sentence, index) => [placeKey(sentence.a, sentence.n), index]));

  function placeKey(article, n) {
    return `${article}:${n}`;
  }

  const rawOf = (token) => (typeof token === "string" ? token : String(token[0] ?? ""));
  const formOf = (token) => (typeof token === "string" ? token : String(token[1] ?? ""));
  // Null where the data say only that it is .995 or more.
  const confidenceOf = (token) => (typeof token === "string" ? null : (token[2] ?? null));
  const alternativesOf = (token) => (typeof token === "string" ? [] : list(token[3]));
  const isByHand = (token) => typeof token !== "string" && token[4] === 1;
  const isChanged = (token) => rawOf(token) !== formOf(token);
  const isDoubtful = (token) => (confidenceOf(token) ?? 1) < DOUBTFUL;

  const articleOf = (sentence) => report.articles[sentence.a] ?? { id: "", source: "", damage: "" };
  const kindOf = (sentence) => KINDS[sentence.k] ?? "body";

  /** Keyword hits that point to a known concept and to tokens of the sentence. */
  function hitsOf(sentence) {
    return list(sentence.w).filter(
      ([concept, start, end]) => report.concepts[concept] && start >= 0 && start < end && end <= sentence.t.length,
    );
  }

  /** Index of the sentence `steps` after this one in its article, or undefined if the sample lacks it. */
  function neighbour(index, steps) {
    const sentence = report.sentences[index];
    return placeIndex.get(placeKey(sentence.a, sentence.n + steps));
  }

  const sentenceAt = (articleId, n) => placeIndex.get(placeKey(articleIndex.get(articleId), n));

  return {
    KINDS,
    DOUBTFUL,
    report,
    articleIndex,
    list,
    rawOf,
    formOf,
    confidenceOf,
    alternativesOf,
    isByHand,
    isChanged,
    isDoubtful,
    articleOf,
    kindOf,
    hitsOf,
    neighbour,
    sentenceAt,
  };
})();
