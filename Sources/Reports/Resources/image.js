"use strict";
// One image of all panels of a figure, on paper.
(() => {
  const { plain, shortened, symbols, wrapped, traces, axes } = gnomonCharts;
  const order = JSON.parse(document.getElementById("order").textContent);
  const { charts, legend, width } = order;
  const style = {
    family: "Helvetica, Arial, 'Liberation Sans', sans-serif",
    ink: "#000000", paper: "#ffffff", quiet: "#404040", rule: "#e4e5e7",
  };
  const size = 10; // CSS pixels: 7.5 points.
  const letter = 0.56 * size; // About the mean width of one.
  const line = 1.3 * size;
  const factor = 0.62; // Of lines and marks, beside those on a screen.
  const millimetre = 96 / 25.4;

  const entryWidth = Math.max(0, ...legend.map(({ label }) => label.length)) * letter + 6;
  const symbolWidth = 30;
  const perLine = Math.max(1, Math.floor(width / (entryWidth + symbolWidth + 5)));
  const legendHeight =
    legend.length > 1 ? Math.ceil(legend.length / perLine) * 1.5 * line + 6 : 0;

  // Where each panel's axes are, in pixels from the left and the top.
  const places = () => {
    const narrow = charts.filter((chart) => !chart.isWide);
    const isShared = narrow.length < charts.length;
    const columns = isShared
      ? Math.max(1, Math.min(narrow.length, Math.floor(width / 150)))
      : width < 120 * millimetre ? 1 : narrow.length;
    const rows = (chart) => chart.y.ticks?.length ?? 0;
    const labels = (chart) =>
      Math.max(0, ...(chart.y.ticks ?? []).map((tick) => Math.min(tick.label.length, 22)));
    const sideHeight = Math.min(170, Math.max(105, (0.72 * width) / columns));
    const lines = (title, length) => wrapped(title, length / letter).split("<br>").length;
    const left = (chart) => (chart.y.ticks
      ? labels(chart) * letter + 10
      : 3.6 * size + lines(chart.y.title, sideHeight) * line);
    const gap = 10;
    const right = 12;
    const placed = [];
    let top = legendHeight;
    for (let start = 0; start < narrow.length; start += columns) {
      const row = narrow.slice(start, start + columns);
      const margins = row.map((chart, place) => (isShared && place > 0 ? gap : left(chart)));
      const free = width - margins.reduce((sum, each) => sum + each, 0) - right
        - (isShared ? 0 : gap * (row.length - 1));
      const plotWidth = free / (isShared ? columns : row.length);
      const tall = Math.max(sideHeight, ...row.map((chart) => 15 * rows(chart)));
      const plotHeight = columns === 1 && row[0].y.ticks ? 15 * rows(row[0]) : tall;
      let x = 0;
      let bottom = 0;
      row.forEach((chart, place) => {
        x += margins[place] + (!isShared && place > 0 ? gap : 0);
        // Panels on one scale say once what is on it.
        const isLast = !isShared || start + place + columns >= narrow.length;
        placed.push({
          chart, x, y: top + 1.5 * line, width: plotWidth, height: plotHeight,
          hasX: isLast, hasY: !isShared || place === 0,
        });
        x += plotWidth;
        const below = isLast ? 12 + (1 + lines(chart.x.title, plotWidth)) * line : 6;
        bottom = Math.max(bottom, below);
      });
      top += 1.5 * line + plotHeight + bottom;
    }
    for (const chart of charts.filter(({ isWide }) => isWide)) {
      const x = left(chart);
      const [plotWidth, plotHeight] = [width - x - right, 34 * rows(chart)];
      placed.push({
        chart, x, y: top + 1.5 * line, width: plotWidth, height: plotHeight,
        hasX: true, hasY: true,
      });
      top += 1.5 * line + plotHeight + 12 + (1 + lines(chart.x.title, plotWidth)) * line;
    }
    return { placed, height: Math.ceil(top) };
  };

  const { placed, height } = places();

  const suffix = (place) => (place === 0 ? "" : String(place + 1));

  const adapted = (source, own, anchor, domain, isSaid, titleLength) => ({
    ...source,
    automargin: false,
    anchor,
    domain,
    ticklen: 3,
    nticks: 5,
    linewidth: 0.75,
    tickwidth: 0.75,
    gridwidth: 0.5,
    showticklabels: isSaid,
    title: {
      text: isSaid ? wrapped(own.title, titleLength) : "", standoff: 4, font: { size },
    },
  });

  const layout = {
    width, height,
    autosize: false,
    margin: { l: 0, r: 0, t: 0, b: 0, pad: 0 },
    paper_bgcolor: style.paper,
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.family, size, color: style.ink },
    showlegend: legend.length > 1,
    legend: {
      orientation: "h", x: 0, y: 1, xanchor: "left", yanchor: "top", font: { size },
      entrywidth: entryWidth, entrywidthmode: "pixels", itemwidth: symbolWidth, bgcolor: "rgba(0,0,0,0)",
    },
    annotations: [],
  };
  const data = legend.map((entry) => ({
    type: "scatter", x: [null], y: [null], name: plain(shortened(entry.label, 40)),
    showlegend: true,
    mode: [entry.hasLine && "lines", entry.isMarked && "markers"].filter(Boolean).join("+"),
    line: { color: entry.color, width: 2.2 * factor, dash: entry.dash },
    marker: {
      color: entry.color, size: 7.5 * factor,
      symbol: symbols[entry.dash] + (entry.isHollow ? "-open" : ""),
      line: { color: entry.color, width: entry.isHollow ? 1.8 * factor : 0 },
    },
  }));

  placed.forEach(({ chart, hasX, hasY, ...box }, place) => {
    const panel = axes(chart, chart.y.title, { ...style, width: box.width, height: box.height });
    const end = suffix(place);
    layout[`xaxis${end}`] = adapted(
      panel.xaxis, chart.x, `y${end}`, [box.x / width, (box.x + box.width) / width], hasX,
      box.width / letter);
    layout[`yaxis${end}`] = adapted(
      panel.yaxis, chart.y, `x${end}`, [1 - (box.y + box.height) / height, 1 - box.y / height],
      hasY, box.height / letter);
    layout.annotations.push({
      text: `<b>${plain(shortened(chart.title ?? "", 60))}</b>`, font: { size }, showarrow: false,
      xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom",
      x: box.x / width, y: 1 - (box.y - 3) / height,
    });
    for (const each of traces(chart, false, factor)) {
      data.push({ ...each, xaxis: `x${end}`, yaxis: `y${end}`, showlegend: false });
    }
  });

  // In millimetres, to a thousandth.
  const onPaperOf = (pixels) => Number((pixels / millimetre).toFixed(3));

  // An SVG of a size on paper, with a title.
  const onPaper = (text) => {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    const root = parsed.documentElement;
    root.setAttribute("width", `${onPaperOf(width)}mm`);
    root.setAttribute("height", `${onPaperOf(height)}mm`);
    const title = parsed.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = order.title;
    root.prepend(title);
    return new XMLSerializer().serializeToString(parsed);
  };

  const leave = (outcome) => {
    const bytes = new TextEncoder().encode(JSON.stringify(outcome));
    const pieces = [];
    for (let start = 0; start < bytes.length; start += 8192) {
      pieces.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
    }
    document.getElementById("drawn").textContent = btoa(pieces.join(""));
  };

  Plotly.toImage({ data, layout, config: { staticPlot: true } }, {
    width, height, format: order.isPNG ? "png" : "svg", scale: 600 / 96, imageDataOnly: true,
  }).then(
    (image) =>
      leave({ drawn: { image: order.isPNG ? image : onPaper(image), height: onPaperOf(height) } }),
  ).catch((error) => leave({ error: String(error?.message ?? error) }));
})();
