import Foundation

/// Numbers as a paper prints them.
package enum Numerals {
  /// `value` with `digits` decimals.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    typographic(String(format: "%.\(digits)f", value))
  }

  /// `values` with the same number of decimals: `decimals`, or as many as give the largest of them
  /// three significant digits. Where that leaves nothing of a number, its power of ten is shown.
  package static func aligned(_ values: [Double?], decimals: Int? = nil) -> [String?] {
    let largest = values.compactMap { $0.map(abs) }.max() ?? 0
    guard largest >= 1e-3, largest < 1e6 else { return values.map { $0.map { significant($0) } } }
    let decimals = decimals ?? max(0, min(3, 2 - Int(log10(largest).rounded(.down))))
    let smallest = 0.5 * pow(10, -Double(decimals))
    return values.map { value in
      value.map { $0 != 0 && abs($0) < smallest ? significant($0, 1) : fixed($0, decimals) }
    }
  }

  /// `value` with `digits` significant digits, in powers of ten where it is very large or small.
  package static func significant(_ value: Double, _ digits: Int = 3) -> String {
    let magnitude = abs(value)
    if value == 0 { return "0" }
    guard value.isFinite else { return typographic("\(value)") }
    if magnitude < 1e-3 || magnitude >= 1e6 {
      return typographic(String(format: "%.\(digits - 1)e", value))
    }
    let decimals = max(0, digits - 1 - Int(log10(magnitude).rounded(.down)))
    return fixed(value, decimals)
  }

  /// `value` in the shortest form that reads back the same, as a setting is written.
  package static func setting(_ value: Double) -> String {
    let text = "\(value)"
    return typographic(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  /// A whole number as a setting is written, to its last digit.
  package static func setting(_ value: Int) -> String { typographic("\(value)") }

  /// A count with thin spaces between thousands.
  package static func count(_ value: Double) -> String {
    guard abs(value) < 1e15 else { return significant(value) }
    let digits = String(format: "%.0f", value)
    guard digits.count > 4, value >= 0 else { return typographic(digits) }
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index).isMultiple(of: 3) { grouped.append("\u{202F}") }
      grouped.append(digit)
    }
    return grouped
  }

  /// A duration in the two units that tell most.
  package static func duration(seconds: Double) -> String {
    if seconds < 60 { return "\(fixed(seconds, 1)) s" }
    // A file can hold any number, also one that is no whole number of seconds.
    guard seconds < 1e12 else { return "\(significant(seconds)) s" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  private static func typographic(_ number: String) -> String {
    number.replacing(#/e([-+])0*(\d)/#) { "e\($0.1 == "-" ? "-" : "")\($0.2)" }
      .replacing("-", with: "\u{2212}")
  }
}
