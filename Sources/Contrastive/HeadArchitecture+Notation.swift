extension HeadArchitecture: CustomStringConvertible {
  /// What `init(parsing:batchNorm:)` reads, for messages and help.
  public static let forms =
    "none, linear:64, mlp:128-64 (hidden widths, then the output's), bottleneck:128-16-64, orthogonal:64, "
    + "low-rank:16 (,diagonal ,fixed), first:64 or reweight:1.1; with layers also ,bn ,out-bn ,no-bias "
    + ",scale=0.1 ,sparse=1024 (,top=32 ,l1=0.001) ,levels=8 and ,prototypes=COUNT, between layers ,gelu ,tanh or ,sigmoid for ReLU"

  /// Parses `none` (or `identity`), `linear:64`, `mlp:128-64` (hidden widths, then the output's),
  /// `bottleneck:128-16-64` (hidden widths, the narrow one, the output's), `orthogonal:64`, `low-rank:16` with
  /// `diagonal` and `fixed`, `first:64`, `reweight:1.1`. Options follow between commas: `bn`, `out-bn`,
  /// `no-bias`, `gelu`, `tanh`, `sigmoid`, `scale=0.1`, `sparse=1024` with `top=32` and `l1=0.001`, `levels=8`,
  /// `prototypes=4096`.
  ///
  /// - Parameters:
  ///   - text: a head's text.
  ///   - batchNorm: the same as `bn`, where the head has hidden layers.
  /// - Throws: `NotationError` for anything else.
  public init(parsing text: String, batchNorm: Bool = false) throws(NotationError) {
    var notation = Notation(text, kind: .head, forms: HeadArchitecture.forms)
    switch notation.name {
    case "none", "identity":
      self = .none
      try notation.finish(takesArgument: false)
      return
    case "linear":
      self = .linear(try notation.wholeArgument("a width", from: 1))
    case "mlp":
      let widths = try notation.widthsArgument()
      guard widths.count > 1 else {
        throw notation.error(
          .tooFewWidths(needed: "hidden widths, then the output's", example: "mlp:128-64"))
      }
      self.init(.layers(widths))
    case "bottleneck":
      let widths = try notation.widthsArgument()
      guard widths.count > 1 else {
        throw notation.error(
          .tooFewWidths(
            needed: "hidden widths, a narrow one, then the output's",
            example: "bottleneck:128-16-64"))
      }
      self.init(
        .bottleneck(
          hidden: Array(widths.dropLast(2)), narrow: widths[widths.count - 2],
          output: widths[widths.count - 1]))
    case "orthogonal": self.init(.orthogonal(try notation.wholeArgument("a width", from: 1)))
    case "low-rank":
      let rank = try notation.wholeArgument("the rank", from: 1)
      let isDiagonal = notation.takeFlag("diagonal")
      self.init(.lowRank(rank, isDiagonal: isDiagonal, isFixed: notation.takeFlag("fixed")))
    case "first":
      self.init(.first(try notation.wholeArgument("the number of coordinates", from: 1)))
    case "reweight":
      self.init(.reweighting(try notation.numberArgument("κ", in: 1e-3...1e3)))
    default: throw notation.error(.unknownName(notation.name))
    }
    try takeOptions(&notation)
    if hasHiddenLayers && batchNorm { self.batchNorm = true }
    try notation.finish(takesArgument: true)
  }

  /// More levels than single precision tells apart without rounding.
  static let mostLevels = 65_536

  private mutating func takeOptions(_ notation: inout Notation) throws(NotationError) {
    if hasHiddenLayers {
      batchNorm = notation.takeFlag("bn")
      var isChosen = false
      for choice in Activation.allCases where notation.takeFlag(choice.rawValue) {
        // One is there at most.
        guard !isChosen else {
          throw notation.error(.unknownOption(choice.rawValue, of: notation.name))
        }
        isChosen = true
        activation = choice
      }
    }
    if hasLayers {
      outputBatchNorm = notation.takeFlag("out-bn")
      hasBias = !notation.takeFlag("no-bias")
      outputScale = try notation.takeNumber("scale", in: 1e-6...1e6) ?? 1
      if let width = try notation.takeWhole("sparse", from: 1) {
        let largest = try notation.takeWhole("top", from: 1)
        if let largest, largest > width {
          throw notation.error(.tooManyOfCode(largest, of: width))
        }
        sparse = SparseCode(
          width: width, largest: largest, weight: try notation.takeNumber("l1", in: 0...1e6))
      }
      levels = try notation.takeWhole("levels", from: 2)
      if let levels, !levels.isMultiple(of: 2) || levels > HeadArchitecture.mostLevels {
        throw notation.error(.levels(levels, limit: HeadArchitecture.mostLevels))
      }
      prototypes = try notation.takeWhole("prototypes", from: 1)
    }
  }

  /// The one text of a value, without what is usual, that `init(parsing:batchNorm:)` reads back as an equal value.
  public var description: String {
    var text = formDescription
    if batchNorm { text += ",bn" }
    if activation != .relu { text += ",\(activation.rawValue)" }
    if outputBatchNorm { text += ",out-bn" }
    if !hasBias { text += ",no-bias" }
    if outputScale != 1 { text += ",scale=\(outputScale)" }
    if let sparse {
      text += ",sparse=\(sparse.width)"
      if let largest = sparse.largest { text += ",top=\(largest)" }
      let usual = SparseCode(width: sparse.width, largest: sparse.largest).weight
      if sparse.weight != usual { text += ",l1=\(sparse.weight)" }
    }
    if let levels { text += ",levels=\(levels)" }
    if let prototypes { text += ",prototypes=\(prototypes)" }
    return text
  }

  private var formDescription: String {
    switch form {
    case .identity: "none"
    case .layers(let widths): (widths.count == 1 ? "linear:" : "mlp:") + widths.hyphenated
    case .bottleneck(let hidden, let narrow, let output):
      "bottleneck:" + (hidden + [narrow, output]).hyphenated
    case .orthogonal(let output): "orthogonal:\(output)"
    case .lowRank(let rank, let isDiagonal, let isFixed):
      "low-rank:\(rank)" + (isDiagonal ? ",diagonal" : "") + (isFixed ? ",fixed" : "")
    case .first(let count): "first:\(count)"
    case .reweighting(let kappa): "reweight:\(kappa)"
    }
  }
}

extension [Int] {
  fileprivate var hyphenated: String { map(String.init).joined(separator: "-") }
}
