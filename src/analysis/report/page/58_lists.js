"use strict";

// Parts that several lists share: pages, long tables, choices of a concept.
const Pager = (() => {
  const { make, replace } = Dom;

  /** Buttons and a field to go to a page, from 0. */
  function show(nav, { page, pages, go }) {
    nav.hidden = pages < 2;
    if (nav.hidden) return replace(nav);
    const button = (text, to, name) =>
      make(
        "button",
        { type: "button", disabled: to < 0 || to >= pages, onclick: () => go(to), "aria-label": name },
        text,
      );
    const jump = ({ target }) => {
      const to = Math.round(Number(target.value)) - 1;
      if (to >= 0 && to < pages) go(to);
      else target.value = page + 1;
    };
    return replace(
      nav,
      button("← Previous", page - 1, "Previous page"),
      make(
        "label",
        {},
        "Page ",
        make("input", { type: "number", min: 1, max: pages, value: page + 1, onchange: jump }),
        ` of ${Numbers.count(pages)}`,
      ),
      button("Next →", page + 1, "Next page"),
    );
  }

  return { show };
})();

const LongTable = (() => {
  const { make, table } = Dom;
  const FIRST = 10;

  /** A table of which the first rows are shown, and the others on demand. `row(entry)` makes the cells. */
  function build(caption, heads, entries, row) {
    const holder = make("div", {});
    const fill = (number) => {
      const more = make(
        "button",
        { type: "button", onclick: () => fill(entries.length) },
        `Show all ${Numbers.count(entries.length)}`,
      );
      Dom.replace(
        holder,
        Overview.scrolling(table(caption, heads, entries.slice(0, number).map(row))),
        number < entries.length && more,
      );
    };
    fill(Math.min(FIRST, entries.length));
    return holder;
  }

  return { build };
})();

const Concepts = (() => {
  const byLabel = (one, other) => one.label.localeCompare(other.label, "ar");

  /** Pairs for a select, by label. */
  const options = () =>
    Data.report.concepts.toSorted(byLabel).map(({ id, label }) => [id, label === id ? id : `${label} (${id})`]);

  /** The id that a person means: they may type the id or the label. */
  function idOf(text) {
    const wanted = text.trim();
    const { concepts } = Data.report;
    return (concepts.find(({ id }) => id === wanted) ?? concepts.find(({ label }) => label === wanted))?.id ?? wanted;
  }

  const labelOf = (id) => Data.report.concepts.find((concept) => concept.id === id)?.label ?? id;

  return { options, idOf, labelOf };
})();
