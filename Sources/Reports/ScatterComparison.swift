import Records

/// Two figures of many runs against each other: a point a run, or two that are joined, of encoder and head output.
package struct ScatterComparison {
  /// A point's coordinates.
  package typealias Point = (x: Double, y: Double)

  /// What is shown of a run.
  package struct Run {
    let name: String
    /// The run's point; of h where both are shown.
    let point: Point?
    /// The point of z where both are shown.
    let head: Point?

    /// A run's points.
    package init(name: String, point: Point?, head: Point? = nil) {
      self.name = name
      self.point = point
      self.head = head
    }
  }

  /// An axis.
  package struct Side {
    let axis: Axis

    /// An axis of something that is called `title`.
    package init(title: String, isLogarithmic: Bool) {
      axis = Axis(title: title, isLogarithmic: isLogarithmic)
    }

    /// An axis of a figure, of a layer where that is named.
    package init(_ figure: FigureCatalogue.Entry, of layer: String?, isLogarithmic: Bool) {
      axis = Axis(
        title: figure.axis.title + (layer.map { " of \($0)" } ?? ""), isLogarithmic: isLogarithmic)
    }
  }

  private let runs: [Run]
  private let marks: RunMarks
  private let x: Side
  private let y: Side
  private let isJoined: Bool

  /// What is shown.
  ///
  /// - Parameters:
  ///   - runs: the runs.
  ///   - marks: what they look like.
  ///   - x: the horizontal axis.
  ///   - y: the vertical axis.
  ///   - isJoined: whether each run has a point of h and one of z.
  package init(runs: [Run], marks: RunMarks, x: Side, y: Side, isJoined: Bool) {
    self.runs = runs
    self.marks = marks
    self.x = x
    self.y = y
    self.isJoined = isJoined
  }

  /// The chart as one figure, or none where there is nothing to draw.
  package var figures: LiveFigures {
    var groups: [String] = []
    var members: [String: [Int]] = [:]
    for (place, mark) in marks.marks.enumerated() {
      if members[mark.group] == nil { groups.append(mark.group) }
      members[mark.group, default: []].append(place)
    }
    let chart = Chart(
      title: "\(y.axis.title) against \(x.axis.title)", x: x.axis, y: y.axis,
      traces: groups.flatMap { traces(of: members[$0] ?? []) }, height: 520)
    let figure = ChartFigure(
      title: "A point a run",
      reading: isJoined
        ? "Filled points are the encoder output h, hollow ones the head output z of the same run: the line between them is the head's doing."
        : "Each point is a run.",
      legend: marks.legend(isMarked: true, isLined: false), charts: [chart])
    return LiveFigures([figure].compactMap { $0 })
  }

  private func isShown(_ point: Point) -> Bool {
    (!x.axis.isLogarithmic || point.x > 0) && (!y.axis.isLogarithmic || point.y > 0)
  }

  /// The points of runs that look alike, and the lines that join them.
  private func traces(of places: [Int]) -> [Trace] {
    guard let mark = places.first.map({ marks.marks[$0] }) else { return [] }
    func cloud(_ point: (Run) -> Point?, _ layer: String?) -> Trace {
      let shown = places.compactMap { place in
        point(runs[place]).flatMap { isShown($0) ? (name: runs[place].name, point: $0) : nil }
      }
      var trace = Trace(mark.label, mark, points: shown.map(\.point), mode: .markers)
      trace.names = shown.map { run in layer.map { "\(run.name), \($0)" } ?? run.name }
      return trace
    }
    guard isJoined else { return [cloud(\.point, nil)] }
    let pairs = places.flatMap { place -> [Point] in
      guard let encoder = runs[place].point, let head = runs[place].head, isShown(encoder),
        isShown(head)
      else { return [] }
      return [encoder, head]
    }
    var lines = Trace(mark.label, mark, points: pairs)
    lines.piece = 2
    lines.isThin = true
    var heads = cloud(\.head, "z")
    heads.isHollow = true
    return [lines, cloud(\.point, "h"), heads]
  }
}
