"use strict";

// The drawer that lists the corrections made, and takes them out to a file and in from one.
const Drawer = (() => {
  const { make, replace, byId, arabic, foreign } = Dom;
  const { count, plural } = Numbers;
  const SCOPES = { here: "here", article: "in this article", corpus: "everywhere" };

  const say = (text) => (byId("corrections-status").textContent = text);

  function inWords({ kind, raw, now, correction, scope }) {
    if (kind === "form")
      return [arabic(now || raw), " → ", make("strong", {}, arabic(correction)), ` ${SCOPES[scope] ?? ""}`];
    if (kind === "sentence_end")
      return [correction === "yes" ? "A sentence ends after " : "No sentence ends after ", arabic(raw)];
    if (correction === "none") return ["Not the concept ", foreign(Concepts.labelOf(now)), ": ", arabic(raw)];
    return ["The concept ", foreign(Concepts.labelOf(correction)), ": ", arabic(raw)];
  }

  function entry(correction) {
    const index = correction.place?.[0];
    const go =
      index !== undefined &&
      make("a", { href: Sentence.link(index), onclick: () => byId("corrections").close() }, "show");
    const lost =
      correction.scope === "here" && !correction.place && make("span", { class: "quiet" }, "not in this report");
    return make(
      "li",
      {},
      make("p", {}, inWords(correction)),
      make("p", { class: "quiet" }, foreign(correction.title || correction.source)),
      make(
        "p",
        { class: "card-actions" },
        go,
        lost,
        make("button", { type: "button", onclick: () => Corrections.remove(correction) }, "Undo"),
      ),
    );
  }

  function show() {
    const all = Corrections.all();
    byId("correction-count").textContent = count(all.length);
    const nothing = make("li", { class: "nothing" }, "None yet. Choose a word in the text to correct it.");
    replace(byId("correction-list"), all.length ? all.map(entry) : nothing);
    byId("download-corrections").disabled = all.length === 0;
    byId("clear-corrections").disabled = all.length === 0;
  }

  function download() {
    const url = URL.createObjectURL(new Blob([Csv.write(Corrections.all())], { type: "text/csv;charset=utf-8" }));
    make("a", { href: url, download: "corrections.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    Corrections.markSaved();
    say(`${plural(Corrections.all().length, "correction")} in corrections.csv.`);
  }

  async function load({ target }) {
    const [file] = target.files;
    if (!file) return;
    try {
      const rows = Csv.read(await file.text());
      const lost = Corrections.load(rows);
      const note = lost ? ` ${count(lost)} of them have no place in this report; they stay in the file.` : "";
      say(`${plural(rows.length, "correction")} loaded.${note}`);
    } catch (error) {
      say(`The file could not be read: ${error.message}.`);
    }
    target.value = "";
  }

  function clear() {
    if (!confirm("Remove all corrections?")) return;
    Corrections.clear();
    say("All corrections removed.");
  }

  function start() {
    const drawer = byId("corrections");
    byId("open-corrections").addEventListener("click", () => drawer.showModal());
    byId("close-corrections").addEventListener("click", () => drawer.close());
    drawer.addEventListener("click", ({ target }) => target === drawer && drawer.close());
    byId("download-corrections").addEventListener("click", download);
    byId("load-corrections").addEventListener("change", load);
    byId("clear-corrections").addEventListener("click", clear);
    addEventListener("beforeunload", (event) => Corrections.needSaving() && event.preventDefault());
    Corrections.onChange(show);
    show();
  }

  return { start };
})();
