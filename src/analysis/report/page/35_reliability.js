"use strict";

// What the confidences have meant where the truth was known, in words.
const Reliability = (() => {
  const { make, replace, byId } = Dom;
  const { percent, threshold, isNumber } = Numbers;

  const bands = () => Data.list(Data.report.charts.reliability);

  /** "9 in ten"; the surest and the least sure in hundredths, where tenths would say too little. */
  function inWords(percentage) {
    if (percentage < 0.5) return "hardly any";
    if (percentage >= 99.5) return "nearly all";
    if (percentage >= 95 || percentage < 5) return `about ${Math.round(percentage)} in a hundred`;
    return `about ${Math.round(percentage / 10)} in ten`;
  }

  /** "between .95 and .98": a band ends where the surer one before it begins. */
  function range(index) {
    const { from } = bands()[index];
    if (index === 0) return `of ${threshold(from)} or more`;
    const to = threshold(bands()[index - 1].from);
    return from > 0 ? `between ${threshold(from)} and ${to}` : `below ${to}`;
  }

  function sentence(band, index) {
    const printed = isNumber(band.printable);
    const share = printed ? band.printable : band.without_error;
    const what = printed ? "can be printed as they stand" : "are without a wrong word";
    return make(
      "li",
      {},
      `Of sentences with a repair confidence ${range(index)}, `,
      make("strong", {}, inWords(share)),
      ` ${what}. `,
      make(
        "span",
        { class: "quiet" },
        `${percent(band.sentences)} of all sentences; ${percent(band.tokens_right)} of their words are right.`,
      ),
    );
  }

  function notMeasured() {
    return make(
      "p",
      {},
      make("strong", {}, "Not measured for this model."),
      " tarmim states a confidence for every word, but those of this model have not been compared with texts ",
      "whose right form is known. Take them as an order (what to check first), not as a rate of errors.",
    );
  }

  function explanation() {
    return make(
      "p",
      {},
      "Measured on texts whose right form is known. The repair confidence of a sentence is the mean of its words; ",
      "one wrong word spoils a sentence, so long sentences are spoilt more often.",
    );
  }

  function show() {
    const measured = [explanation(), make("ol", { class: "bands" }, bands().map(sentence))];
    replace(byId("reliability-body"), bands().length ? measured : notMeasured());
  }

  return { show, bands };
})();
