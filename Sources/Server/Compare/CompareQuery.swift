import Foundation
import Reports

/// What a comparison shows of which runs: what the query of an address says.
struct CompareQuery: Sendable {
  var chosen: ChosenRuns
  /// The curves; empty for those that are shown by themselves.
  var curves: [CurveName] = []
  var along = CurveComparison.Along.step
  /// Over how much of a curve's length a point is the mean, in percent.
  var smoothing = 0
  var isLogarithmic = false
  /// The epoch of the spectra; nil for the last.
  var epoch: Double?
  /// The setting by which runs are coloured; nil for a colour each.
  var color: RunColumn?

  /// The most curves.
  static let most = 12
  /// The names of the parameters.
  static let parameters = ["runs", "curve", "x", "smooth", "log", "epoch", "color"]

  /// What the parameters of an address say; unknown ones are left to others.
  ///
  /// - Throws: `RunQuery.Refused` for a value that a parameter does not take.
  init(_ parameters: [(key: String, value: String)]) throws(RunQuery.Refused) {
    chosen = try ChosenRuns(parameters)
    var added: (layer: String, key: String) = ("h", "")
    for (key, value) in parameters {
      if key != "runs", Self.parameters.contains(key) || ["layer", "figure"].contains(key) {
        try RunQuery.limit(key, value, key == "curve" ? 8 : 1)
      }
      switch key {
      case "curve":
        for text in value.split(separator: ",") { try add(String(text)) }
      case "figure": added.key = value
      case "layer" where !value.isEmpty: added.layer = value
      case "x" where !value.isEmpty:
        guard let along = CurveComparison.Along(rawValue: value) else {
          throw RunQuery.Refused(reason: "x is step, epoch or time")
        }
        self.along = along
      case "smooth" where !value.isEmpty: smoothing = try RunQuery.number(key, value, 0...100)
      case "log" where !value.isEmpty: isLogarithmic = try RunQuery.flag(key, value)
      case "epoch" where !value.isEmpty:
        guard let number = Double(value), number.isFinite, number >= 0 else {
          throw RunQuery.Refused(reason: "epoch is a number from 0")
        }
        epoch = number
      case "color": color = value.isEmpty ? nil : RunColumn(value)
      default: break
      }
    }
    // The page's form adds a figure by its name and its layer.
    if !added.key.isEmpty { try add("\(added.layer).\(added.key)") }
    guard curves.count <= Self.most else {
      throw RunQuery.Refused(reason: "there are more than \(Self.most) curves")
    }
  }

  private mutating func add(_ text: String) throws(RunQuery.Refused) {
    guard let name = CurveName(text) else {
      throw RunQuery.Refused(
        reason:
          "curve is a number that is logged, as loss, or a figure of a layer: h.effective_rank")
    }
    if !curves.contains(name) { curves.append(name) }
  }

  /// The parameters that say this, without those that have their usual values.
  var parameters: [(key: String, value: String)] {
    var all = chosen.parameters
    if !curves.isEmpty { all.append(("curve", curves.map(\.text).joined(separator: ","))) }
    if along != .step { all.append(("x", along.rawValue)) }
    if smoothing != 0 { all.append(("smooth", "\(smoothing)")) }
    if isLogarithmic { all.append(("log", "1")) }
    if let epoch { all.append(("epoch", "\(epoch)")) }
    if let color { all.append(("color", color.text)) }
    return all
  }
}
