"use strict";

// Places in the text, named by the words around them: a correction must find its place in the next build as well.
const Places = (() => {
  const { report, rawOf, formOf, neighbour } = Data;
  const CONTEXT = 5;

  /** Up to five raw tokens before a token, from earlier sentences of the article too, as long as none is missing. */
  function before(index, token) {
    let words = report.sentences[index].t.slice(0, token).map(rawOf);
    let at = neighbour(index, -1);
    while (words.length < CONTEXT && at !== undefined) {
      words = [...report.sentences[at].t.map(rawOf), ...words];
      at = neighbour(at, -1);
    }
    return words.slice(-CONTEXT);
  }

  /** Up to five raw tokens from `end` on. */
  function after(index, end) {
    let words = report.sentences[index].t.slice(end).map(rawOf);
    let at = neighbour(index, 1);
    while (words.length < CONTEXT && at !== undefined) {
      words = [...words, ...report.sentences[at].t.map(rawOf)];
      at = neighbour(at, 1);
    }
    return words.slice(0, CONTEXT);
  }

  const rawBetween = (index, start, end) => report.sentences[index].t.slice(start, end).map(rawOf).join(" ");

  /** The repaired sentence with ⟪the place⟫ marked. */
  function marked(index, start, end) {
    const forms = report.sentences[index].t.map(formOf);
    const parts = [...forms.slice(0, start), `⟪${forms.slice(start, end).join(" ")}⟫`, ...forms.slice(end)];
    return parts.join(" ");
  }

  /** The place [sentence, start, end] of a correction of scope `here`, or null if the report does not have it. */
  function find({ article, before: wordsBefore, raw, after: wordsAfter }) {
    const articleNumber = Data.articleIndex.get(article);
    if (articleNumber === undefined) return null;
    for (const [index, sentence] of report.sentences.entries()) {
      if (sentence.a !== articleNumber) continue;
      for (let start = 0; start < sentence.t.length; start += 1) {
        const end = endOf(index, start, raw);
        if (end === null) continue;
        // Fewer words than asked for may stand in the report (a sample), or in the file (its beginning).
        if (
          agree(before(index, start).toReversed(), words(wordsBefore).toReversed()) &&
          agree(after(index, end), words(wordsAfter))
        ) {
          return [index, start, end];
        }
      }
    }
    return null;
  }

  const words = (text) => (text === "" ? [] : text.split(" "));
  const agree = (here, given) => given.every((word, i) => i >= here.length || word === here[i]);

  function endOf(index, start, raw) {
    const { length } = report.sentences[index].t;
    for (let end = start + 1; end <= length; end += 1) {
      const text = rawBetween(index, start, end);
      if (text === raw) return end;
      if (!raw.startsWith(`${text} `)) return null;
    }
    return null;
  }

  return { before, after, rawBetween, marked, find };
})();
