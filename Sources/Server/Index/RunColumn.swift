import Foundation
import Records
import Reports

/// A column of the table of runs: what is logged, a setting, or a figure of a layer.
///
/// Its text is `loss` and its like, `h.effective_rank` for a figure, and otherwise the key of a setting; a setting
/// that is called like one of those is `setting:loss`.
enum RunColumn: Hashable, Sendable {
  /// What every run has.
  enum Fact: String, CaseIterable, Sendable {
    case name, state, step, epoch, progress, loss
    case accuracy = "contrastive_top1"
    case speed = "views_per_second"
    case left = "seconds_left"
    case time = "wall_seconds"
    case updated, tags, note
  }

  case fact(Fact)
  case setting(String)
  case figure(layer: String, key: String)

  /// The column of that text.
  init(_ text: String) {
    if let fact = Fact(rawValue: text) {
      self = .fact(fact)
    } else if text.hasPrefix("setting:") {
      self = .setting(String(text.dropFirst("setting:".count)))
    } else if let dot = text.firstIndex(of: "."), ["h", "z"].contains(text[..<dot]) {
      self = .figure(layer: String(text[..<dot]), key: String(text[text.index(after: dot)...]))
    } else {
      self = .setting(text)
    }
  }

  /// The text that stands for the column.
  var text: String {
    switch self {
    case .fact(let fact): fact.rawValue
    case .setting(let key): RunColumn(key) == self ? key : "setting:\(key)"
    case .figure(let layer, let key): "\(layer).\(key)"
    }
  }

  /// What sorts and is sent.
  enum Value: Equatable, Sendable {
    case number(Double)
    case text(String)

    var json: JSONValue {
      switch self {
      case .number(let number): Int(exactly: number).map(JSONValue.integer) ?? .double(number)
      case .text(let text): .string(text)
      }
    }
  }

  /// A run's value; nil where it has none.
  func value(_ run: RunEntry) -> Value? {
    func number(_ number: Double?) -> Value? {
      number.flatMap { $0.isFinite ? .number($0) : nil }
    }
    switch self {
    case .fact(.name): return .text(run.place.label)
    case .fact(.state): return .text(run.state.rawValue)
    case .fact(.step): return number(run.step.map(Double.init))
    case .fact(.epoch): return number(run.epoch)
    case .fact(.progress): return number(run.progress.share)
    case .fact(.loss): return number(run.loss)
    case .fact(.accuracy): return number(run.last?.contrastiveTop1)
    case .fact(.speed): return number(run.viewsPerSecond)
    case .fact(.left): return number(run.progress.left)
    case .fact(.time): return number(run.outcome?.wallSeconds)
    case .fact(.updated): return number(run.lastLine?.timeIntervalSince1970)
    case .fact(.tags):
      return run.notes.tags.isEmpty ? nil : .text(run.notes.tags.joined(separator: ", "))
    case .fact(.note): return run.notes.note.isEmpty ? nil : .text(run.notes.note)
    case .figure(let layer, let key): return number(run.figure(layer, key))
    case .setting(let key):
      guard let value = run.settings[key] else { return nil }
      return value.doubleValue.map(Value.number) ?? .text(FlatSettings.text(value))
    }
  }

  /// The head of the column.
  func title(_ catalogue: FigureCatalogue) -> String {
    switch self {
    case .fact(.name): "Run"
    case .fact(.state): "State"
    case .fact(.step): "Step"
    case .fact(.epoch): "Epoch"
    case .fact(.progress): "Done"
    case .fact(.loss): "Loss"
    case .fact(.accuracy): "Top-1 in the batch"
    case .fact(.speed): "Views/s"
    case .fact(.left): "Time left"
    case .fact(.time): "Time"
    case .fact(.updated): "Last line"
    case .fact(.tags): "Tags"
    case .fact(.note): "Note"
    case .setting(let key): key
    case .figure(let layer, let key): "\(catalogue.entry(key).name), \(layer)"
    }
  }

  /// A run's value for people.
  func shown(_ run: RunEntry, _ catalogue: FigureCatalogue, now: Date) -> String? {
    switch (self, value(run)) {
    case (_, nil): nil
    case (.fact(.updated), .number(let seconds)):
      LiveText.ago(now.timeIntervalSince1970 - seconds)
    case (.fact(.left), .number(let seconds)), (.fact(.time), .number(let seconds)):
      Numerals.duration(seconds: seconds)
    case (.fact(.progress), .number(let share)), (.fact(.accuracy), .number(let share)):
      "\(Numerals.fixed(100 * share, self == .fact(.progress) ? 0 : 1)) %"
    case (.fact(.step), .number(let number)), (.fact(.speed), .number(let number)):
      Numerals.count(number)
    case (.fact(.epoch), .number(let number)): Numerals.fixed(number, 1)
    case (.fact(.loss), .number(let number)): Numerals.significant(number, 4)
    case (.figure(_, let key), .number(let number)):
      catalogue.entry(key).form == .percent
        ? "\(Numerals.fixed(100 * number, 1)) %" : Numerals.significant(number)
    case (_, .number(let number)): Numerals.setting(number)
    case (_, .text(let text)): text
    }
  }
}

/// Times for people.
enum LiveText {
  /// How long ago something was.
  static func ago(_ seconds: Double) -> String {
    if seconds < 2 { return "now" }
    if seconds < 60 { return "\(Int(seconds)) s ago" }
    if seconds < 3600 { return "\(Int(seconds / 60)) min ago" }
    if seconds < 48 * 3600 { return "\(Int(seconds / 3600)) h ago" }
    return seconds < 1e9 ? "\(Int(seconds / 86400)) days ago" : "long ago"
  }
}
