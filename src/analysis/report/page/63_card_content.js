"use strict";

// What the card says of a word, a sentence end or a keyword and, when it is pinned, how to correct it.
const CardContent = (() => {
  const { make, visible, arabic, foreign, isolated } = Dom;
  const { confidence, tokenConfidence } = Numbers;
  const { report, rawOf, formOf, confidenceOf, alternativesOf, isChanged, isByHand } = Data;

  const sentenceOf = (node) => Number(node.closest("[data-sentence]").dataset.sentence);
  const button = (text, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, text);

  /** Runs a correction and closes the card. */
  const doing = (correct) => () => {
    Card.close();
    correct();
  };

  const undo = (correction) =>
    button(
      "Undo the correction",
      doing(() => Corrections.remove(correction)),
    );

  function factsOfToken(index, position) {
    const sentence = report.sentences[index];
    const token = sentence.t[position];
    const raw = rawOf(token);
    const form = Corrections.formAt(index, position);
    const at = (entries) => Data.list(entries).filter(([after]) => after === position);
    const correction = Corrections.ofToken(index, position);
    return [
      make(
        "p",
        { class: "card-word" },
        arabic(raw),
        isChanged(token) || correction ? [" → ", make("strong", {}, arabic(form))] : null,
      ),
      make("p", {}, status(token, correction), make("strong", {}, tokenConfidence(confidenceOf(token)))),
      correction && make("p", { class: "quiet" }, "The build says ", arabic(formOf(token)), "."),
      at(sentence.m).map(([, mark, value]) =>
        make("p", {}, "Restored punctuation after it: ", arabic(mark), ` ${confidence(value)}`),
      ),
      at(sentence.g).map(([, value]) =>
        make("p", {}, `A number is missing after it: ${confidence(value)}. It cannot be restored.`),
      ),
    ];
  }

  function status(token, correction) {
    if (correction) return "Corrected here. Confidence of the build: ";
    if (isByHand(token)) return "Corrected by hand before this build. Confidence: ";
    return isChanged(token) ? "Restored. Confidence: " : "Left as found. Confidence: ";
  }

  function alternatives(token) {
    const others = alternativesOf(token);
    if (!others.length) return make("p", { class: "quiet" }, "No other form is likely.");
    const entry = ([form, value]) =>
      make("li", {}, arabic(form), " ", make("span", { class: "quiet" }, confidence(value)));
    return [make("p", { class: "quiet" }, "Or:"), make("ul", { class: "alternatives" }, others.map(entry))];
  }

  /** Forms to choose from: other likely ones, and the word as found. */
  function choices(index, position) {
    const token = report.sentences[index].t[position];
    const known = alternativesOf(token).map(([form, value]) => [form, confidence(value)]);
    if (isChanged(token) && !known.some(([form]) => form === rawOf(token))) known.push([rawOf(token), "as found"]);
    return known;
  }

  function formChoice(index, position) {
    const choice = ([form, note]) =>
      make(
        "label",
        { class: "choice" },
        make("input", { type: "radio", name: "form", value: form }),
        arabic(form),
        " ",
        make("span", { class: "quiet" }, note),
      );
    const other = make("input", {
      type: "text",
      name: "other",
      lang: "ar",
      dir: "rtl",
      maxlength: 200,
      class: "arabic",
    });
    return [choices(index, position).map(choice), make("label", { class: "field" }, "Another form", other)];
  }

  function scopeChoice() {
    const option = (value, text) => make("option", { value }, text);
    return make(
      "label",
      { class: "field" },
      "Where",
      make(
        "select",
        { name: "scope" },
        option("here", "only here"),
        option("article", "everywhere in this article"),
        option("corpus", "everywhere"),
      ),
    );
  }

  /** What is wrong with a form that a person gave, or null. */
  function objection(text, index, position) {
    if (!text) return "Choose a form or type one.";
    if (text.split(" ").length > 2) return "A form may hold one space at most.";
    if (text === formOf(report.sentences[index].t[position])) return "The build already says so.";
    return null;
  }

  function correctionForm(index, position) {
    const error = make("p", { class: "error", role: "alert" });
    const submit = (event) => {
      event.preventDefault();
      const values = new FormData(event.target);
      const text = (values.get("other").trim() || values.get("form") || "").replace(/\s+/g, " ");
      const wrong = objection(text, index, position);
      error.textContent = wrong ?? "";
      if (!wrong) doing(() => Corrections.form(index, position, values.get("scope"), text))();
    };
    return make(
      "form",
      { class: "card-form", onsubmit: submit, autocomplete: "off" },
      make("fieldset", {}, make("legend", {}, "Another form for this word"), formChoice(index, position)),
      scopeChoice(),
      error,
      make("button", { class: "primary" }, "Correct"),
    );
  }

  function ofToken(index, position, isPinned) {
    const token = report.sentences[index].t[position];
    const facts = factsOfToken(index, position);
    if (!isPinned)
      return [facts, alternatives(token), make("p", { class: "quiet" }, "Click or press Enter to correct.")];
    const correction = Corrections.ofToken(index, position);
    const isLast = position === report.sentences[index].t.length - 1;
    const mayEnd = !isLast && !Corrections.ofEnd(index, position);
    return [
      facts,
      correction && undo(correction),
      correctionForm(index, position),
      make(
        "div",
        { class: "card-actions" },
        mayEnd &&
          button(
            "End a sentence after it",
            doing(() => Corrections.sentenceEnd(index, position, true)),
          ),
        button(
          "Mark a keyword from here",
          doing(() => Tokens.startMarking(index, position)),
        ),
      ),
    ];
  }

  function ofBoundary(index, position, isPinned) {
    const { b, t } = report.sentences[index];
    const correction = Corrections.ofEnd(index, position);
    const isLast = position === t.length - 1;
    const text = isLast ? `A sentence ends here. Confidence: ${confidence(b)}` : "You ended a sentence here.";
    if (!isPinned) return [make("p", {}, text), make("p", { class: "quiet" }, "Click or press Enter to correct.")];
    const remove = button(
      "The sentence goes on: remove this end",
      doing(() => Corrections.sentenceEnd(index, position, false)),
      { class: "primary" },
    );
    return [make("p", {}, text), correction ? undo(correction) : remove];
  }

  const LAYERS = {
    exact: "as the vocabulary writes it",
    inflected: "in an inflected form",
    skeleton: "in another form of a word that repair was unsure of",
    broader: "by a narrower concept",
  };

  function ofKeyword(index, number, isPinned) {
    const entry = Sentence.keywordEntries(index)[number];
    if (!entry) return [];
    const words = report.sentences[index].t.slice(entry.start, entry.end).map(formOf).join(" ");
    const known = entry.hit && report.concepts[entry.hit[0]];
    const found =
      known &&
      make(
        "p",
        {},
        `Found ${LAYERS[entry.hit[3]] ?? visible(entry.hit[3])}, confidence `,
        make("strong", {}, confidence(entry.hit[4])),
      );
    const facts = [
      make("p", { class: "card-word" }, foreign(entry.label)),
      make("p", {}, "In the text: ", arabic(words)),
      found,
      known && make("p", { class: "quiet" }, isolated(known.category ? `${known.id}, ${known.category}` : known.id)),
    ];
    if (!isPinned) return facts;
    const drop =
      known &&
      !entry.correction &&
      button(
        "Drop it here",
        doing(() => Corrections.dropKeyword(index, entry.hit)),
        { class: "primary" },
      );
    return [
      facts,
      make("div", { class: "card-actions" }, drop, entry.correction && undo(entry.correction)),
      known &&
        make(
          "p",
          {},
          make("a", { href: Address.link("concordance", { kwic: known.id }), onclick: Card.close }, "Concordance"),
          ", ",
          make("a", { href: Address.link("text", { concept: known.id }), onclick: Card.close }, "sentences with it"),
        ),
    ];
  }

  function ofNewKeyword(index, start, end) {
    const submit = (event) => {
      event.preventDefault();
      const id = Concepts.idOf(new FormData(event.target).get("concept"));
      if (id) doing(() => Corrections.addKeyword(index, start, end, id))();
    };
    const options = Concepts.options().map(([value, text]) => make("option", { value }, visible(text)));
    return make(
      "form",
      { class: "card-form", onsubmit: submit, autocomplete: "off" },
      make("p", { class: "card-word" }, arabic(report.sentences[index].t.slice(start, end).map(formOf).join(" "))),
      make(
        "label",
        { class: "field" },
        "Concept",
        make("input", { name: "concept", list: "concept-names", required: true, dir: "auto" }),
      ),
      make("datalist", { id: "concept-names" }, options),
      make("button", { class: "primary" }, "Add the keyword"),
    );
  }

  function of(node, isPinned) {
    const index = sentenceOf(node);
    const { token, boundary, keyword } = node.dataset;
    if (token !== undefined) return ofToken(index, Number(token), isPinned);
    if (boundary !== undefined) return ofBoundary(index, Number(boundary), isPinned);
    return ofKeyword(index, Number(keyword), isPinned);
  }

  return { of, ofNewKeyword };
})();
