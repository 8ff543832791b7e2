"use strict";

// Elements are made here only, and text enters them as text: what an article contains can never become markup.
const Dom = (() => {
  const byId = (id) => document.getElementById(id);

  /** Children may be given in lists, and be left out by a condition that gives false, null or undefined. */
  const present = (children) =>
    children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

  /** make("p", { class: "note", "aria-label": "…", onclick: f }, "text", node, …) */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
    }
    element.append(...present(children));
    return element;
  }

  // Overrides and isolates from the source would reorder the words around them, other controls have no shape. The
  // marks that Persian and Arabic writing needs (ZWNJ, ZWJ, LRM, RLM, ALM) stay.
  const REORDERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
  const visible = (text) => String(text ?? "").replace(REORDERING, "\ufffd");

  /** Arabic inside an English line. */
  const arabic = (text, attributes = {}) =>
    make("bdi", { lang: "ar", dir: "rtl", class: "arabic", ...attributes }, visible(text));

  /** Text from the data whose language is unknown: titles, paths, messages. */
  const isolated = (text, attributes = {}) => make("bdi", attributes, visible(text));

  const hasArabic = (text) => /[\u0600-\u06ff]/.test(String(text ?? ""));
  const foreign = (text) => (hasArabic(text) ? arabic(text) : isolated(text));

  /** A table with a caption; cells are nodes or text, the first cell of a row is its header. */
  function table(caption, heads, rows, attributes = {}) {
    const cell = (value, column) => {
      const isNumber = typeof value === "string" && /^[\d.,]+(\s?%)?$/.test(value);
      const attributes = { class: isNumber ? "number" : null, scope: column === 0 ? "row" : null };
      return make(column === 0 ? "th" : "td", attributes, value);
    };
    return make(
      "table",
      attributes,
      make("caption", {}, caption),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head) => make("th", { scope: "col" }, head)),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map((row) => make("tr", {}, row.map(cell))),
      ),
    );
  }

  function replace(parent, ...children) {
    parent.replaceChildren(...present(children));
  }

  /** Options of a select: [value, text] pairs after a first one for "all". */
  function fillSelect(select, all, options) {
    replace(
      select,
      make("option", { value: "" }, all),
      options.map(([value, text]) => make("option", { value }, visible(text))),
    );
  }

  return { byId, make, visible, arabic, isolated, foreign, hasArabic, table, replace, fillSelect };
})();
