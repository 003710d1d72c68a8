"use strict";
// The charts of a page: drawn, hidden by their legends, saved, and drawn anew with later data.
const gnomonFigures = (() => {
  const { plain, shortened, traces, angle, layout } = gnomonCharts;
  const darkTheme = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const hidden = new Set();
  let charts = [];

  const isDark = () => darkTheme.matches && !root.classList.contains("printing");

  // The colours of the page as it is now.
  const pageStyle = (element) => {
    const body = getComputedStyle(document.body);
    const own = getComputedStyle(element);
    return {
      family: getComputedStyle(element.parentElement.querySelector("h3")).fontFamily,
      ink: body.color,
      paper: body.backgroundColor,
      quiet: own.color,
      rule: own.borderTopColor,
      width: element.clientWidth,
      height: element.clientHeight,
    };
  };

  const shownTraces = (chart) => {
    const data = traces(chart, isDark());
    if (!chart.heat) {
      data.forEach((each, place) => (each.visible = !hidden.has(chart.traces[place].group)));
    }
    return data;
  };

  const draw = ({ id, chart }) => {
    const element = document.getElementById(id);
    // Above the panel is the place for what its title already says.
    const isSaid = chart.title?.toLowerCase().startsWith(chart.y.title.toLowerCase());
    const yTitle = isSaid ? "" : chart.y.title;
    try {
      Plotly.react(
        element,
        shownTraces(chart),
        layout(chart, yTitle, pageStyle(element)),
        { displayModeBar: false },
      );
    } catch (error) {
      element.textContent = "This chart could not be drawn: " + error.message;
      element.classList.add("chart-error");
    }
  };

  // A file stands alone, on paper: light, with its legend and the name of its vertical axis.
  const save = ({ id, chart }) => {
    const style = { ...pageStyle(document.getElementById(id)), family: "sans-serif", width: 640, height: 420 };
    Object.assign(style, { ink: "#1b1c1e", paper: "#ffffff", quiet: "#5b5e63", rule: "#d9dbde" });
    const names = chart.traces.map((each) => each.name);
    const data = traces(chart, false).map((each, place) => ({
      ...each,
      ...(!chart.heat && {
        name: plain(shortened(names[place], 40)),
        showlegend: names.indexOf(names[place]) === place,
      }),
    }));
    const size = { width: 640, height: 420 };
    const legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
    const alone = { ...size, legend, autosize: false, showlegend: data.length > 1 };
    Plotly.downloadImage(
      { data, layout: { ...layout(chart, chart.y.title, style), ...alone } },
      { ...size, format: "svg", filename: id },
    );
  };

  const drawAll = () => charts.forEach(draw);

  const update = (latest) => {
    // A live page's data may already be of figures that it has no place for yet.
    charts = latest.filter(({ id }) => document.getElementById(id));
    drawAll();
  };

  const toggle = (group) => {
    if (!hidden.delete(group)) hidden.add(group);
    for (const button of document.querySelectorAll(".legend button")) {
      button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.group)));
    }
    drawAll();
  };

  darkTheme.addEventListener("change", drawAll);

  // Paper is white and of one width, whatever the screen is.
  const setPrinting = (isPrinting) => {
    root.classList.toggle("printing", isPrinting);
    drawAll();
  };
  addEventListener("beforeprint", () => setPrinting(true));
  addEventListener("afterprint", () => setPrinting(false));

  const resizing = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      // One that a live page has just taken out has no size to follow.
      if (!target.isConnected || !target.classList.contains("js-plotly-plot")) continue;
      Plotly.Plots.resize(target);
      const chart = charts.find(({ id }) => id === target.id)?.chart;
      if (!chart) continue;
      const tickangle = angle(chart, target.clientWidth);
      if (chart.x.ticks && target.layout.xaxis.tickangle !== tickangle) {
        Plotly.relayout(target, { "xaxis.tickangle": tickangle });
      }
    }
  });

  // The markup has no style attributes, which a page's policy may refuse.
  const dress = () => {
    for (const button of document.querySelectorAll(".legend button")) {
      button.style.setProperty("--light", button.dataset.light);
      button.style.setProperty("--dark", button.dataset.dark);
      button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.group)));
      button.addEventListener("click", () => toggle(button.dataset.group));
    }
    for (const element of document.querySelectorAll(".chart[data-height]")) {
      element.style.height = `${element.dataset.height}px`;
    }
    for (const button of document.querySelectorAll("[data-chart]")) {
      button.addEventListener("click", () =>
        save(charts.find(({ id }) => id === button.dataset.chart)));
    }
  };

  // Draws into the figures that stand in the page now.
  const start = (first) => {
    resizing.disconnect();
    dress();
    update(first);
    for (const { id } of charts) resizing.observe(document.getElementById(id));
  };

  return { start, update };
})();
