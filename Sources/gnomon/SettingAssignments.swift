import ArgumentParser
import Runs

/// Settings by key, as in files: `--set strength=0.5 --set strict=false`.
struct SettingAssignments: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting by its key, as a configuration file has it; for several, give it several times.",
      valueName: "key=value"))
  var assignments: [String] = []

  /// The keys and texts, after those of options.
  ///
  /// - Throws: `Failure` for text without an equals sign, and for a key that is given twice.
  func added(
    to options: [(key: String, text: String)]
  ) throws(Failure) -> [(key: String, text: String)] {
    var all = options
    for assignment in assignments {
      guard let sign = assignment.firstIndex(of: "="), sign != assignment.startIndex else {
        throw .usage("--set is '\(assignment)': use a key and its value, as in strength=0.5")
      }
      let key = String(assignment[..<sign])
      guard !all.contains(where: { $0.key == key }) else {
        throw .usage("--set \(assignment): \(key) is given twice")
      }
      all.append((key, String(assignment[assignment.index(after: sign)...])))
    }
    return all
  }
}
