"use strict";
// What a chart's data are to Plotly, on whatever page they are drawn.
const gnomonCharts = (() => {
  // Plotly reads a little HTML, TeX and templates in every text, and names come from files.
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", $: "&#36;", "%": "&#37;" };
  const plain = (text) => text.replace(/[&<>$%]/g, (character) => entities[character]);
  const shortened = (text, length) =>
    text.length > length ? text.slice(0, length - 1) + "…" : text;

  const number = (value, digits) => String(Number(value.toPrecision(digits))).replace("-", "−");

  // What a reader is told of a place on an axis: its label, where it has one.
  const told = (axis, value) => {
    if (!axis.ticks) return undefined;
    const nearest = axis.ticks.reduce((best, tick) =>
      Math.abs(tick.value - value) < Math.abs(best.value - value) ? tick : best);
    return plain(shortened(nearest.label, 60));
  };

  // A long title in lines of about that many characters.
  const wrapped = (text, length) => {
    const lines = [];
    for (const word of text.split(" ")) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + word.length < length) {
        lines[lines.length - 1] = `${last} ${word}`;
      } else {
        lines.push(word);
      }
    }
    return lines.map(plain).join("<br>");
  };

  const symbols = { solid: "circle", dash: "diamond", dot: "square", dashdot: "triangle-up" };

  // Nothing stands between the pieces of a broken line.
  const broken = (values, piece) =>
    piece ? values.flatMap((value, place) => ((place + 1) % piece ? [value] : [value, null])) : values;

  // Sizes are those of a screen, times a factor for other paper.
  const trace = (source, chart, onDark, factor) => {
    const color = onDark ? source.dark : source.light;
    const places = source.x.map((x, place) => [
      told(chart.x, x) ?? number(x, 6), told(chart.y, source.y[place]) ?? number(source.y[place], 4),
      plain(shortened(source.names?.[place] ?? source.name, 60)),
    ]);
    const bars = source.above && {
      type: "data", symmetric: false, array: source.above, arrayminus: source.below,
      color, thickness: 2 * factor, width: 6 * factor,
    };
    return {
      type: "scatter",
      x: broken(source.x, source.piece),
      y: broken(source.y, source.piece),
      mode: source.x.length === 1 ? "markers" : source.mode,
      opacity: source.isThin ? (source.isHollow ? 0.75 : 0.45) : 1,
      line: {
        color,
        width: factor * (source.isThin ? 1.1 : 2.2),
        dash: source.isThin && !source.isHollow ? "solid" : source.dash,
      },
      marker: {
        color,
        size: factor * (source.isThin ? 5 : 7.5),
        symbol: symbols[source.dash] + (source.isHollow ? "-open" : ""),
        line: { color, width: source.isHollow ? 1.8 * factor : 0 },
      },
      cliponaxis: false,
      ...(bars && { [chart.y.ticks ? "error_x" : "error_y"]: bars }),
      ...(source.piece && { hoverinfo: "skip" }),
      ...(!source.piece && {
        customdata: places,
        hovertemplate: chart.y.ticks
          ? "%{customdata[2]}<br>%{customdata[1]}: <b>%{customdata[0]}</b><extra></extra>"
          : "%{customdata[2]}<br>%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
      }),
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
    colorscale: (onDark ? source.dark : source.light).map((color, place) => [place, color]),
    showscale: false,
    hoverongaps: false,
    texttemplate: "%{z:.2f}",
    // One colour that stands out from the whole scale.
    textfont: { color: onDark ? "#f2f2f0" : "#1b1c1e", size: 12 },
    customdata: source.rows.map((row) =>
      source.columns.map((column) => plain(shortened(`${row}, ${column}`, 60)))),
    hovertemplate: "%{customdata}: <b>%{z:.4~g}</b><extra></extra>",
  });

  const traces = (chart, onDark, factor = 1) =>
    chart.heat
      ? [heat(chart.heat, onDark)]
      : chart.traces.map((each) => trace(each, chart, onDark, factor));

  // Around a single height the library draws an axis of two, on which small numbers look like zero.
  const aroundOne = (chart) => {
    const heights = new Set(chart.traces.flatMap(({ y }) => y).filter(Number.isFinite));
    const [height] = heights;
    if (heights.size !== 1 || height === 0 || chart.y.isLogarithmic || chart.y.ticks) return null;
    if (chart.traces.some(({ above }) => above)) return null;
    const ends = [chart.y.fromZero ? 0 : 0.5 * height, 1.5 * height];
    return ends.sort((one, other) => one - other);
  };

  // Over a decade or more the powers of ten alone are named: the digits between them would lie on one another.
  const steps = (values) => {
    let [least, most] = [Infinity, 0];
    for (const value of values) {
      if (value > 0) [least, most] = [Math.min(least, value), Math.max(most, value)];
    }
    const decades = Math.log10(most / least);
    return decades > 6 || !(decades >= 0) ? {} : { dtick: decades < 1 ? "D2" : 1 };
  };

  const axis = (source, title, style, values = []) => {
    const shared = {
      title: { text: title, standoff: 8, font: { size: 12.5 } },
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
      ...(source.isLogarithmic && { type: "log", exponentformat: "power", ...steps(values) }),
    };
    if (source.range) shared.range = source.range;
    if (source.ticks) {
      shared.tickvals = source.ticks.map((tick) => tick.value);
      shared.ticklabeloverflow = "allow";
      shared.ticktext = source.ticks.map((tick) => plain(shortened(tick.label, 22)));
    }
    return shared;
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
    // Names of rows take their room from the plot, over the middle of which the title stands.
    const beside = Math.max(40, ...(chart.y.ticks ?? []).map(({ label }) =>
      7 * Math.min(label.length, 22) + 12));
    const title = wrapped(chart.x.title, (style.width - beside - 24) / 7);
    const all = (side) => (chart.traces ?? []).flatMap((each) => each[side] ?? []);
    const x = { ...axis(chart.x, title, style, all("x")), showgrid: Boolean(chart.y.ticks) };
    if (chart.x.ticks) x.tickangle = angle(chart, style.width);
    const y = axis(chart.y, wrapped(yTitle, (style.height - 60) / 6.2), style, all("y"));
    if (!chart.heat) {
      const range = y.range ?? aroundOne(chart);
      return { xaxis: x, yaxis: range ? { ...y, range } : y };
    }
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

  return { plain, shortened, symbols, wrapped, traces, axes, angle, layout };
})();
