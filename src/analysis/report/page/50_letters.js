"use strict";

// Which letters of a repaired form were added or changed.
const Letters = (() => {
  const { make, visible } = Dom;
  // Beyond this a table of all pairs of letters would take too long; only the ends are compared.
  const MOST_PAIRS = 10000;
  const COMBINING = /\p{M}/u;
  const ALEFS = "اأإآٱ";

  /** Letters with the signs written on them. */
  function units(text) {
    const found = [];
    for (const sign of text) {
      if (found.length && COMBINING.test(sign)) found[found.length - 1] += sign;
      else found.push(sign);
    }
    return found;
  }

  /** For each unit of the form: is it one that raw does not have at this place? */
  function added(raw, form) {
    let start = 0;
    while (start < raw.length && start < form.length && raw[start] === form[start]) start += 1;
    let end = 0;
    while (end < raw.length - start && end < form.length - start && raw.at(-1 - end) === form.at(-1 - end)) end += 1;
    const flags = new Array(form.length).fill(false);
    const innerRaw = raw.slice(start, raw.length - end);
    const innerForm = form.slice(start, form.length - end);
    const kept = innerRaw.length * innerForm.length > MOST_PAIRS ? new Set() : common(innerRaw, innerForm);
    innerForm.forEach((_, i) => (flags[start + i] = !kept.has(i)));
    return flags;
  }

  /** Indices in `form` of a longest common subsequence. */
  function common(raw, form) {
    const length = Array.from({ length: raw.length + 1 }, () => new Uint16Array(form.length + 1));
    for (let i = raw.length - 1; i >= 0; i -= 1) {
      for (let j = form.length - 1; j >= 0; j -= 1) {
        length[i][j] = raw[i] === form[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
      }
    }
    const kept = new Set();
    for (let i = 0, j = 0; i < raw.length && j < form.length;) {
      if (raw[i] === form[j]) {
        kept.add(j);
        i += 1;
        j += 1;
      } else if (length[i + 1][j] >= length[i][j + 1]) i += 1;
      else j += 1;
    }
    return kept;
  }

  /** Stretches [text, isAdded] of the form. Lam and alef are one shape: the mark may not part them. */
  function stretches(raw, form) {
    const letters = units(form);
    const flags = added(units(raw), letters);
    if (raw !== form && !flags.includes(true)) flags.fill(true);
    letters.forEach((letter, i) => {
      if (letter.startsWith("ل") && flags[i + 1] && ALEFS.includes(letters[i + 1][0])) flags[i] = true;
    });
    const found = [];
    letters.forEach((letter, i) => {
      if (found.length && found.at(-1)[1] === flags[i]) found.at(-1)[0] += letter;
      else found.push([letter, flags[i]]);
    });
    return found;
  }

  /** Nodes of a form, what was restored in <ins>. */
  function marked(raw, form) {
    if (raw === form) return [visible(form)];
    return stretches(raw, form).map(([text, isAdded]) => (isAdded ? make("ins", {}, visible(text)) : visible(text)));
  }

  return { stretches, marked };
})();
