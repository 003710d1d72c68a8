"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  const darkTheme = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const hidden = new Set();

  // Plotly reads a little HTML, TeX and templates in every text, and names come from files.
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", $: "&#36;", "%": "&#37;" };
  const plain = (text) => text.replace(/[&<>$%]/g, (character) => entities[character]);
  const shortened = (text, length) =>
    text.length > length ? text.slice(0, length - 1) + "…" : text;

  const number = (value, digits) => String(Number(value.toPrecision(digits))).replace("-", "−");

  const isDark = () => darkTheme.matches && !root.classList.contains("printing");

  // What a reader is told of a place on an axis: its label, where it has one.
  const told = (axis, value) => {
    if (!axis.ticks) return undefined;
    const nearest = axis.ticks.reduce((best, tick) =>
      Math.abs(tick.value - value) < Math.abs(best.value - value) ? tick : best);
    return plain(shortened(nearest.label, 60));
  };

  const trace = (source, chart, onDark) => {
    const color = onDark ? source.dark : source.light;
    const symbols = { solid: "circle", dash: "diamond", dot: "square", dashdot: "triangle-up" };
    const places = source.x.map((x, place) => [
      told(chart.x, x) ?? number(x, 6), told(chart.y, source.y[place]) ?? number(source.y[place], 4),
    ]);
    const bars = source.above && {
      type: "data", symmetric: false, array: source.above, arrayminus: source.below,
      color, thickness: 2, width: 6,
    };
    return {
      type: "scatter",
      x: source.x,
      y: source.y,
      mode: source.x.length === 1 ? "markers" : source.mode,
      visible: !hidden.has(source.group),
      opacity: source.isThin ? 0.45 : 1,
      line: { color, width: source.isThin ? 1.1 : 2.2, dash: source.dash },
      marker: { color, size: source.isThin ? 5 : 7.5, symbol: symbols[source.dash] },
      cliponaxis: false,
      ...(bars && { [chart.y.ticks ? "error_x" : "error_y"]: bars }),
      customdata: places,
      meta: plain(shortened(source.name, 60)),
      hovertemplate: chart.y.ticks
        ? "%{meta}<br>%{customdata[1]}: <b>%{customdata[0]}</b><extra></extra>"
        : "%{meta}<br>%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    };
  };

  // Pale is 0 and strong is 1, on either page.
  const heat = (source, onDark) => ({
    type: "heatmap",
    x: source.columns.map((_, place) => place),
    y: source.rows.map((_, place) => place),
    z: source.values,
    zmin: 0,
    zmax: 1,
    xgap: 2,
    ygap: 2,
    colorscale: onDark
      ? [[0, "#1e2125"], [1, "#1f6a9e"]]
      : [[0, "#f3f6f8"], [1, "#66aadb"]],
    showscale: false,
    hoverongaps: false,
    texttemplate: "%{z:.2f}",
    // One colour that stands out from the whole scale.
    textfont: { color: onDark ? "#f2f2f0" : "#1b1c1e", size: 12 },
    customdata: source.rows.map((row) =>
      source.columns.map((column) => plain(shortened(`${row}, ${column}`, 60)))),
    hovertemplate: "%{customdata}: <b>%{z:.4~g}</b><extra></extra>",
  });

  const traces = (chart, onDark) =>
    chart.heat
      ? [heat(chart.heat, onDark)]
      : chart.traces.map((each) => trace(each, chart, onDark));

  const axis = (source, title, style) => {
    const shared = {
      title: { text: plain(title), standoff: 8, font: { size: 12.5 } },
      gridcolor: style.rule,
      linecolor: style.quiet,
      tickcolor: style.quiet,
      ticks: "outside",
      ticklen: 4,
      showline: true,
      zeroline: false,
      automargin: true,
      rangemode: source.fromZero ? "tozero" : "normal",
      nticks: 7,
      ...(source.isLogarithmic && { type: "log", exponentformat: "power" }),
    };
    if (source.range) shared.range = source.range;
    if (source.ticks) {
      shared.tickvals = source.ticks.map((tick) => tick.value);
      shared.ticklabeloverflow = "allow";
      shared.ticktext = source.ticks.map((tick) => plain(shortened(tick.label, 22)));
    }
    return shared;
  };

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
    };
  };

  // Labels that do not fit side by side slant, so that none of them is left out.
  const angle = (chart, width) => {
    const labels = chart.x.ticks?.map((tick) => shortened(tick.label, 22)) ?? [];
    const needed = labels.reduce((sum, label) => sum + 7 * label.length + 10, 0);
    return needed > 0.8 * width ? -35 : 0;
  };

  // The axes of a heat map are its names.
  const named = (names) => ({
    range: [-0.5, names.length - 0.5],
    ticks: "",
    showline: false,
    showgrid: false,
    tickvals: names.map((_, place) => place),
    ticktext: names.map((name) => plain(shortened(name, 22))),
  });

  const axes = (chart, yTitle, style) => {
    const x = { ...axis(chart.x, chart.x.title, style), showgrid: Boolean(chart.y.ticks) };
    if (chart.x.ticks) x.tickangle = angle(chart, style.width);
    const y = axis(chart.y, yTitle, style);
    if (!chart.heat) return { xaxis: x, yaxis: y };
    const rows = named(chart.heat.rows);
    return {
      xaxis: { ...x, ...named(chart.heat.columns) },
      yaxis: { ...y, ...rows, range: rows.range.reverse() },
    };
  };

  const layout = (chart, yTitle, style) => ({
    autosize: true,
    margin: { l: 40, r: 12, t: 8, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.family, size: 12, color: style.ink },
    showlegend: false,
    hovermode: "closest",
    hoverlabel: { bgcolor: style.paper, bordercolor: style.quiet, font: { color: style.ink } },
    ...axes(chart, yTitle, style),
  });

  const draw = ({ id, chart }) => {
    const element = document.getElementById(id);
    // Above the panel is the place for what its title already says.
    const yTitle = chart.title?.startsWith(chart.y.title) ? "" : chart.y.title;
    try {
      Plotly.react(
        element,
        traces(chart, isDark()),
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
    const style = { ...pageStyle(document.getElementById(id)), family: "sans-serif", width: 640 };
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

  const toggle = (group) => {
    if (!hidden.delete(group)) hidden.add(group);
    for (const button of document.querySelectorAll(".legend button")) {
      button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.group)));
    }
    drawAll();
  };

  for (const button of document.querySelectorAll(".legend button")) {
    button.addEventListener("click", () => toggle(button.dataset.group));
  }
  for (const chart of charts) {
    const button = document.querySelector(`[data-chart="${chart.id}"]`);
    button.addEventListener("click", () => save(chart));
  }
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
      if (!target.classList.contains("js-plotly-plot")) continue;
      Plotly.Plots.resize(target);
      const { chart } = charts.find(({ id }) => id === target.id);
      const tickangle = angle(chart, target.clientWidth);
      if (chart.x.ticks && target.layout.xaxis.tickangle !== tickangle) {
        Plotly.relayout(target, { "xaxis.tickangle": tickangle });
      }
    }
  });

  drawAll();
  for (const { id } of charts) resizing.observe(document.getElementById(id));
})();
