"use strict";

// The charts of this report: what each shows, in words, as a chart and as a table.
const Figures = (() => {
  const { make, table, arabic, foreign, replace, byId } = Dom;
  const { count, decimal, percent, share, threshold } = Numbers;
  const { report } = Data;
  const { figure, label, isolate } = Charts;
  const { charts, concepts } = report;

  const GRID = { left: 8, right: 24, top: 16, bottom: 8, containLabel: true };
  const ROOM_FOR_LABELS = 104;
  const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin"];
  const MOST_LINES = SYMBOLS.length;

  const conceptLabel = (index) => concepts[index]?.label ?? "";
  const total = (rows, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0);

  function bars(names, values, text) {
    return (colours) => ({
      grid: { ...GRID, right: ROOM_FOR_LABELS },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", data: names, inverse: true, axisTick: { show: false } },
      series: [
        {
          type: "bar",
          data: values,
          barCategoryGap: "28%",
          itemStyle: { color: colours["series-1"] },
          label: { show: true, position: "right", color: colours.ink, formatter: ({ dataIndex }) => text(dataIndex) },
        },
      ],
      tooltip: { show: false },
    });
  }

  function sentenceLengths() {
    const rows = charts.sentence_lengths;
    const sum = total(rows, 2);
    if (!sum) return null;
    const names = rows.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
    const most = rows.reduce((best, row) => (row[2] > best[2] ? row : best));
    return figure({
      title: "Sentence lengths",
      lead: `Most sentences have ${most[0]} to ${most[1]} words.`,
      height: 40 + 30 * rows.length,
      option: bars(
        names,
        rows.map((row) => row[2]),
        (i) => `${count(rows[i][2])} · ${share(rows[i][2], sum)}`,
      ),
      table: () =>
        table(
          "Sentences by length",
          ["Words", "Sentences", "Share"],
          rows.map((row, i) => [names[i], count(row[2]), share(row[2], sum)]),
        ),
    });
  }

  function confidences() {
    const rows = charts.confidence;
    const sum = total(rows, 2);
    if (!sum) return null;
    const names = rows.map(([from, to]) => `${threshold(from)}–${threshold(to)}`);
    const low = rows.filter(([from]) => from < Data.DOUBTFUL).reduce((part, row) => part + row[2], 0);
    return figure({
      title: "Confidence of the words",
      lead: `${share(low, sum)} of the words have a confidence below ${threshold(Data.DOUBTFUL)}.`,
      height: 40 + 30 * rows.length,
      option: bars(
        names,
        rows.map((row) => row[2]),
        (i) => share(rows[i][2], sum),
      ),
      table: () =>
        table(
          "Words by confidence",
          ["Confidence", "Words", "Share"],
          rows.map((row, i) => [names[i], count(row[2]), share(row[2], sum)]),
        ),
    });
  }

  function reliability() {
    const bands = Reliability.bands();
    if (!bands.length) return null;
    const measures = [
      ["Words right", (band) => band.tokens_right],
      ["Printable as they stand", (band) => band.printable],
      ["Sentences without a wrong word", (band) => band.without_error],
    ].filter(([, of]) => bands.some((band) => Numbers.isNumber(of(band))));
    const names = bands.map((band, i) =>
      i === 0 ? `≥ ${threshold(band.from)}` : band.from > 0 ? `≥ ${threshold(band.from)}` : "less",
    );
    const series = measures.map(([name, of], i) => ({
      name,
      type: "line",
      data: bands.map(of),
      symbol: SYMBOLS[i],
      symbolSize: 10,
      lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][i] },
    }));
    return figure({
      title: "What confidence has meant",
      lead: "How many words and sentences were right, by repair confidence of the sentence, surest first; in percent.",
      height: 340,
      option: () => ({
        grid: { ...GRID, top: 84 },
        legend: { top: 0, left: 0, orient: "vertical", itemGap: 6 },
        xAxis: { type: "category", data: names, boundaryGap: true },
        yAxis: { type: "value", min: 0, max: 100 },
        tooltip: { renderMode: "richText", confine: true, trigger: "axis", valueFormatter: percent },
        series,
      }),
      table: () =>
        table(
          "Measured reliability",
          ["Repair confidence", "Share of sentences", ...measures.map(([name]) => name)],
          bands.map((band, i) => [names[i], percent(band.sentences), ...measures.map(([, of]) => percent(of(band)))]),
        ),
    });
  }

  function letters() {
    const rows = charts.letters.filter(([, number]) => number > 0);
    const sum = total(rows, 1);
    if (!sum) return null;
    const option = bars(
      rows.map(([letter]) => isolate(letter)),
      rows.map((row) => row[1]),
      (i) => `${count(rows[i][1])} · ${share(rows[i][1], sum)}`,
    );
    return figure({
      title: "Restored letters",
      lead: "How often each deleted letter was put back.",
      height: 40 + 34 * rows.length,
      option: (colours) => {
        const chart = option(colours);
        return { ...chart, yAxis: { ...chart.yAxis, axisLabel: { fontSize: 20, fontFamily: "Tarmim Arabic" } } };
      },
      table: () =>
        table(
          "Restored letters",
          ["Letter", "Restored", "Share"],
          rows.map(([letter, n]) => [arabic(letter), count(n), share(n, sum)]),
        ),
    });
  }

  /** Cells [x, y, value] in shades of one colour. */
  function heatmap({ columns, rows, cells, unit }) {
    const most = Math.max(...cells.map((cell) => cell[2]), 1e-9);
    const arabicLabel = { fontFamily: '"Tarmim Arabic", serif', fontSize: 14, interval: 0 };
    return (colours) => ({
      grid: { ...GRID, top: 8, bottom: 56 },
      xAxis: {
        type: "category",
        data: columns.map((name) => label(name, 16)),
        axisLabel: { ...arabicLabel, rotate: 55 },
        axisTick: { show: false },
      },
      yAxis: {
        type: "category",
        data: rows.map((name) => label(name, 20)),
        inverse: true,
        axisLabel: arabicLabel,
        axisTick: { show: false },
      },
      visualMap: {
        min: 0,
        max: most,
        calculable: false,
        orient: "horizontal",
        left: 0,
        bottom: 0,
        itemHeight: 140,
        itemWidth: 12,
        text: [`${decimal(most)} ${unit}`, "0"],
        inRange: { color: [colours.paper, colours["series-1"]] },
      },
      tooltip: {
        renderMode: "richText",
        confine: true,
        formatter: ({ value: [x, y, v] }) => `${label(rows[y], 30)}, ${label(columns[x], 30)}: ${decimal(v)} ${unit}`,
      },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: colours.rule, borderWidth: 1 } }],
    });
  }

  function sections() {
    const { names, concepts: shown, expected, tokens, left_out: leftOut } = charts.sections;
    if (!names.length || !shown.length) return null;
    const smaller = leftOut ? ` ${Numbers.plural(leftOut, "smaller section")} left out.` : "";
    const rate = (section, concept) =>
      tokens[section] > 0 ? (1000 * (expected[section]?.[concept] ?? 0)) / tokens[section] : 0;
    const cells = names.flatMap((_, x) => shown.map((_, y) => [x, y, Number(rate(x, y).toFixed(2))]));
    return figure({
      title: "Keywords by section",
      lead: `Expected mentions in a thousand words; each hit counts with its confidence.${smaller}`,
      height: 140 + 30 * shown.length,
      width: names.length > 8 ? 160 + 42 * names.length : 0,
      option: heatmap({
        columns: names.map((name) => name || "none"),
        rows: shown.map(conceptLabel),
        cells,
        unit: "in 1,000",
      }),
      table: () =>
        table(
          "Expected mentions in a thousand words, by section",
          ["Concept", ...names.map((name) => foreign(name || "none"))],
          shown.map((concept, y) => [foreign(conceptLabel(concept)), ...names.map((_, x) => decimal(rate(x, y)))]),
        ),
    });
  }

  function cooccurrence() {
    const { concepts: shown, pairs } = charts.cooccurrence;
    if (!shown.length || !pairs.length) return null;
    const names = shown.map(conceptLabel);
    const cells = pairs.flatMap(([a, b, n]) => [
      [a, b, n],
      [b, a, n],
    ]);
    const sorted = pairs.toSorted((one, other) => other[2] - one[2]);
    const most = sorted[0].slice(0, 2).map((index) => isolate(names[index]));
    return figure({
      title: "Keywords that occur together",
      lead: `Sentences that have both concepts. Most often: ${most.join(" with ")}.`,
      height: 190 + 24 * shown.length,
      width: 150 + 22 * shown.length,
      option: heatmap({ columns: names, rows: names, cells, unit: "sentences" }),
      table: () =>
        table(
          "Pairs of concepts, most frequent first",
          ["Concept", "With", "Sentences"],
          sorted.slice(0, 100).map(([a, b, n]) => [foreign(names[a]), foreign(names[b]), count(n)]),
        ),
    });
  }

  const nodes = () =>
    [sentenceLengths, confidences, reliability, letters, sections, cooccurrence]
      .map((build) => build()?.node)
      .filter(Boolean);

  function show() {
    const body = byId("figures-body");
    const all = [...nodes(), Months.show()].filter(Boolean);
    replace(body, all.length ? all : make("p", {}, "There is nothing to plot."));
  }

  return { show, conceptLabel, GRID, SYMBOLS, MOST_LINES };
})();
