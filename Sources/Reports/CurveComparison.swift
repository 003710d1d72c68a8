import Records

/// Curves of several runs: a chart a quantity with all runs in it, and what the charts show as tables.
package struct CurveComparison {
  /// What the curves go along.
  package enum Along: String, CaseIterable, Sendable {
    case step, epoch, time

    /// What the axis is called.
    package var title: String {
      switch self {
      case .step: "step"
      case .epoch: "epoch"
      case .time: "time spent training (minutes)"
      }
    }
  }

  /// One quantity of all runs.
  package struct Curve {
    /// What it is called, with its unit.
    package let title: String
    /// Whether 0 belongs on its axis.
    let fromZero: Bool
    /// Whether it was measured now and then, so that its points are marked.
    let isMarked: Bool
    /// The points of each run, in the order of the runs and along the axis.
    package let points: [[(x: Double, y: Double)]]

    /// A number that runs log.
    package init(_ quantity: LoggedQuantity, points: [[(x: Double, y: Double)]]) {
      title = quantity.title
      fromZero = false
      isMarked = false
      self.points = points
    }

    /// A figure of a layer; percentages come as shares.
    package init(
      _ figure: FigureCatalogue.Entry, of layer: String, points: [[(x: Double, y: Double)]]
    ) {
      title = "\(FormulaWords.withUnit(figure.name, figure.form)), \(layer)"
      fromZero = figure.axis.fromZero
      isMarked = true
      let scale = figure.form == .percent ? 100.0 : 1
      self.points = points.map { $0.map { ($0.x, $0.y * scale) } }
    }
  }

  /// The names of the runs, in their order.
  package let names: [String]
  private let curves: [Curve]
  private let marks: RunMarks
  private let along: Along
  private let smoothing: Double
  private let isLogarithmic: Bool

  /// What is compared.
  ///
  /// - Parameters:
  ///   - names: what the runs are called.
  ///   - marks: what they look like.
  ///   - curves: the quantities.
  ///   - along: what the points go along.
  ///   - smoothing: the share of a curve's length over which a point is the mean, 0 to 1.
  ///   - isLogarithmic: whether equal ratios are equally far apart.
  package init(
    names: [String], marks: RunMarks, curves: [Curve], along: Along, smoothing: Double,
    isLogarithmic: Bool
  ) {
    self.names = names
    self.marks = marks
    self.curves = curves
    self.along = along
    self.smoothing = smoothing
    self.isLogarithmic = isLogarithmic
  }

  /// The charts as one figure, or none where there is nothing to draw.
  package var figures: LiveFigures {
    let figure = ChartFigure(
      title: "Curves of the chosen runs", reading: reading,
      legend: marks.legend(), charts: curves.map(chart))
    return LiveFigures([figure].compactMap { $0 })
  }

  private var reading: String {
    var sentences = ["Losses compare only between runs of one temperature and batch size."]
    if smoothing > 0 {
      sentences.append(
        "Strong lines are means over \(Numerals.setting(Trace.rounded(100 * smoothing))) % of a curve's length, thin ones what was logged."
      )
    }
    if isLogarithmic { sentences.append("What is not above 0 has no place on these axes.") }
    if along == .time {
      sentences.append(
        "Time is what the logged speed makes of the steps, without measuring and checkpoints.")
    }
    return sentences.joined(separator: " ")
  }

  private func chart(_ curve: Curve) -> Chart {
    let shown = curve.points.map { points in
      ChartFigure.thinned(isLogarithmic ? points.filter { $0.y > 0 } : points)
    }
    let traces = shown.enumerated().flatMap { place, points -> [Trace] in
      let mode: Trace.Mode = curve.isMarked ? .both : .lines
      var trace = Trace(names[place], marks.marks[place], points: points, mode: mode)
      guard smoothing > 0, points.count > 2 else { return [trace] }
      trace.isThin = true
      let means = Self.smoothed(points, over: smoothing)
      return [trace, Trace(names[place], marks.marks[place], points: means)]
    }
    return Chart(
      title: curve.title, x: Axis(title: along.title, fromZero: true),
      y: Axis(
        title: curve.title, fromZero: curve.fromZero && !isLogarithmic,
        isLogarithmic: isLogarithmic),
      traces: traces)
  }

  /// Each point as the mean of those that lie within half of that share of the curve's length before and after it.
  static func smoothed(
    _ points: [(x: Double, y: Double)], over share: Double
  ) -> [(x: Double, y: Double)] {
    guard let first = points.first, let last = points.last else { return [] }
    let reach = share * (last.x - first.x) / 2
    var (start, end, sum) = (0, 0, 0.0)
    return points.map { point in
      while end < points.count, points[end].x <= point.x + reach {
        sum += points[end].y
        end += 1
      }
      while points[start].x < point.x - reach {
        sum -= points[start].y
        start += 1
      }
      return (point.x, sum / Double(end - start))
    }
  }
}

extension CurveComparison {
  /// A chart as a table: a row a run.
  package struct Table {
    /// What the chart shows.
    package let title: String
    /// The places along the axis, then the ends of what was logged.
    package let heads: [String]
    /// The values of each run; `nil` where it was not there.
    package let rows: [(name: String, cells: [String?])]

    /// A table of those cells.
    package init(title: String, heads: [String], rows: [(name: String, cells: [String?])]) {
      self.title = title
      self.heads = heads
      self.rows = rows
    }
  }

  /// So many places along the axis are in a table.
  private static let places = 5

  /// The charts as tables, for those who do not see them.
  package var tables: [Table] {
    curves.compactMap { curve in
      let ends = curve.points.flatMap { $0 }.map(\.x)
      guard let least = ends.min(), let greatest = ends.max() else { return nil }
      let spacing = (greatest - least) / Double(Self.places - 1)
      let places = spacing > 0 ? (0..<Self.places).map { least + Double($0) * spacing } : [least]
      let rows = zip(names, curve.points).map { name, points in
        let values = places.map { place in
          points.min { abs($0.x - place) < abs($1.x - place) }
            .flatMap { abs($0.x - place) <= spacing / 2 ? $0.y : nil }
        }
        let all = points.map(\.y)
        return (name: name, cells: (values + [all.min(), all.max(), all.last]).map(Self.text))
      }
      return Table(
        title: "\(curve.title) along \(along.title)",
        heads: places.map { "at \(Numerals.significant($0))" } + ["least", "greatest", "last"],
        rows: rows)
    }
  }

  private static func text(_ value: Double?) -> String? {
    value.map { Numerals.significant($0, 4) }
  }
}
