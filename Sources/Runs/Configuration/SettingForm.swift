import Foundation
import Records

/// What values a setting takes: what its help says, what its refusals name, what completion offers.
public enum SettingForm: Sendable, Equatable {
  /// `true` or `false`.
  case flag
  /// A whole number within bounds.
  case whole(ClosedRange<Int>)
  /// A number within bounds; with the greatest finite number as the upper one, as large as it likes.
  case real(ClosedRange<Double>)
  /// One of these names.
  case choice([String])
  /// The name of a folder.
  case folder
  /// The name of a file.
  case file
  /// A text in a notation of its own; these are its forms, as a phrase.
  case notation(forms: String)

  /// The values as a phrase: `from 0 to 2`, `true or false`, `one of sgd, lars, adamw`.
  public var phrase: String {
    switch self {
    case .flag: "true or false"
    case .whole(let range): "from \(range.lowerBound) to \(range.upperBound)"
    case .real(let range):
      range.upperBound == .greatestFiniteMagnitude
        ? "from \(range.lowerBound.plainText) up"
        : "from \(range.lowerBound.plainText) to \(range.upperBound.plainText)"
    case .choice(let names): "one of \(names.joined(separator: ", "))"
    case .folder: "a folder"
    case .file: "a file"
    case .notation(let forms): forms
    }
  }

  /// What to give instead of a value that is refused.
  var remedy: String {
    switch self {
    case .whole: "use a whole number \(phrase)"
    case .real: "use a number \(phrase)"
    default: "use \(phrase)"
    }
  }

  /// The name nearest to `text` of those that can be chosen.
  func nearest(to text: String) -> String? {
    guard case .choice(let names) = self else { return nil }
    return names.nearest(to: text)
  }
}

extension Double {
  /// The number as a person writes it: `2` rather than `2.0`.
  var plainText: String {
    self == rounded() && abs(self) < 1e15 ? String(format: "%.0f", self) : "\(self)"
  }
}
