import Foundation
import Records
import Reports

/// Two figures of many runs against each other: what a page and the interface show of them.
struct Scatter {
  let query: ScatterQuery
  /// The runs, at most `most`.
  let runs: [RunEntry]
  /// How many runs are chosen.
  let total: Int
  let x: RunColumn
  let y: RunColumn
  let catalogue: FigureCatalogue

  /// The most runs in one chart.
  static let most = 5_000

  init(_ query: ScatterQuery, _ site: Site) {
    self.query = query
    let snapshot = site.index.snapshot
    let all =
      query.chosen.identifiers.isEmpty
      ? snapshot.ordered.filter(query.filter.includes) : query.chosen.found(snapshot).runs
    total = all.count
    runs = Array(all.prefix(Self.most))
    catalogue = site.settings.catalogue
    let usual = ["linear_top1", "knn_top1", "invariance"].first { key in
      all.contains { $0.figure("h", key) != nil }
    }
    x = query.x ?? .figure(layer: "h", key: "effective_rank")
    y = query.y ?? usual.map { .figure(layer: "h", key: $0) } ?? .fact(.loss)
  }

  /// Whether there are points of h and of z: where at least one side is a figure of a layer.
  var isJoined: Bool { query.isJoined && [x, y].contains { $0.layer != nil } }

  /// A run's point, figures of layers taken at `layer`; nil where it has none.
  func point(_ run: RunEntry, at layer: String? = nil) -> (x: Double, y: Double)? {
    func value(_ column: RunColumn) -> Double? {
      guard case .number(let number) = column.moved(to: layer).value(run) else { return nil }
      return number * column.scale(catalogue)
    }
    return value(x).flatMap { x in value(y).map { (x: x, y: $0) } }
  }

  /// The chart.
  var comparison: ScatterComparison {
    let labels = Comparison.labels(of: runs)
    return ScatterComparison(
      runs: zip(runs, labels).map { run, name in
        isJoined
          ? .init(name: name, point: point(run, at: "h"), head: point(run, at: "z"))
          : .init(name: name, point: point(run))
      },
      marks: query.color == nil
        ? RunMarks(values: runs.map { _ in .init(text: "runs", number: nil) })
        : Comparison.marks(of: runs, labels, by: query.color),
      x: side(x, query.hasLogarithmicX), y: side(y, query.hasLogarithmicY), isJoined: isJoined)
  }

  private func side(_ column: RunColumn, _ isLogarithmic: Bool) -> ScatterComparison.Side {
    guard case .figure(let layer, let key) = column else {
      return .init(title: column.title(catalogue), isLogarithmic: isLogarithmic)
    }
    return .init(
      catalogue.entry(key), of: isJoined ? nil : layer, isLogarithmic: isLogarithmic)
  }

  /// What a side is called in a table.
  func title(_ column: RunColumn) -> String {
    guard isJoined, case .figure(_, let key) = column else { return column.title(catalogue) }
    return catalogue.entry(key).name
  }

  /// What can be an axis: figures and logged numbers that some run has, and settings that are numbers.
  var choices: [RunColumn] {
    var keys: [String: Set<String>] = [:]
    var settings: Set<String> = []
    for run in runs {
      for (layer, figures) in run.outcome?.figures ?? [:] {
        keys[layer, default: []].formUnion(figures.keys)
      }
      for (key, value) in run.settings where value.doubleValue != nil { settings.insert(key) }
    }
    let figures = ["h", "z"].flatMap { layer in
      catalogue.ordered(keys[layer] ?? []).map { RunColumn.figure(layer: layer, key: $0.key) }
    }
    let facts: [RunColumn.Fact] = [.loss, .accuracy, .step, .epoch, .speed, .time]
    return figures + facts.map { .fact($0) } + settings.sorted().map { .setting($0) }
  }
}

extension RunColumn {
  /// The layer of a figure.
  var layer: String? {
    if case .figure(let layer, _) = self { layer } else { nil }
  }

  /// The same figure of another layer; what is no figure stays what it is.
  func moved(to other: String?) -> RunColumn {
    guard let other, case .figure(_, let key) = self else { return self }
    return .figure(layer: other, key: key)
  }

  /// What a value is multiplied by to be shown: shares are percentages.
  func scale(_ catalogue: FigureCatalogue) -> Double {
    switch self {
    case .fact(.accuracy), .fact(.progress): 100
    case .figure(_, let key): catalogue.entry(key).form == .percent ? 100 : 1
    default: 1
    }
  }
}
