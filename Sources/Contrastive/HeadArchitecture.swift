/// The shape of a projection head, before it meets an encoder.
public struct HeadArchitecture: Sendable, Equatable, CustomStringConvertible {
  /// Widths of the layers in order; the last is the length of z. Empty for no head at all.
  public let widths: [Int]
  /// Whether hidden layers are batch-normalised.
  public let batchNorm: Bool

  /// No head: z is h.
  public static let none = HeadArchitecture(widths: [], batchNorm: false)

  /// One linear layer.
  public static func linear(_ output: Int) -> HeadArchitecture {
    HeadArchitecture(widths: [output], batchNorm: false)
  }

  /// Linear layers with ReLU between them.
  public static func mlp(hidden: [Int], output: Int, batchNorm: Bool = false) -> HeadArchitecture {
    HeadArchitecture(widths: hidden + [output], batchNorm: batchNorm)
  }

  /// Parses `none`, `linear:64`, or `mlp:128-64` (hidden widths, then the output's).
  ///
  /// - Throws: `HeadArchitectureError` for anything else.
  public init(parsing text: String, batchNorm: Bool = false) throws(HeadArchitectureError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let fields =
      parts.count == 2 ? parts[1].split(separator: "-", omittingEmptySubsequences: false) : []
    let widths = fields.compactMap { Int($0) }.filter { $0 > 0 }
    let isWhole = widths.count == fields.count && parts.count <= 2
    switch (parts[0], widths.count) {
    case ("none", 0) where parts.count == 1: self = .none
    case ("linear", 1) where isWhole: self = .linear(widths[0])
    case ("mlp", 2...) where isWhole:
      self.init(widths: widths, batchNorm: batchNorm)
    default: throw HeadArchitectureError(text: text)
    }
  }

  init(widths: [Int], batchNorm: Bool) {
    self.widths = widths
    self.batchNorm = batchNorm
  }

  /// The text that `init(parsing:batchNorm:)` reads.
  public var description: String {
    switch widths.count {
    case 0: "none"
    case 1: "linear:\(widths[0])"
    default: "mlp:" + widths.map(String.init).joined(separator: "-")
    }
  }
}

/// A head that cannot be read.
public struct HeadArchitectureError: Error, Equatable, CustomStringConvertible {
  /// What was given.
  public let text: String

  /// One line.
  public var description: String {
    "head '\(text)' is not understood: use none, linear:64 or mlp:128-64 (hidden widths, then the output's)"
  }
}
