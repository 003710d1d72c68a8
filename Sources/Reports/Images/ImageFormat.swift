/// A kind of file that an image of a claim is written as.
public enum ImageFormat: String, Sendable, CaseIterable {
  /// Vectors, in the text of which standard fonts are named.
  case svg
  /// Vectors on a page of the image's size, with fonts inside; its text can be selected.
  case pdf
  /// Pixels, 600 an inch.
  case png

  /// The format that the ending of a file's name says; nil for another ending.
  public init?(ofFile path: String) {
    let parts = path.split(separator: "/").last?.split(separator: ".") ?? []
    guard parts.count > 1, let ending = parts.last else { return nil }
    self.init(rawValue: ending.lowercased())
  }
}

/// How wide an image is on paper.
public struct PaperWidth: Sendable, Equatable {
  /// The width in millimetres, 30 to 600.
  public let millimetres: Double

  /// A column of a paper of two columns.
  public static let column = PaperWidth(valid: 85)

  /// The units that a width can be written in, each in millimetres.
  public static let units = ["mm": 1.0, "cm": 10, "in": 25.4, "pt": 25.4 / 72]

  /// A width in millimetres; nil below 30 and above 600.
  public init?(millimetres: Double) {
    guard (30...600).contains(millimetres) else { return nil }
    self.millimetres = millimetres
  }

  /// Reads `85mm`, `8.5cm`, `3.35in` or `241pt`; nil for anything else, and for what is below 30 mm or above 600 mm.
  public init?(_ text: String) {
    guard let unit = Self.units[String(text.suffix(2))], let number = Double(text.dropLast(2))
    else { return nil }
    self.init(millimetres: number * unit)
  }

  private init(valid millimetres: Double) { self.millimetres = millimetres }

  /// The width in CSS pixels, 96 an inch.
  var pixels: Double {
    // Whole where the width is one of whole pixels, so that none is lost to rounding.
    (millimetres * 96 / 25.4 * 1e6).rounded() / 1e6
  }
}
