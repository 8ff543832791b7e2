"use strict";

// The list of sentences, its form and its pages. Only one page of sentences is in the document.
const SentenceList = (() => {
  const { make, replace, byId, fillSelect } = Dom;
  const { plural, count } = Numbers;
  const { report, KINDS } = Data;

  const PAGE = 20;
  const CHECKS = ["changed", "doubtful", "corrected", "loose"];
  let found = [];
  let page = 0;
  let target = null;

  function readForm() {
    const values = Object.fromEntries(new FormData(byId("filters")));
    for (const name of CHECKS) values[name] = values[name] ? "1" : "";
    return values;
  }

  function fillForm(state) {
    const form = byId("filters");
    for (const control of form.elements) {
      if (!control.name) continue;
      if (control.type === "checkbox") control.checked = state.get(control.name) === "1";
      else control.value = state.get(control.name) ?? "";
    }
    const isFiltered = [...state.keys()].some((name) => name !== "q" && name !== "page");
    if (isFiltered) byId("more-filters").open = true;
  }

  function announce() {
    const all = report.sentences.length;
    const shown =
      found.length === all ? plural(all, "sentence") : `${count(found.length)} of ${plural(all, "sentence")}`;
    const pages = Math.ceil(found.length / PAGE);
    byId("text-count").textContent = pages > 1 ? `${shown}, page ${count(page + 1)} of ${count(pages)}` : shown;
  }

  function showPage() {
    const indices = found.slice(page * PAGE, (page + 1) * PAGE);
    const isFound = Search.finder(readForm());
    const nodes = indices.map((index) => Sentence.node(index, isFound));
    const nothing = make(
      "li",
      { class: "nothing" },
      report.sentences.length ? "No sentence passes these filters." : "There are no sentences.",
    );
    replace(byId("sentences"), nodes.length ? nodes : nothing);
    byId("sentences").start = page * PAGE + 1;
    nodes[indices.indexOf(target)]?.classList.add("target");
    Pager.show(byId("text-pages"), { page, pages: Math.ceil(found.length / PAGE), go: goTo });
    announce();
  }

  function goTo(number) {
    page = number;
    target = null;
    showPage();
    Address.write("text", { ...readForm(), page: page ? page + 1 : "" });
    byId("text-count").scrollIntoView();
    byId("sentences").querySelector(".token[tabindex='0']")?.focus({ preventScroll: true });
  }

  /** The form has changed. */
  function update() {
    page = 0;
    target = null;
    found = Search.select(readForm());
    showPage();
    Address.write("text", readForm());
  }

  /** The address asks for a view; `at` names a sentence of the article to stand on, which is returned. */
  function open(state) {
    fillForm(state);
    found = Search.select(readForm());
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(pages, Math.max(1, Number(state.get("page")) || 1)) - 1;
    target = null;
    if (state.has("at")) {
      target = Data.sentenceAt(state.get("article"), Number(state.get("at"))) ?? null;
      page = Math.max(0, Math.floor(found.indexOf(target) / PAGE));
    }
    showPage();
    return byId("sentences").querySelector(".target");
  }

  /** Shows corrected sentences anew; the word that had the focus keeps it. */
  function refresh() {
    const list = byId("sentences");
    const focused = document.activeElement?.closest("#sentences [role=button], #sentences .keyword");
    const sentence = focused?.closest("[data-sentence]").dataset.sentence;
    const isFound = Search.finder(readForm());
    for (const node of list.querySelectorAll("[data-sentence]")) {
      const index = Number(node.dataset.sentence);
      const fresh = Sentence.node(index, isFound);
      if (node.classList.contains("target")) fresh.classList.add("target");
      node.replaceWith(fresh);
    }
    if (!sentence) return;
    const name = ["token", "boundary", "keyword"].find((kind) => focused.dataset[kind] !== undefined);
    Tokens.focus(list.querySelector(`[data-sentence="${sentence}"] [data-${name}="${focused.dataset[name]}"]`));
  }

  const names = (key) =>
    [...new Set(report.articles.map((article) => article[key] || Search.NONE))].sort().map((name) => [name, name]);

  function fillSelects() {
    fillSelect(byId("f-section"), "all", names("section"));
    fillSelect(byId("f-damage"), "all", names("damage"));
    fillSelect(
      byId("f-kind"),
      "all",
      KINDS.map((kind) => [kind, kind]),
    );
    fillSelect(byId("f-concept"), "any or none", Concepts.options());
  }

  function start() {
    const { sample } = report;
    const note = byId("sample-note");
    note.hidden = sample.is_all;
    note.textContent = sample.is_all
      ? ""
      : `Not all of the text is here: ${count(sample.sentences)} of ${plural(sample.of, "sentence")}, ` +
        `from ${count(sample.articles)} of ${plural(sample.of_articles, "article")}. ${sample.how}`;
    fillSelects();
    if (matchMedia("(width >= 44rem)").matches) byId("more-filters").open = true;
    const form = byId("filters");
    let waiting = 0;
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(update, 150);
    });
    form.addEventListener("reset", () => setTimeout(update));
    form.addEventListener("submit", (event) => event.preventDefault());
    Address.onChange("text", open);
    open(new URLSearchParams());
    Search.foldAhead();
  }

  return { start, refresh };
})();
