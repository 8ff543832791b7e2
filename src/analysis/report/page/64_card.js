"use strict";

// The card beside a word, a sentence end or a keyword. It follows the pointer and the focus until it is pinned.
const Card = (() => {
  const { make, replace, byId } = Dom;

  let anchor = null;
  let isPinned = false;
  let isReturning = false;

  const card = () => byId("card");

  /** Below the anchor or, if there is no room, above it; never beyond the edges of the window. */
  function place() {
    const box = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card();
    const { clientWidth, clientHeight } = document.documentElement;
    const left = Math.max(8, Math.min(box.left + box.width / 2 - width / 2, clientWidth - width - 8));
    const fitsBelow = box.bottom + height + 8 < clientHeight || box.top - height - 8 < 0;
    const top = fitsBelow ? box.bottom + 6 : box.top - height - 6;
    card().style.left = `${left + scrollX}px`;
    card().style.top = `${top + scrollY}px`;
  }

  function show(node, content) {
    anchor?.classList.remove("open");
    anchor = node;
    node.classList.add("open");
    const closing = isPinned && make("button", { type: "button", class: "card-close", onclick: close }, "Close");
    replace(card(), closing, content);
    card().classList.toggle("pinned", isPinned);
    card().hidden = false;
    place();
  }

  function peek(node) {
    if (!isPinned && !isReturning) show(node, CardContent.of(node, false));
  }

  function pin(node, content) {
    isPinned = true;
    show(node, content ?? CardContent.of(node, true));
    card().focus({ preventScroll: true });
    card().scrollIntoView({ block: "nearest" });
    showAnchor();
  }

  /** On phones the card stands at the lower edge: the word moves above it. */
  function showAnchor() {
    const hidden = anchor.getBoundingClientRect().bottom + 16 - card().getBoundingClientRect().top;
    if (getComputedStyle(card()).position === "fixed" && hidden > 0) scrollBy(0, hidden);
  }

  const pinNewKeyword = (node, index, start, end) => pin(node, CardContent.ofNewKeyword(index, start, end));

  function close() {
    if (card().hidden) return;
    const wasPinned = isPinned;
    isPinned = false;
    card().hidden = true;
    anchor?.classList.remove("open");
    if (!wasPinned || !anchor?.isConnected) return;
    // A word that gets the focus shows its card; not the one whose card was just closed.
    isReturning = true;
    anchor.focus({ preventScroll: true });
    isReturning = false;
  }

  function closePeek() {
    if (!isPinned) close();
  }

  /** Tab stays in the card until it is closed. */
  function keepFocus(event) {
    if (event.key !== "Tab" || !isPinned) return;
    const stops = [...card().querySelectorAll("button, input, select, a[href]")].filter((stop) => !stop.disabled);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && !(event.shiftKey && document.activeElement === card())) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  function start() {
    card().addEventListener("keydown", keepFocus);
    document.addEventListener("keydown", (event) => event.key === "Escape" && close());
    document.addEventListener("pointerdown", ({ target }) => {
      if (isPinned && !card().contains(target) && !anchor.contains(target)) close();
    });
  }

  return {
    start,
    peek,
    pin,
    pinNewKeyword,
    close,
    closePeek,
    isPinned: () => isPinned,
    contains: (node) => card().contains(node),
  };
})();
