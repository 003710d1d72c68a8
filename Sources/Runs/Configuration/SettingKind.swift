import Augmentations
import Contrastive
import Measures
import Records
import Torch
import Training
import Yams

/// How values of one type are written: what they look like, how a text becomes one, and one becomes JSON.
package struct SettingKind<Value: Sendable>: Sendable {
  let form: SettingForm
  let parse: @Sendable (String) throws(SettingProblem) -> Value
  let json: @Sendable (Value) -> JSONValue
  /// How a mapping in a file becomes a value, where one can.
  var parseMapping: (@Sendable (Node) throws(SettingProblem) -> Value)?
}

extension SettingKind where Value == Bool {
  package static let flag = SettingKind(
    form: .flag,
    parse: { text throws(SettingProblem) in
      guard let value = Bool(text) else { throw .notOfForm }
      return value
    },
    json: { .bool($0) })
}

extension SettingKind where Value == Int {
  package static func whole(_ range: ClosedRange<Int>) -> SettingKind {
    SettingKind(
      form: .whole(range),
      parse: { text throws(SettingProblem) in
        guard let value = Int(text), range.contains(value) else { throw .notOfForm }
        return value
      },
      json: { .integer($0) })
  }
}

extension SettingKind where Value == Double {
  package static func real(_ range: ClosedRange<Double>) -> SettingKind {
    SettingKind(
      form: .real(range),
      parse: { text throws(SettingProblem) in
        guard let value = Double(text), range.contains(value) else { throw .notOfForm }
        return value
      },
      json: { .double($0) })
  }
}

extension SettingKind where Value == String {
  package static let folder = path(.folder)

  package static let file = path(.file)

  private static func path(_ form: SettingForm) -> SettingKind {
    SettingKind(
      form: form,
      parse: { text throws(SettingProblem) in
        guard !text.isEmpty else { throw .notOfForm }
        return text
      },
      json: { .string($0) })
  }
}

extension SettingKind where Value: RawRepresentable<String> & CaseIterable {
  package static func choice() -> SettingKind {
    SettingKind(
      form: .choice(Value.allCases.map(\.rawValue)),
      parse: { text throws(SettingProblem) in
        guard let value = Value(rawValue: text) else { throw .notOfForm }
        return value
      },
      json: { .string($0.rawValue) })
  }
}

extension SettingKind where Value: CustomStringConvertible {
  private static func notation(
    _ forms: String, _ parse: @Sendable @escaping (String) throws(NotationError) -> Value
  ) -> SettingKind {
    SettingKind(
      form: .notation(forms: forms),
      parse: { text throws(SettingProblem) in
        do throws(NotationError) {
          return try parse(text)
        } catch {
          throw .notation(error)
        }
      },
      json: { .string($0.description) })
  }
}

extension SettingKind where Value == HeadArchitecture {
  package static let head = notation(HeadArchitecture.forms) { text throws(NotationError) in
    try HeadArchitecture(parsing: text)
  }
}

extension SettingKind where Value == ObjectiveChoice {
  package static let objective = notation(ObjectiveChoice.forms) { text throws(NotationError) in
    try ObjectiveChoice(parsing: text)
  }
}

extension SettingKind where Value == ScheduleChoice {
  package static let schedule = notation(ScheduleChoice.forms) { text throws(NotationError) in
    try ScheduleChoice(parsing: text)
  }
}

extension SettingKind where Value == DeviceChoice {
  package static let device = SettingKind(
    form: .notation(forms: DeviceChoice.forms),
    parse: { text throws(SettingProblem) in
      guard let choice = DeviceChoice(parsing: text) else { throw .notOfForm }
      return choice
    },
    json: { .string($0.description) })
}

extension SettingKind where Value == InputNormalization {
  package static let normalization = SettingKind(
    form: .notation(forms: InputNormalization.forms),
    parse: { text throws(SettingProblem) in
      guard let value = InputNormalization(parsing: text) else { throw .notOfForm }
      return value
    },
    json: { .string($0.description) })
}

extension SettingKind where Value == MeasuredFigures {
  package static let figures = SettingKind(
    form: .notation(forms: "all, none, or keys as in effective_rank,linear_top1"),
    parse: { text throws(SettingProblem) in
      do throws(MeasuredFigures.UnknownFigure) {
        return try MeasuredFigures(parsing: text)
      } catch {
        throw .unreadable(reason: "\(error)")
      }
    },
    json: { .string($0.description) })
}

extension SettingKind where Value == PolicyChoice {
  package static let policy = SettingKind(
    form: .choice(PolicyPair.names),
    parse: { text throws(SettingProblem) in
      guard PolicyPair.names.contains(text) else { throw .notOfForm }
      return .named(text)
    },
    json: { $0.json },
    parseMapping: { mapping throws(SettingProblem) in try PolicyChoice(describedBy: mapping) })
}
