"use strict";

// Keywords over time: chosen concepts by month, with error bars.
const Months = (() => {
  const { make, table, foreign } = Dom;
  const { count, decimal } = Numbers;
  const { label } = Charts;

  const months = () => Data.report.charts.months;
  let chosen = [0, 1, 2];
  let asRate = true;

  /** Mentions, or mentions in ten thousand words of that month. */
  function value(series, name, month) {
    const mentions = series[name]?.[month] ?? 0;
    if (!asRate) return mentions;
    const words = months().tokens[month];
    return words > 0 ? Number(((10000 * mentions) / words).toFixed(2)) : null;
  }

  const chosenSeries = () => chosen.map((index) => months().concepts[index]).filter(Boolean);
  const nameOf = (series) => Figures.conceptLabel(series.concept);
  const unit = () => (asRate ? "in 10,000 words" : "mentions");

  function line(series, position) {
    return {
      name: label(nameOf(series)),
      type: "line",
      symbol: Figures.SYMBOLS[position],
      symbolSize: 9,
      data: months().months.map((_, month) => value(series, "expected", month)),
    };
  }

  /** The 95 % interval as a bar with two caps, moved aside a little so that those of several concepts stay apart. */
  function errorBars(series, position, colour) {
    return {
      name: label(nameOf(series)),
      type: "custom",
      itemStyle: { color: colour },
      silent: true,
      data: months().months.map((_, month) => [month, value(series, "low", month), value(series, "high", month)]),
      renderItem: (_, api) => {
        const aside = 3 * (position - (chosen.length - 1) / 2);
        const [x, bottom] = api.coord([api.value(0), api.value(1)]).map((v, axis) => (axis === 0 ? v + aside : v));
        const top = api.coord([api.value(0), api.value(2)])[1];
        const stroke = (x1, y1, x2, y2) => ({
          type: "line",
          shape: { x1, y1, x2, y2 },
          style: { stroke: colour, lineWidth: 1.5 },
        });
        return {
          type: "group",
          children: [stroke(x, bottom, x, top), stroke(x - 3, bottom, x + 3, bottom), stroke(x - 3, top, x + 3, top)],
        };
      },
    };
  }

  function option(colours) {
    const shown = chosenSeries();
    const lines = shown.map(line);
    return {
      grid: { ...Figures.GRID, top: 16 + 26 * Math.max(1, shown.length) + 14 },
      legend: {
        top: 0,
        left: 0,
        orient: "vertical",
        itemGap: 8,
        data: lines.map(({ name }) => name),
        textStyle: { fontFamily: '"Tarmim Arabic", serif', fontSize: 16, color: colours.ink },
      },
      tooltip: {
        renderMode: "richText",
        confine: true,
        trigger: "axis",
        valueFormatter: (v) => (Array.isArray(v) ? `${decimal(v[1])} to ${decimal(v[2])}` : decimal(v)),
      },
      xAxis: { type: "category", data: months().months, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", name: unit(), nameLocation: "end", nameTextStyle: { align: "left" }, min: 0 },
      series: shown.flatMap((series, i) => [lines[i], errorBars(series, i, colours[`series-${i + 1}`])]),
    };
  }

  function figures() {
    const shown = chosenSeries();
    const heads = [months().are_years ? "Year" : "Month", "Articles", ...shown.map((series) => make("span", {}, foreign(nameOf(series)), " (95 %)"))];
    const cell = (series, month) => {
      const [expected, low, high] = ["expected", "low", "high"].map((name) => decimal(value(series, name, month)));
      return `${expected} (${low} to ${high})`;
    };
    const rows = months().months.map((name, month) => [
      name,
      count(months().articles[month]),
      ...shown.map((series) => cell(series, month)),
    ]);
    return table(`Keywords over time, ${unit()}, with 95 % intervals`, heads, rows);
  }

  function chooser(redraw) {
    const choose = (index, box) => {
      chosen = box.checked ? [...chosen, index].slice(-Figures.MOST_LINES) : chosen.filter((other) => other !== index);
      for (const other of box.closest("fieldset").querySelectorAll("input"))
        other.checked = chosen.includes(Number(other.value));
      redraw();
    };
    const choice = (series, index) =>
      make(
        "label",
        { class: "choice" },
        make("input", {
          type: "checkbox",
          value: index,
          checked: chosen.includes(index),
          onchange: ({ target }) => choose(index, target),
        }),
        foreign(nameOf(series)),
      );
    return make(
      "details",
      { class: "chooser" },
      make("summary", {}, `Choose concepts (up to ${Figures.MOST_LINES})`),
      make("fieldset", {}, make("legend", { class: "visually-hidden" }, "Concepts"), months().concepts.map(choice)),
    );
  }

  function unitChoice(redraw) {
    const change = ({ target }) => {
      asRate = target.value === "rate";
      redraw();
    };
    return make(
      "label",
      { class: "inline-field" },
      "Show ",
      make(
        "select",
        { onchange: change },
        make("option", { value: "rate" }, "mentions in 10,000 words"),
        make("option", { value: "" }, "mentions"),
      ),
    );
  }

  function show() {
    if (!months()?.months.length || !months().concepts?.length) return null;
    const tools = make("div", { class: "chart-tools" });
    const { node, redraw } = Charts.figure({
      title: "Keywords over time",
      lead: `Expected mentions by ${months().are_years ? "year" : "month"}. The bars are 95\u00a0% intervals: wide where words are few or unsure.`,
      height: 420,
      option,
      table: figures,
      tools,
    });
    const again = () => {
      redraw();
      node.querySelector(".figures-table").dispatchEvent(new Event("toggle"));
    };
    tools.append(unitChoice(again), chooser(again));
    node.classList.add("wide");
    return node;
  }

  return { show };
})();
