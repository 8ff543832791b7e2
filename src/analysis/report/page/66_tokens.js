"use strict";

// Pointer and keyboard among the words of the sentences: one tab stop in each sentence, arrows within it.
const Tokens = (() => {
  const { make, byId, replace, arabic } = Dom;
  const SELECTOR = "[role=button], .keyword";
  const HOVER_DELAY = 120;

  let marking = null;
  let timer = 0;

  const list = () => byId("sentences");
  const stops = (group) => [...group.querySelectorAll("[role=button]")];

  /** Moves the tab stop of the sentence to this word. */
  function focus(node) {
    if (!node) return;
    const group = node.closest(".repaired");
    if (group) for (const stop of stops(group)) stop.tabIndex = stop === node ? 0 : -1;
    node.focus();
  }

  /** The text runs from right to left, so the left arrow leads on. */
  function neighbour(node, key) {
    const all = stops(node.closest(".repaired"));
    const at = all.indexOf(node);
    if (key === "ArrowLeft") return all[at + 1];
    if (key === "ArrowRight") return all[at - 1];
    if (key === "Home") return all[0];
    if (key === "End") return all.at(-1);
    const groups = [...list().querySelectorAll(".repaired")];
    const other = groups[groups.indexOf(node.closest(".repaired")) + (key === "ArrowDown" ? 1 : -1)];
    return other?.querySelector("[role=button][tabindex='0']");
  }

  function onKey(event) {
    const node = event.target.closest("[role=button]");
    if (!node) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      activate(node);
    } else if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      focus(neighbour(node, event.key));
    }
  }

  function activate(node) {
    clearTimeout(timer);
    if (marking && node.dataset.token !== undefined) endMarking(node);
    else Card.pin(node);
  }

  function startMarking(index, position) {
    const node = list().querySelector(`[data-sentence="${index}"] [data-token="${position}"]`);
    marking = { index, position };
    node?.classList.add("marked");
    const word = Data.formOf(Data.report.sentences[index].t[position]);
    replace(
      byId("marking"),
      make("span", {}, "The keyword begins with ", arabic(word), ". Choose its last word in the same sentence. "),
      make("button", { type: "button", onclick: cancelMarking }, "Cancel"),
    );
    focus(node);
  }

  function cancelMarking() {
    marking = null;
    for (const node of list().querySelectorAll(".marked")) node.classList.remove("marked");
    replace(byId("marking"));
  }

  function endMarking(node) {
    const { index, position } = marking;
    if (Number(node.closest("[data-sentence]").dataset.sentence) !== index) return;
    const last = Number(node.dataset.token);
    cancelMarking();
    Card.pinNewKeyword(node, index, Math.min(position, last), Math.max(position, last) + 1);
  }

  /** Shows which raw word a repaired one comes from, and which words a keyword covers. */
  function highlight(node) {
    for (const lit of list().querySelectorAll(".lit")) lit.classList.remove("lit");
    const sentence = node?.closest("[data-sentence]");
    if (!sentence) return;
    const { token, start, end } = node.dataset;
    if (token !== undefined) sentence.querySelector(`[data-raw="${token}"]`)?.classList.add("lit");
    for (let at = Number(start); at < Number(end); at += 1) {
      for (const word of sentence.querySelectorAll(`[data-raw="${at}"], [data-token="${at}"]`))
        word.classList.add("lit");
    }
  }

  function onOver(event) {
    if (event.pointerType === "touch") return;
    clearTimeout(timer);
    const node = event.target.closest(SELECTOR);
    if (node) timer = setTimeout(() => lookAt(node), HOVER_DELAY);
    else if (!Card.contains(event.target)) timer = setTimeout(lookAway, 2 * HOVER_DELAY);
  }

  function lookAt(node) {
    if (!node.isConnected || Card.isPinned()) return;
    highlight(node);
    Card.peek(node);
  }

  function lookAway() {
    if (Card.isPinned()) return;
    highlight(null);
    Card.closePeek();
  }

  function start() {
    list().addEventListener("keydown", onKey);
    list().addEventListener("click", ({ target }) => {
      const node = target.closest(SELECTOR);
      if (!node) return;
      if (node.matches("[role=button]")) focus(node);
      activate(node);
    });
    document.addEventListener("pointerover", onOver);
    list().addEventListener(
      "focusin",
      ({ target }) => target.matches(SELECTOR) && target.matches(":focus-visible") && lookAt(target),
    );
    list().addEventListener("focusout", lookAway);
    document.addEventListener("keydown", (event) => event.key === "Escape" && cancelMarking());
  }

  return { start, focus, startMarking };
})();
