"use strict";

// corrections.csv: UTF-8 with BOM, CRLF, quoted as RFC 4180 asks. Spreadsheets take cells that begin with = + - @ for
// formulas: those get an apostrophe, which the reader takes off again.
const Csv = (() => {
  const COLUMNS = [
    "kind",
    "scope",
    "article",
    "before",
    "raw",
    "after",
    "now",
    "correction",
    "confidence",
    "alternatives",
    "sentence",
    "source",
    "title",
  ];
  const FORMULA = /^[=+\-@\t\r]/;

  function cell(value) {
    const safe = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function write(corrections) {
    const rows = [
      COLUMNS,
      ...corrections.map((correction) => COLUMNS.map((column) => String(correction[column] ?? ""))),
    ];
    return `\ufeff${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
  }

  /** What separates the cells, as the first line shows. */
  function separatorOf(text) {
    const [, told] = /^"?sep=(.)"?\r?\n/i.exec(text) ?? [];
    if (told) return told;
    const [first] = text.split(/[\r\n]/, 1);
    const known = (separator) => first.split(separator).filter((head) => COLUMNS.includes(nameOf(head))).length;
    return [",", ";", "\t", "|"].reduce((best, other) => (known(other) > known(best) ? other : best));
  }

  const nameOf = (head) => head.trim().replace(/^"|"$/g, "").toLowerCase();

  /** Rows of cells. */
  function parse(text) {
    const rows = [];
    let row = [];
    const marked = text.replace(/^\ufeff/, "");
    const separator = separatorOf(marked);
    const source = marked.replace(/^"?sep=.*\r?\n/i, "");
    const escaped = separator.replace(/[|\t]/, (mark) => (mark === "|" ? "\\|" : "\\t"));
    const pattern = new RegExp(`(?:"((?:[^"]|"")*)"|((?!")[^${escaped}\\r\\n]*))(${escaped}|\\r\\n|\\n|\\r|$)`, "gy");
    while (pattern.lastIndex < source.length) {
      const match = pattern.exec(source);
      if (!match) throw new Error(`row ${rows.length + 1} is not CSV`);
      row.push(match[1]?.replaceAll('""', '"') ?? match[2]);
      if (match[3] === separator) continue;
      rows.push(row);
      row = [];
    }
    if (row.length) rows.push([...row, ""]);
    return rows.filter((cells) => cells.length > 1 || cells[0] !== "");
  }

  const unescape = (value) => (value.startsWith("'") && FORMULA.test(value.slice(1)) ? value.slice(1) : value);

  function read(text) {
    const [first, ...rows] = parse(text);
    const heads = first?.map(nameOf);
    const missing = ["kind", "raw", "correction"].filter((column) => !heads?.includes(column));
    if (missing.length) throw new Error(`it has no column ${missing.join(", ")}`);
    const at = COLUMNS.map((column) => heads.indexOf(column));
    const cell = (row, i) => unescape((row[at[i]] ?? "").trim());
    const corrections = rows.map((row) => Object.fromEntries(COLUMNS.map((column, i) => [column, cell(row, i)])));
    // A row without a correction was not looked at, and says nothing.
    return corrections.filter(({ correction }) => correction !== "");
  }

  return { COLUMNS, write, read };
})();
