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

  /** Rows of cells. */
  function parse(text) {
    const rows = [];
    let row = [];
    const pattern = /(?:"((?:[^"]|"")*)"|((?!")[^,\r\n]*))(,|\r\n|\n|\r|$)/gy;
    const source = text.replace(/^\ufeff/, "");
    while (pattern.lastIndex < source.length) {
      const match = pattern.exec(source);
      if (!match) throw new Error(`row ${rows.length + 1} is not CSV`);
      row.push(match[1]?.replaceAll('""', '"') ?? match[2]);
      if (match[3] === ",") continue;
      rows.push(row);
      row = [];
    }
    if (row.length) rows.push([...row, ""]);
    return rows.filter((cells) => cells.length > 1 || cells[0] !== "");
  }

  const unescape = (value) => (value.startsWith("'") && FORMULA.test(value.slice(1)) ? value.slice(1) : value);

  function read(text) {
    const [heads, ...rows] = parse(text);
    const missing = ["kind", "scope", "raw", "correction"].filter((column) => !heads?.includes(column));
    if (missing.length) throw new Error(`it has no column ${missing.join(", ")}`);
    const at = COLUMNS.map((column) => heads.indexOf(column));
    return rows.map((row) => Object.fromEntries(COLUMNS.map((column, i) => [column, unescape(row[at[i]] ?? "")])));
  }

  return { COLUMNS, write, read };
})();
