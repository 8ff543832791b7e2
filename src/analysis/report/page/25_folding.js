"use strict";

// Arabic as people search it: spellings of one letter count as the same, diacritics and invisible signs do not count.
const Folding = (() => {
  const DROPPED = /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
  const PUNCTUATION_AROUND = /^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu;
  const WITHOUT_HAMZA = { ء: "", ؤ: "و", ئ: "ي" };

  function fold(text) {
    return text
      .replace(DROPPED, "")
      .replace(/[أإآٱ]/g, "ا")
      .replace(/ى/g, "ي")
      .replace(/ة/g, "ه")
      .toLowerCase();
  }

  /** Folds what is folded already further: without hamza. */
  const foldHamza = (folded) => folded.replace(/[ءؤئ]/g, (letter) => WITHOUT_HAMZA[letter]);

  /** The word without punctuation glued to it. */
  const bare = (word) => word.replace(PUNCTUATION_AROUND, "") || word;

  /** Words of a query; a phrase in quotation marks counts as one. */
  function terms(query) {
    const found = query.matchAll(/["“”«]([^"“”«»]+)["“”»]|(\S+)/g);
    return Array.from(found, ([, phrase, word]) => fold((phrase ?? word).replace(/\s+/g, " ").trim())).filter(Boolean);
  }

  return { fold, foldHamza, bare, terms };
})();
