"use strict";

// Draws charts when they come into view, in colours of the style sheet, each with its figures as a table.
const Charts = (() => {
  const { make } = Dom;
  const drawn = new Map();
  let libraryIsLoaded = false;

  /** ECharts stands in the page as text: it is only run when the first chart comes into view. */
  function loadLibrary() {
    if (libraryIsLoaded) return;
    const script = make("script");
    script.textContent = Dom.byId("library").textContent;
    document.head.append(script);
    libraryIsLoaded = true;
  }

  /** Custom properties may hold light-dark(): a colour is known once an element has it. */
  function colours() {
    const probe = make("span", { hidden: true });
    document.body.append(probe);
    const resolve = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const names = [
      "ink",
      "quiet",
      "rule",
      "paper",
      "accent",
      "accent-soft",
      "shade",
      "series-1",
      "series-2",
      "series-3",
      "series-4",
      "series-5",
    ];
    const found = Object.fromEntries(names.map((name) => [name, resolve(name)]));
    probe.remove();
    return found;
  }

  function theme() {
    const c = colours();
    const axis = {
      axisLine: { lineStyle: { color: c.quiet } },
      axisTick: { lineStyle: { color: c.rule } },
      axisLabel: { color: c.ink, fontSize: 13 },
      splitLine: { lineStyle: { color: c.rule } },
      nameTextStyle: { color: c.quiet, fontSize: 13 },
    };
    return {
      color: [c["series-1"], c["series-2"], c["series-3"], c["series-4"], c["series-5"]],
      backgroundColor: "transparent",
      textStyle: { color: c.ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13 },
      categoryAxis: axis,
      valueAxis: axis,
      legend: { textStyle: { color: c.ink, fontSize: 13 } },
      visualMap: { textStyle: { color: c.ink } },
      tooltip: { backgroundColor: c.paper, borderColor: c.quiet, textStyle: { color: c.ink } },
    };
  }

  const isolate = (text) => `\u2068${Dom.visible(text)}\u2069`;

  /** Text for the SVG: no markup, no reordering of its neighbours, and no longer than its place. */
  function label(text, length = 22) {
    const letters = Array.from(Dom.visible(text));
    return isolate(letters.length > length ? `${letters.slice(0, length - 1).join("")}…` : letters.join(""));
  }

  function draw(place) {
    loadLibrary();
    drawn.get(place.element)?.dispose();
    const chart = globalThis.echarts.init(place.element, theme(), { renderer: "svg" });
    // Rich text: what the data name must not become markup in a tooltip.
    chart.setOption({
      animation: false,
      tooltip: { renderMode: "richText", confine: true },
      ...place.option(colours()),
    });
    if (place.onclick) chart.on("click", place.onclick);
    place.element.querySelector("svg")?.setAttribute("aria-hidden", "true");
    drawn.set(place.element, chart);
  }

  const places = new Map();
  const whenSeen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        whenSeen.unobserve(target);
        draw(places.get(target));
      }
    },
    { rootMargin: "200px" },
  );
  const whenResized = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) if (contentRect.width) drawn.get(target)?.resize();
  });

  /**
   * A figure: title, a sentence that says what to see, the chart and its figures as a table.
   * `option(colours)` and `table()` are called when they are needed.
   */
  function figure({ title, lead, height, width, option, table, onclick, tools }) {
    const element = make("div", {
      class: "chart",
      role: "img",
      "aria-label": `${title}. The table below has the figures.`,
    });
    element.style.height = `${height}px`;
    if (width) element.style.minWidth = `${width}px`;
    places.set(element, { element, option, onclick });
    whenSeen.observe(element);
    whenResized.observe(element);
    const frame = width
      ? make("div", { class: "scrolling", tabindex: "0", role: "group", "aria-label": title }, element)
      : element;
    const node = make(
      "figure",
      {},
      make("figcaption", {}, make("h3", {}, title), make("p", {}, lead)),
      tools,
      frame,
      tableOnDemand(table),
    );
    return { node, redraw: () => drawn.has(element) && draw(places.get(element)) };
  }

  function tableOnDemand(table) {
    const details = make("details", { class: "figures-table" }, make("summary", {}, "The figures as a table"));
    details.addEventListener("toggle", () => {
      details.querySelector(".scrolling")?.remove();
      if (details.open) details.append(Overview.scrolling(table()));
    });
    return details;
  }

  function redrawAll() {
    for (const element of drawn.keys()) draw(places.get(element));
  }

  function drawAll() {
    whenSeen.disconnect();
    for (const place of places.values()) draw(place);
  }

  return { figure, label, isolate, redrawAll, drawAll };
})();
