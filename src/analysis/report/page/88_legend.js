"use strict";

// How to read the marks in the text.
const Legend = (() => {
  const { make, replace, byId } = Dom;

  const row = (sign, meaning) => make("div", {}, make("dt", {}, sign), make("dd", {}, meaning));
  const word = (level, ...content) =>
    make("bdi", { class: `sample doubt-${level}`, lang: "ar", dir: "rtl" }, ...content);
  const sign = (kind, text) => make("bdi", { class: `sample ${kind}`, lang: "ar", dir: "rtl" }, text);

  function show() {
    const shades = [1, 2, 3, 4].flatMap((level) => [word(level, "كلمة"), " "]);
    replace(
      byId("legend-body"),
      make(
        "dl",
        { class: "legend-list" },
        row(word(0, Letters.marked("الحكوم", "الحكومة")), "Underlined letters were added or changed."),
        row(make("span", {}, shades), "The higher the shade, the less certain: below .99, .9, .7 and .5."),
        row(sign("gap", "#"), "A number was deleted here. It cannot be restored."),
        row(sign("mark", "،"), "Punctuation that was put back."),
        row(
          sign("boundary", ["‖ ", make("bdi", { lang: "en", dir: "ltr" }, "49\u00a0%")]),
          "A sentence ends here, with this confidence.",
        ),
        row(make("bdi", { class: "sample by-hand", lang: "ar", dir: "rtl" }, "كلمة"), "Corrected by hand."),
      ),
      make(
        "p",
        {},
        "Point at a word to see its confidence and what else it may be; click it, or press Enter, to correct it. ",
        "With the keyboard, Tab leads to a sentence, the arrow keys from word to word and to the next sentence, ",
        "Home and End to its ends. Escape closes the card.",
      ),
    );
  }

  return { show };
})();
