/// A line's pattern, by Plotly's name.
enum Dash: String, Encodable, CaseIterable {
  case solid, dash, dot, dashdot
}

/// What one colour and pattern stand for.
struct LegendEntry {
  let label: String
  let paint: Paint
  let dash: Dash
  /// The traces that the entry shows and hides.
  let group: String
  /// Whether the traces have markers at their points.
  var isMarked = false
  /// Whether the markers are outlines.
  var isHollow = false
  /// Whether the traces have lines.
  var isLined = true
}

/// One line or cloud of points.
struct Trace: Encodable {
  enum Mode: String, Encodable {
    case lines, markers
    case both = "lines+markers"
  }

  /// What a reader sees on pointing at it.
  let name: String
  let group: String
  let x: [Double]
  let y: [Double]
  let light: String
  let dark: String
  let dash: Dash
  let mode: Mode
  /// How far a bar reaches to both sides of each point, along the axis that has no fixed labels.
  var below: [Double]?
  var above: [Double]?
  /// Whether the trace is one of many behind a mean.
  var isThin: Bool?
  /// Whether its markers are outlines.
  var isHollow: Bool?
  /// What each point is called, where they are not all called like the trace.
  var names: [String]?
  /// How many points are joined before a line ends and another begins; `nil` for one line.
  var piece: Int?

  /// A trace of the points whose coordinates are both finite, to the six digits a chart can show.
  init(
    name: String, group: String, points: [(x: Double, y: Double)], paint: Paint,
    dash: Dash = .solid, mode: Mode = .lines
  ) {
    let shown = points.filter { $0.x.isFinite && $0.y.isFinite }
    self.name = name
    self.group = group
    x = shown.map { Trace.rounded($0.x) }
    y = shown.map { Trace.rounded($0.y) }
    light = paint.light
    dark = paint.dark
    self.dash = dash
    self.mode = mode
  }

  init(
    of member: RunSet.Member, points: [(x: Double, y: Double)], mode: Mode = .lines
  ) {
    self.init(
      name: member.label == member.run.name
        ? member.label : "\(member.label), \(member.run.name)",
      group: member.group, points: points, paint: member.paint, dash: member.dash, mode: mode)
  }

  init(
    of series: RunSet.Series, points: [(x: Double, y: Double)], mode: Mode = .both,
    paint: Paint? = nil, dash: Dash? = nil
  ) {
    self.init(
      name: series.name, group: series.group, points: points, paint: paint ?? series.paint,
      dash: dash ?? series.dash, mode: mode)
  }

  /// `value` to six digits.
  static func rounded(_ value: Double) -> Double {
    guard value != 0 else { return 0 }
    var scale = 1.0
    var magnitude = abs(value)
    // Multiplying by whole powers of ten keeps short decimals short.
    while magnitude < 1e5 && scale < 1e12 {
      magnitude *= 10
      scale *= 10
    }
    return (value * scale).rounded() / scale
  }
}

/// One axis of a chart.
struct Axis: Encodable {
  /// A labelled place.
  struct Tick: Encodable {
    let value: Double
    let label: String
  }

  let title: String
  /// The ends; `nil` leaves them to the data.
  var range: [Double]?
  /// Fixed labels in place of numbers.
  var ticks: [Tick]?
  /// Whether 0 belongs on the axis.
  var fromZero = false
  /// Whether equal ratios are equally far apart; what is not above 0 is then not shown.
  var isLogarithmic = false
}

/// Numbers between 0 and 1 as colours: a row and a column a name.
struct HeatMap: Encodable {
  let rows: [String]
  let columns: [String]
  /// The colours of 0 and of 1 on a light page.
  let light = [Paint.heat.none.light, Paint.heat.all.light]
  /// The same on a dark one.
  let dark = [Paint.heat.none.dark, Paint.heat.all.dark]
  /// One list a row; `nil` where there is no number.
  let values: [[Double?]]

  /// A map of the numbers that `value` gives; rows without any are left out.
  init(rows: [String], columns: [String], value: (Int, Int) -> Double?) {
    let all = rows.indices.map { row in
      columns.indices.map { column in
        value(row, column).flatMap { $0.isFinite ? Trace.rounded($0) : nil }
      }
    }
    let filled = rows.indices.filter { row in all[row].contains { $0 != nil } }
    self.rows = filled.map { rows[$0] }
    self.columns = columns
    values = filled.map { all[$0] }
  }
}

/// One panel: axes and what is drawn on them.
struct Chart: Encodable {
  /// Above the panel, where several stand side by side.
  let title: String?
  var x: Axis
  var y: Axis
  let traces: [Trace]
  /// What is drawn in place of traces.
  var heat: HeatMap?
  /// How high the panel is, in CSS pixels; `nil` for the height that all others have.
  var height: Int?
  /// Whether it takes a row of its own under panels that stand side by side.
  var isWide: Bool?

  /// Whether there is anything to see.
  var hasPoints: Bool {
    traces.contains { !$0.x.isEmpty } || heat.map { !$0.rows.isEmpty } ?? false
  }

  /// `charts` with one and the same vertical range, so that they compare at a glance.
  static func sharingVerticalRange(_ charts: [Chart]) -> [Chart] {
    let range = commonRange(
      of: charts.flatMap { $0.traces.flatMap(\.y) }, fromZero: charts.contains { $0.y.fromZero })
    return charts.map { chart in
      var chart = chart
      chart.y.range = range
      return chart
    }
  }

  /// `charts` with one and the same horizontal range.
  static func sharingHorizontalRange(_ charts: [Chart]) -> [Chart] {
    let range = commonRange(
      of: charts.flatMap { $0.traces.flatMap(\.x) }, fromZero: charts.contains { $0.x.fromZero })
    return charts.map { chart in
      var chart = chart
      chart.x.range = range
      return chart
    }
  }

  /// The range of an axis that all of these values are on, with a margin; nil without any.
  static func commonRange(of values: [Double], fromZero: Bool) -> [Double]? {
    guard let least = values.min(), let greatest = values.max() else { return nil }
    let lower = fromZero ? min(0, least) : least
    let margin = max((greatest - lower) * 0.05, 1e-6)
    guard (lower - margin).isFinite, (greatest + margin).isFinite else { return nil }
    return [fromZero && lower == 0 ? 0 : lower - margin, greatest + margin]
  }
}

/// A numbered figure of the page: one or more panels with one caption.
struct ChartFigure {
  let title: String
  /// One sentence on how to read it.
  let reading: String
  let legend: [LegendEntry]
  let charts: [Chart]

  /// A figure of the charts that have something to show; `nil` when none has.
  init?(title: String, reading: String, legend: [LegendEntry], charts: [Chart]) {
    let shown = charts.filter(\.hasPoints)
    if shown.isEmpty { return nil }
    let groups = Set(shown.flatMap { $0.traces.filter { !$0.x.isEmpty }.map(\.group) })
    self.title = title
    self.reading = reading
    self.legend = legend.filter { groups.contains($0.group) }
    self.charts = shown
  }

  /// How many panels stand side by side where there is room.
  var columns: Int {
    let narrow = charts.count { $0.isWide != true }
    if narrow == 4 { return narrow == charts.count ? 2 : 4 }
    return narrow == 6 ? 2 : max(1, min(narrow, narrow < charts.count ? 4 : 3))
  }
}
