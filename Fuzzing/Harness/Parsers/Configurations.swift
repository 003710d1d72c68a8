import Runs
import Studies

extension FuzzedParser {
  /// A run's configuration: what is read and written reads back the same.
  static let configuration = FuzzedParser("configuration") { input in
    let text = String(decoding: input, as: UTF8.self)
    var configuration = RunConfiguration()
    try configuration.apply(yaml: text, from: "input")
    var again = RunConfiguration()
    do {
      try again.apply(yaml: configuration.yaml, from: "written")
    } catch {
      preconditionFailure("\(error):\n\(configuration.yaml)")
    }
    precondition(again == configuration, configuration.yaml)
    _ = RunConfiguration.identity(of: configuration.json)
    _ = try configuration.resolved()
  }

  /// A study file, whole and in its quick form.
  static let study = FuzzedParser("study") { input in
    let text = String(decoding: input, as: UTF8.self)
    _ = try? Study(yaml: text, source: "study.yaml", isQuick: true, threads: 1)
    _ = try Study(yaml: text, source: "study.yaml", threads: 1)
  }

  /// A formula of figures, as claims have them.
  static let formula = FuzzedParser("formula") { input in
    let expression = try FigureExpression(String(decoding: input, as: UTF8.self))
    _ = expression.figures
    _ = expression.value { _ in 1 }
  }
}
