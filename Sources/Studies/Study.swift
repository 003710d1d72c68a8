import Measures
import Records

/// A question as a grid of runs and the claims tested on it, as a study file declares them.
///
/// A study varies axes: configuration keys with a value each run takes. Arms are an axis of named sets
/// of keys that vary together, and so are data sets: a claim is tested in each of these, and over all. What it holds has been checked, so that its runs can be started.
public struct Study {
  /// The axis that arms make.
  static let armAxis = "arm"
  /// The axis that data sets make.
  static let dataSetAxis = "data_set"

  /// A key that varies, with its values in order.
  struct Axis: Equatable {
    let key: String
    var values: [SettingValue]
  }

  /// Keys that take values together, under a name: an arm, or a data set.
  struct Arm {
    let name: String
    let settings: [(key: String, value: SettingValue)]
  }

  /// The named sets that make an axis, by its key.
  typealias NamedSets = [String: [Arm]]

  /// Values of some axes: what is left out of the grid, or added to it.
  typealias AxisValues = [String: [SettingValue]]

  /// The study's name, also its folder's.
  public let name: String
  /// What it asks, for people.
  public let question: String?
  /// Whether it is the smaller study of `--quick`.
  public let isQuick: Bool
  /// Its runs in the order they are made.
  public internal(set) var runs: [StudyRun] = []
  /// The file it was read from, for messages.
  let source: String
  /// The file's text, with the settings that were given beside it.
  let text: String
  /// The file's text as it was read.
  let fileText: String
  let settings: [(key: String, value: SettingValue)]
  let namedSets: NamedSets
  /// In the file's order, the data sets first, and then the arms.
  let axes: [Axis]
  let exclusions: [AxisValues]
  let inclusions: [AxisValues]
  /// Its claims in the file's order.
  let claims: [Claim]
  /// What its table shows: figures, or formulas of them.
  let figures: [(text: String, expression: FigureExpression)]

  /// What its runs measure, where their settings do not say.
  let measuredFigures: MeasuredFigures

  /// The axes' keys in order.
  var axisKeys: [String] { axes.map(\.key) }

  /// What repeats of a run differ in, which claims neither compare nor average over: the seed.
  static func isCompared(_ key: String) -> Bool { key != "seed" && key != dataSetAxis }

  /// A value of an axis as runs are named by it; JSON alone does not tell 1 from 1.0.
  func text(of value: JSONValue?, on key: String) -> String {
    let values = axes.first { $0.key == key }?.values ?? []
    let known = values + inclusions.flatMap { $0[key] ?? [] }
    return known.first { $0.json == value }?.text ?? value?.plainText ?? ""
  }

  /// What varies, for records: the values of the grid, then those that are included beside it.
  public var recordedAxes: [StudyRecord.Axis] {
    axes.map { axis in
      var values = axis.values
      for added in inclusions.flatMap({ $0[axis.key] ?? [] }) where !values.contains(added) {
        values.append(added)
      }
      return StudyRecord.Axis(key: axis.key, values: values.map(\.json))
    }
  }
}
