import Foundation
import Records

/// Which runs a page or an answer shows, in which order: what the query of an address says.
struct RunQuery: Equatable, Sendable {
  /// Why a query is refused, in words for people.
  struct Refused: Error, Equatable {
    let reason: String
  }

  /// Text that a run's path, its notes or a text among its settings contains, whatever the case.
  var text = ""
  /// Settings that a run must have.
  var settings: [Setting] = []
  /// The state that a run must be in.
  var state: RunState?
  /// The study that a run must belong to.
  var study: String?
  /// The tag that a run must have.
  var tag: String?
  /// The columns that were chosen; empty for those that are shown by themselves.
  var columns: [RunColumn] = []
  var sort = RunColumn.fact(.name)
  var isDescending = false
  /// From 1.
  var page = 1
  var size = 50

  /// A setting and its value, as text.
  struct Setting: Hashable, Sendable {
    let key: String
    let value: String
  }

  /// The longest text of a parameter, in bytes.
  static let longest = 200
  /// The most columns, and the most settings to filter by.
  static let most = 24

  /// The names of the parameters.
  static let parameters = [
    "text", "set", "state", "study", "tag", "columns", "sort", "order", "page", "per_page",
  ]

  init() {}

  /// What the parameters of an address say; unknown ones are left to others.
  ///
  /// - Throws: `Refused` for a value that a parameter does not take.
  init(_ parameters: [(key: String, value: String)]) throws(Refused) {
    for (key, value) in parameters {
      if Self.parameters.contains(key) { try Self.limit(key, value, key == "columns" ? 8 : 1) }
      switch key {
      case "text": text = value
      case "state" where value.isEmpty: state = nil
      case "state": state = try Self.choice(key, value)
      case "study": study = value.isEmpty ? nil : value
      case "tag": tag = value.isEmpty ? nil : value
      case "sort": sort = RunColumn(value)
      case "order":
        guard ["asc", "desc"].contains(value) else {
          throw Refused(reason: "order is asc or desc")
        }
        isDescending = value == "desc"
      case "page": page = try Self.number(key, value, 1...1_000_000)
      case "per_page": size = try Self.number(key, value, 1...500)
      case "set" where value.isEmpty: break
      case "set": settings.append(try Self.setting(value))
      case "columns":
        columns += value.split(whereSeparator: { $0 == "," || $0 == " " }).map {
          RunColumn(String($0))
        }
      default: break
      }
    }
    guard columns.count <= Self.most, settings.count <= Self.most else {
      throw Refused(reason: "there are more than \(Self.most) columns or settings")
    }
  }

  private static func choice(_ key: String, _ value: String) throws(Refused) -> RunState {
    guard let state = RunState(rawValue: value) else {
      let known = RunState.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refused(reason: "\(key) is one of \(known)")
    }
    return state
  }

  /// - Throws: `Refused` for a value longer than `factor` times what others may have.
  static func limit(_ key: String, _ value: String, _ factor: Int = 1) throws(Refused) {
    guard value.utf8.count <= longest * factor else {
      throw Refused(reason: "\(key) is longer than \(longest * factor) bytes")
    }
  }

  /// A switch.
  static func flag(_ key: String, _ value: String) throws(Refused) -> Bool {
    guard ["0", "1"].contains(value) else { throw Refused(reason: "\(key) is 0 or 1") }
    return value == "1"
  }

  static func number(
    _ key: String, _ value: String, _ range: ClosedRange<Int>
  ) throws(Refused) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw Refused(
        reason: "\(key) is a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func setting(_ text: String) throws(Refused) -> Setting {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw Refused(reason: "set is a key and its value, as in strength=0.5")
    }
    return Setting(key: String(text[..<sign]), value: String(text[text.index(after: sign)...]))
  }

  /// The parameters that say this, without those that have their usual values.
  var parameters: [(key: String, value: String)] {
    var all: [(key: String, value: String)] = []
    if !text.isEmpty { all.append(("text", text)) }
    all += settings.map { ("set", "\($0.key)=\($0.value)") }
    if let state { all.append(("state", state.rawValue)) }
    if let study { all.append(("study", study)) }
    if let tag { all.append(("tag", tag)) }
    if !columns.isEmpty { all.append(("columns", columns.map(\.text).joined(separator: ","))) }
    if sort != .fact(.name) { all.append(("sort", sort.text)) }
    if isDescending { all.append(("order", "desc")) }
    if page != 1 { all.append(("page", "\(page)")) }
    if size != 50 { all.append(("per_page", "\(size)")) }
    return all
  }
}

extension RunQuery {
  /// A page of runs.
  struct Answer {
    /// The runs of the page.
    let runs: [RunEntry]
    /// How many runs are chosen, on all pages.
    let total: Int
    let page: Int
    let pages: Int
  }

  /// The page of `runs` that this asks for; the last one where there are fewer.
  func answer(_ runs: [RunEntry]) -> Answer {
    let chosen = sorted(runs.filter(includes))
    let pages = max(1, (chosen.count + size - 1) / size)
    let page = min(page, pages)
    let start = (page - 1) * size
    return Answer(
      runs: Array(chosen[start..<min(start + size, chosen.count)]), total: chosen.count,
      page: page, pages: pages)
  }

  /// Whether a run is chosen.
  func includes(_ run: RunEntry) -> Bool {
    if let state, run.state != state { return false }
    if let study, run.study != study { return false }
    if let tag, !run.notes.tags.contains(tag) { return false }
    for setting in settings where !Self.matches(run.settings[setting.key], setting.value) {
      return false
    }
    guard !text.isEmpty else { return true }
    let own = [run.place.label, run.notes.note] + run.notes.tags
    if own.contains(where: { $0.localizedCaseInsensitiveContains(text) }) { return true }
    return run.settings.values.contains { value in
      value.stringValue?.localizedCaseInsensitiveContains(text) == true
    }
  }

  /// Numbers compare by value: 0.50 is 0.5.
  private static func matches(_ value: JSONValue?, _ text: String) -> Bool {
    guard let value else { return false }
    if let number = value.doubleValue, let wanted = Double(text) { return number == wanted }
    return FlatSettings.text(value) == text
  }

  /// By the column, what has no value last either way; equal ones stay in the order of their paths.
  private func sorted(_ runs: [RunEntry]) -> [RunEntry] {
    if sort == .fact(.name) { return isDescending ? runs.reversed() : runs }
    let keyed = runs.enumerated().map { (place: $0, run: $1, value: sort.value($1)) }
    return keyed.sorted { a, b in
      switch (a.value, b.value) {
      case (nil, nil): return a.place < b.place
      case (nil, _): return false
      case (_, nil): return true
      case (let left?, let right?):
        if left == right { return a.place < b.place }
        return Self.isBefore(left, right) != isDescending
      }
    }.map(\.run)
  }

  private static func isBefore(_ left: RunColumn.Value, _ right: RunColumn.Value) -> Bool {
    switch (left, right) {
    case (.number(let a), .number(let b)): a < b
    case (.text(let a), .text(let b)): a < b
    case (.number, .text): true
    case (.text, .number): false
    }
  }
}
