import Foundation

/// The runs that an address names one by one.
struct ChosenRuns: Equatable, Sendable {
  /// Their identifiers, each once, in the order of the address.
  private(set) var identifiers: [String] = []

  /// The most runs that are compared.
  static let most = 50

  /// Those of `runs`, which stands there once with commas or several times.
  ///
  /// - Throws: `RunQuery.Refused` for more than `most`, and for what is no identifier.
  init(_ parameters: [(key: String, value: String)]) throws(RunQuery.Refused) {
    for (key, value) in parameters where key == "runs" {
      for text in value.split(separator: ",") {
        guard text.count == 16, text.allSatisfy({ "0123456789abcdef".contains($0) }) else {
          throw RunQuery.Refused(reason: "runs are identifiers of 16 digits, between commas")
        }
        if !identifiers.contains(String(text)) { identifiers.append(String(text)) }
      }
    }
    guard identifiers.count <= Self.most else {
      throw RunQuery.Refused(
        reason: "there are \(identifiers.count) runs: at most \(Self.most) are compared")
    }
  }

  /// The same without one of them.
  func leaving(_ identifier: String) -> ChosenRuns {
    var other = self
    other.identifiers.removeAll { $0 == identifier }
    return other
  }

  /// As a parameter; none for no runs.
  var parameters: [(key: String, value: String)] {
    identifiers.isEmpty ? [] : [("runs", identifiers.joined(separator: ","))]
  }

  /// Those that are there, and how many are not.
  func found(_ snapshot: RunIndex.Snapshot) -> (runs: [RunEntry], missing: [String]) {
    let runs = identifiers.compactMap { snapshot.runs[$0] }
    return (runs, identifiers.filter { snapshot.runs[$0] == nil })
  }
}
