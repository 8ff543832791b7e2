"use strict";

// What the build holds and whether it passed: figures, damage, rejects, gates, drift, corrections.
const Overview = (() => {
  const { make, table, foreign, isolated, replace, byId } = Dom;
  const { isNumber, count, percent, share, plural, confidence } = Numbers;
  const { report } = Data;

  const DAMAGE = {
    stripped: "letters, digits and punctuation were deleted",
    normalised: "letters were merged, as search engines do",
    soft: "misspelt here and there, as people write",
    intact: "nothing happened to it",
    mixed: "parts of the article differ",
    foreign: "not Arabic; left as it is",
    lost_letters: "letters were lost in another way",
  };

  function heading() {
    const { build, overview } = report;
    document.documentElement.dataset.build = build.id;
    replace(byId("build-name"), foreign(build.name || "Build without a name"));
    replace(byId("build-line"), isolated(period(overview) ?? "No article has a date."));
    byId("colophon").textContent = `Build ${build.id}, tarmim ${build.version}, model ${build.model}.`;
  }

  function period({ first_date: first, last_date: last }) {
    if (!first) return null;
    return first === last ? `Published on ${first}` : `Published ${first} to ${last}`;
  }

  function lead() {
    const o = report.overview;
    if (!o.sentences) return make("p", { class: "lead" }, "This build holds no sentences.");
    return make(
      "p",
      { class: "lead" },
      `${plural(o.articles, "article")} with ${plural(o.sentences, "sentence")} and ${plural(o.tokens, "word")}. `,
      "tarmim ",
      make("strong", {}, `changed ${share(o.repaired, o.tokens)} of the words`),
      isNumber(o.mean_confidence) ? ` and believes ${percent(100 * o.mean_confidence)} of all words to be right.` : ".",
    );
  }

  function figures() {
    const o = report.overview;
    const entries = [
      ["Articles", count(o.articles)],
      ["Sentences", count(o.sentences)],
      ["Words", count(o.tokens)],
      ["Changed", count(o.repaired), share(o.repaired, o.tokens)],
      ["Doubtful", count(o.doubts), share(o.doubts, o.tokens)],
      ["Unexplained", count(o.unresolved), share(o.unresolved, o.tokens)],
      ["Mean confidence", confidence(o.mean_confidence)],
      ["Missing numbers", count(o.number_gaps), "cannot be restored"],
      ["Restored punctuation", count(o.marks)],
      ["Keyword hits", count(o.keyword_hits)],
      ["Corrected by hand", count(o.corrected)],
      ["Duplicates", count(o.duplicates.exact), `and ${count(o.duplicates.near)} similar`],
    ];
    const entry = ([name, value, note]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, value, note && make("span", { class: "quiet" }, note)));
    return make("dl", { class: "facts" }, entries.map(entry));
  }

  function block(title, ...content) {
    return make("div", { class: "block" }, make("h3", {}, title), ...content);
  }

  /** A bar behind a share; the number beside it says the same. */
  function bar(part, of) {
    const width = of > 0 ? Math.min(100, (100 * part) / of) : 0;
    return make("span", { class: "share-bar", "aria-hidden": "true", style: `--share: ${width.toFixed(1)}%` });
  }

  function damage() {
    const { damage: states, articles } = report.overview;
    if (!states.length) return block("State of the writing", make("p", {}, "No articles."));
    const rows = states.map(([name, articlesIn]) => [
      make("span", {}, isolated(name), make("span", { class: "quiet line" }, DAMAGE[name] ?? "")),
      count(articlesIn),
      make("span", { class: "with-bar" }, bar(articlesIn, articles), share(articlesIn, articles)),
    ]);
    return block(
      "State of the writing",
      scrolling(table("Articles by what had happened to their text", ["State", "Articles", "Share"], rows)),
    );
  }

  function rejects() {
    const { rejects: codes, reject_list: listed } = report.overview;
    if (!codes.length) return block("Rejected inputs", make("p", {}, "None: every input could be read."));
    const all = codes.reduce((sum, [, number]) => sum + number, 0);
    const rows = listed.map((reject) => [
      isolated(reject.record ? `${reject.source_path} (${reject.record})` : reject.source_path),
      isolated(reject.code),
      isolated(reject.message),
    ]);
    const note =
      listed.length < all && make("p", { class: "quiet" }, `The first ${count(listed.length)} of ${count(all)}.`);
    return block(
      "Rejected inputs",
      scrolling(
        table(
          "Inputs by reason",
          ["Reason", "Inputs"],
          codes.map(([code, n]) => [isolated(code), count(n)]),
        ),
      ),
      rows.length > 0 &&
        make(
          "details",
          {},
          make("summary", {}, "Which ones, and why"),
          note,
          scrolling(table("Rejected inputs", ["Input", "Reason", "What to do"], rows)),
        ),
    );
  }

  const scrolling = (content) =>
    make("div", { class: "scrolling", tabindex: "0", role: "group", "aria-label": "Table" }, content);

  function verdict(passed, fails = true) {
    if (passed) return make("span", { class: "verdict passed" }, "✓ passed");
    return make("span", { class: "verdict failed" }, fails ? "✗ failed" : "! warning");
  }

  function gates() {
    const all = report.overview.gates;
    if (!all.length) return block("Quality gates", make("p", {}, "No gates were applied."));
    const failed = all.filter((gate) => !gate.passed);
    const row = (gate) => [
      isolated(gate.name.replaceAll("_", " ")),
      isolated(gate.measured),
      isolated(gate.limit ?? "none"),
      verdict(gate.passed, gate.fails),
    ];
    const heads = ["Gate", "Measured", "Limit", "Result"];
    return block(
      "Quality gates",
      make(
        "p",
        {},
        failed.length
          ? `${count(failed.length)} of ${plural(all.length, "gate")} did not pass.`
          : `All ${count(all.length)} gates passed.`,
      ),
      failed.length > 0 && scrolling(table("Gates that did not pass", heads, failed.map(row))),
      make(
        "details",
        {},
        make("summary", {}, "All gates and their limits"),
        scrolling(table("All gates", heads, all.map(row))),
      ),
    );
  }

  function drift() {
    const metrics = report.overview.drift;
    if (!metrics)
      return block("Against the previous build", make("p", {}, "There is no earlier build to compare with."));
    if (!metrics.length) return block("Against the previous build", make("p", {}, "Nothing was compared."));
    const rows = metrics.map((m) => [
      isolated(m.metric.replaceAll("_", " ")),
      isolated(m.before),
      isolated(m.after),
      isolated(m.limit ?? "none"),
      verdict(m.passed, false),
    ]);
    return block(
      "Against the previous build",
      scrolling(
        table(
          "Drift: figures of the build before and of this one",
          ["Figure", "Before", "Now", "Limit", "Result"],
          rows,
        ),
      ),
    );
  }

  function corrections() {
    const given = report.overview.corrections;
    if (!given) return block("Corrections by hand", make("p", {}, "None were given to this build."));
    const unapplied = Data.list(given.unapplied);
    const rows = unapplied.map((entry) => [
      isolated(`${entry.file}, line ${entry.line}`),
      foreign(entry.raw),
      isolated(entry.status),
    ]);
    return block(
      "Corrections by hand",
      make(
        "p",
        {},
        `${count(given.applied)} of ${plural(given.given, "correction")} applied, in ${plural(given.places, "place")}.`,
      ),
      rows.length > 0 && make("p", {}, "These no longer apply:"),
      rows.length > 0 && scrolling(table("Corrections that no longer apply", ["Where", "Word", "Why"], rows)),
    );
  }

  function warnings() {
    const all = report.overview.warnings;
    if (!all.length) return null;
    return make(
      "div",
      { class: "notice" },
      make("h3", {}, all.length === 1 ? "A warning" : `${count(all.length)} warnings`),
      make(
        "ul",
        {},
        all.map((warning) => make("li", {}, isolated(warning))),
      ),
    );
  }

  function show() {
    heading();
    replace(
      byId("overview-body"),
      lead(),
      warnings(),
      figures(),
      make("div", { class: "blocks" }, damage(), gates(), drift(), rejects(), corrections()),
    );
  }

  return { show, scrolling };
})();
