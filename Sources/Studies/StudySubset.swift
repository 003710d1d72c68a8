/// Which of a study's runs are made: those with one of the chosen values on each axis that is named.
public struct StudySubset: Sendable {
  private let choices: [(axis: String, values: [String])]

  /// All runs.
  public init() { choices = [] }

  /// The runs with one of these values, as texts, on each of these axes; an axis that is there twice has the values of both.
  public init(_ choices: [(axis: String, values: [String])]) {
    self.choices = choices.reduce(into: []) { all, choice in
      if let known = all.firstIndex(where: { $0.axis == choice.axis }) {
        all[known].values += choice.values
      } else {
        all.append(choice)
      }
    }
  }

  /// The places of the chosen runs.
  ///
  /// - Throws: `StudyError.unknownSubset` for an axis that the study does not have, and a value that it never takes there.
  func places(in study: Study) throws(StudyError) -> Set<Int> {
    var places = Set(study.runs.indices)
    for (axis, values) in choices {
      guard study.axisKeys.contains(axis) else {
        throw .unknownSubset(axis: axis, value: nil, known: study.axisKeys)
      }
      let texts = study.runs.map { study.text(of: $0.settings[axis], on: axis) }
      for value in values where !texts.contains(value) {
        let known = texts.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        throw .unknownSubset(axis: axis, value: value, known: known)
      }
      places = places.filter { values.contains(texts[$0]) }
    }
    return places
  }
}
