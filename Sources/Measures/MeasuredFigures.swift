import Records

/// Which figures are measured: all, or some by their keys.
///
/// A measure gives all its figures together, so those that stand in one file with a named one are measured as well.
public struct MeasuredFigures: Sendable, Equatable, CustomStringConvertible {
  /// A key that no figure has.
  public struct UnknownFigure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key.
    public let key: String
    /// The nearest key that there is.
    public let nearest: String?

    /// One line that says what to use instead.
    public var description: String {
      "there is no figure '\(key)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; gnomon figures lists them")
    }
  }

  /// All of them.
  public static let all = MeasuredFigures(keys: nil)
  /// None: of each layer only the number of embeddings and of dimensions.
  public static let none = MeasuredFigures(keys: [])

  /// The keys without their members, in the order of the catalogue; nil for all.
  private let keys: [String]?

  private init(keys: [String]?) { self.keys = keys }

  /// Some figures by their keys: `effective_rank`, `tangent_overlap.r5`, `linear_top1@untrained`.
  ///
  /// - Throws: `UnknownFigure` for a key that no figure has.
  public init(_ keys: some Sequence<String>) throws(UnknownFigure) {
    var families: Set<String> = []
    for key in keys {
      guard let family = FigureCatalogue.standard.descriptor(of: key)?.key else {
        throw UnknownFigure(key: key, nearest: FigureCatalogue.standard.keys.nearest(to: key))
      }
      families.insert(family)
    }
    self.keys = FigureCatalogue.standard.descriptors.map(\.key).filter(families.contains)
  }

  /// `all`, `none`, or keys with commas between them.
  ///
  /// - Throws: `UnknownFigure` for a key that no figure has.
  public init(parsing text: String) throws(UnknownFigure) {
    switch text {
    case "all": self = .all
    case "none": self = .none
    default:
      let keys = text.split(separator: ",", omittingEmptySubsequences: false)
      try self.init(keys.map { String($0.drop(while: \.isWhitespace)) })
    }
  }

  /// What `init(parsing:)` reads.
  public var description: String {
    guard let keys else { return "all" }
    return keys.isEmpty ? "none" : keys.joined(separator: ",")
  }

  /// The measures that give them, and those that these build on, in the order of the tables.
  public var measures: [any Measure] {
    guard let keys else { return StandardMeasures.all }
    var wanted = Set(keys)
    // What a measure builds on stands before it.
    return StandardMeasures.all.reversed().filter { measure in
      guard measure.figures.contains(where: { wanted.contains($0.key) }) else { return false }
      wanted.formUnion(measure.buildsOn)
      return true
    }.reversed()
  }
}
