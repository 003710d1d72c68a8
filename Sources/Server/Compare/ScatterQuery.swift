import Foundation

/// Which two figures of which runs a scatter shows: what the query of an address says.
struct ScatterQuery: Sendable {
  /// The runs that are named one by one; where there are none, those that the table's filter chooses.
  var chosen: ChosenRuns
  var filter: RunQuery
  /// The figures; nil for those that are shown by themselves.
  var x: RunColumn?
  var y: RunColumn?
  var color: RunColumn?
  /// Whether figures are shown at h and at z, a run's two points joined.
  var isJoined = false
  var hasLogarithmicX = false
  var hasLogarithmicY = false

  /// The names of its own parameters; those of the table's filter go with them.
  static let parameters = ["runs", "x", "y", "color", "join", "logx", "logy"]
  /// The filter's parameters that choose runs.
  static let filters = ["text", "set", "state", "study", "tag"]

  /// What the parameters of an address say; unknown ones are left to others.
  ///
  /// - Throws: `RunQuery.Refused` for a value that a parameter does not take.
  init(_ parameters: [(key: String, value: String)]) throws(RunQuery.Refused) {
    chosen = try ChosenRuns(parameters)
    filter = try RunQuery(parameters.filter { Self.filters.contains($0.key) })
    for (key, value) in parameters {
      guard key != "runs", Self.parameters.contains(key), !value.isEmpty else { continue }
      try RunQuery.limit(key, value)
      switch key {
      case "x": x = RunColumn(value)
      case "y": y = RunColumn(value)
      case "color": color = RunColumn(value)
      case "join": isJoined = try RunQuery.flag(key, value)
      case "logx": hasLogarithmicX = try RunQuery.flag(key, value)
      case "logy": hasLogarithmicY = try RunQuery.flag(key, value)
      default: break
      }
    }
    // Those that are shown by themselves are h's.
    let layers = [x, y].compactMap { $0.map(\.layer) ?? "h" }
    guard !isJoined || Set(layers).count < 2 else {
      throw RunQuery.Refused(
        reason: "join shows both figures at h and at z, and x and y are of different layers")
    }
  }

  /// The parameters that choose the runs.
  var choice: [(key: String, value: String)] {
    chosen.identifiers.isEmpty
      ? filter.parameters.filter { Self.filters.contains($0.key) } : chosen.parameters
  }

  /// The parameters that say this, without those that have their usual values.
  var parameters: [(key: String, value: String)] {
    var all = choice
    if let x { all.append(("x", x.text)) }
    if let y { all.append(("y", y.text)) }
    if let color { all.append(("color", color.text)) }
    if isJoined { all.append(("join", "1")) }
    if hasLogarithmicX { all.append(("logx", "1")) }
    if hasLogarithmicY { all.append(("logy", "1")) }
    return all
  }
}
