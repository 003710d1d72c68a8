import Records

/// The runs of a report in their order, with the label and colour each has throughout the page.
struct RunSet {
  /// A run and how the charts show it.
  struct Member {
    let run: ReportedRun
    /// Short, for legends and table heads.
    let label: String
    let paint: Paint
    let dash: Dash
    /// Members of one group share a legend entry.
    let group: String
  }

  let members: [Member]
  /// The distinct strengths in order, where all runs state one and they differ; else empty.
  let strengths: [Double]
  /// What the figures are called and mean.
  let catalogue: FigureCatalogue

  init(_ runs: [ReportedRun], _ catalogue: FigureCatalogue) {
    self.catalogue = catalogue
    var runs = Self.named(apart: runs)
    let stated = runs.compactMap(\.strength)
    let distinct = Set(stated).sorted()
    guard stated.count == runs.count, distinct.count > 1 else {
      strengths = []
      members = runs.enumerated().map { index, run in
        let palette = Paint.categories
        // A single run's charts are coloured by layer.
        let paint = runs.count == 1 ? Paint.neutral : palette[index % palette.count]
        return Member(
          run: run, label: run.name, paint: paint,
          dash: Dash.allCases[index / palette.count % Dash.allCases.count], group: "run-\(index)")
      }
      return
    }
    strengths = distinct
    runs = runs.enumerated().sorted {
      ($0.element.strength ?? 0, $0.offset) < ($1.element.strength ?? 0, $1.offset)
    }.map(\.element)
    members = runs.map { run in
      let strength = run.strength ?? 0
      let place = distinct.firstIndex(of: strength) ?? 0
      return Member(
        run: run, label: "s = \(Numerals.setting(strength))",
        paint: Paint.sequence(place, of: distinct.count), dash: .solid, group: "strength-\(place)")
    }
  }

  /// Whether several runs were trained at one strength.
  var hasReplicates: Bool { !strengths.isEmpty && strengths.count < members.count }

  /// What the colours mean, once each.
  var legend: [LegendEntry] {
    var entries: [LegendEntry] = []
    for member in members where entries.last?.group != member.group {
      entries.append(
        LegendEntry(
          label: member.label, paint: member.paint, dash: member.dash, group: member.group))
    }
    return entries
  }

  /// All layers of all runs, from encoder to output.
  var layers: [String] {
    LayerFigures.canonicalOrder(of: Set(members.flatMap { $0.run.summary.layers.keys }))
  }

  /// Runs that share a colour: all of one strength, where strengths tell the runs apart, else one
  /// run each. Where the page has no room for every run, their means stand for them.
  struct Series {
    let members: [Member]
    /// Short, for legends and the titles of panels.
    let label: String
    let paint: Paint
    let dash: Dash
    let group: String

    /// The label, and over how many runs the mean goes.
    var name: String {
      if members.count > 1 { return "\(label), mean of \(members.count) runs" }
      guard let run = members.first?.run, run.name != label else { return label }
      return "\(label), \(run.name)"
    }

    /// The mean over the runs that have the figure.
    func mean(_ layer: String, _ key: String) -> Double? {
      let values = members.compactMap { $0.run.figures(layer)?[key] }.filter(\.isFinite)
      if values.isEmpty { return nil }
      return values.reduce(0) { $0 + $1 / Double(values.count) }
    }

    /// The keys that any of the runs has at `layer`.
    func keys(_ layer: String) -> Set<String> {
      Set(members.flatMap { $0.run.figures(layer)?.values.keys.map { $0 } ?? [] })
    }
  }

  /// The runs by what their colours stand for, in order.
  var series: [Series] {
    var series: [Series] = []
    for member in members {
      var joined = [member]
      if let last = series.last, last.group == member.group {
        joined = last.members + joined
        series.removeLast()
      }
      series.append(
        Series(
          members: joined, label: member.label, paint: member.paint, dash: member.dash,
          group: member.group))
    }
    return series
  }

  private static func named(apart runs: [ReportedRun]) -> [ReportedRun] {
    var seen: [String: Int] = [:]
    return runs.map { run in
      var run = run
      seen[run.name, default: 0] += 1
      if let count = seen[run.name], count > 1 { run.name += " (\(count))" }
      return run
    }
  }
}
