"use strict";

// Where to look first: what tarmim itself finds doubtful or odd.
const Worst = (() => {
  const { make, arabic, foreign, isolated, replace, byId, visible } = Dom;
  const { count, confidence } = Numbers;
  const { report } = Data;

  const has = (index) => Boolean(report.sentences[index]);

  function excerpt(index) {
    const text = report.sentences[index].t.map(Data.formOf).join(" ") || "…";
    return text.length > 160 ? `${text.slice(0, 160)}…` : text;
  }

  const toSentence = (index, content) => (has(index) ? make("a", { href: Sentence.link(index) }, content) : content);

  function toArticle(index, source) {
    const article = report.articles[index];
    if (!article) return isolated(source);
    return make("a", { href: Address.link("text", { article: article.id }) }, foreign(article.title || article.source));
  }

  function part(title, lead, empty, entries, build) {
    return make(
      "div",
      { class: "block" },
      make("h3", {}, title),
      make("p", {}, entries.length ? lead : empty),
      entries.length > 0 && build(),
    );
  }

  function sentences() {
    const entries = report.worst.sentences.filter(has);
    return part("Least certain sentences", "By the mean confidence of their words.", "There are none.", entries, () =>
      LongTable.build("Least certain sentences", ["Sentence", "Confidence"], entries, (index) => [
        make("div", { lang: "ar", dir: "rtl" }, toSentence(index, visible(excerpt(index)))),
        confidence(report.sentences[index].c),
      ]),
    );
  }

  function unexplained() {
    const entries = report.worst.unexplained;
    return part(
      "Unexplained words",
      "No word of the lexicon explains them, even damaged. Many are names; some belong in a word list.",
      "There are none.",
      entries,
      () =>
        LongTable.build(
          "Unexplained words, most frequent first",
          ["Word", "Times", "In the text"],
          entries,
          ({ word, count: times, sentence }) => [
            foreign(word),
            count(times),
            make(
              "span",
              {},
              has(sentence) && [toSentence(sentence, "a sentence"), ", "],
              make("a", { href: Address.link("text", { q: `"${word}"` }) }, "all"),
            ),
          ],
        ),
    );
  }

  function speltTwoWays() {
    const entries = report.worst.spelt_two_ways;
    return part(
      "Spelt two ways",
      "One article has one damaged word in several forms. Both may be right.",
      "There are none.",
      entries,
      () =>
        LongTable.build("Words that one article spells two ways", ["Word", "Forms", "Article"], entries, (entry) => [
          toSentence(entry.sentence, arabic(entry.raw)),
          make(
            "span",
            {},
            entry.forms.flatMap(([form, times], i) => [i ? ", " : "", arabic(form), ` ${count(times)}×`]),
          ),
          toArticle(entry.article, entry.source),
        ]),
    );
  }

  function unlike() {
    const entries = report.worst.unlike;
    return part(
      "Articles unlike the rest",
      "Figures far from those of the other articles.",
      "There are none.",
      entries,
      () =>
        LongTable.build("Articles unlike the rest", ["Article", "Why", "Figure"], entries, (entry) => [
          toArticle(entry.article, entry.source),
          isolated(entry.why),
          make("span", {}, visible(entry.value)),
        ]),
    );
  }

  function show() {
    replace(byId("worst-body"), make("div", { class: "blocks" }, sentences(), unexplained(), speltTwoWays(), unlike()));
  }

  return { show };
})();
