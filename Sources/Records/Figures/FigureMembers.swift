/// What may follow a family's key and a dot.
public struct FigureMembers: Sendable, Hashable {
  /// The kinds of names.
  public enum Kind: Sendable, Hashable {
    /// These: generators, factors, strengths.
    case names([String])
    /// `r1`, `r2`, …: the dimension of a plane.
    case ranks
    /// The names of other layers: `stage1`, …, `h`, `head.1`, …, `z`.
    case layers
    /// `pca1`, `pca2`, …: the number of leading principal components that embeddings were projected onto.
    case principalComponents
  }

  /// Which names there are.
  public let kind: Kind
  /// Where the members are printed.
  public let prominence: FigureProminence

  /// Members of these names.
  public static func names(
    _ names: [String], prominence: FigureProminence = .detail
  ) -> FigureMembers { FigureMembers(kind: .names(names), prominence: prominence) }

  /// Members by the dimension r of a plane, `rR`.
  public static func ranks(prominence: FigureProminence = .chart) -> FigureMembers {
    FigureMembers(kind: .ranks, prominence: prominence)
  }

  /// Members by the other layer.
  public static let layers = FigureMembers(kind: .layers, prominence: .detail)

  /// Members by the number N of leading principal components, `pcaN`.
  public static let principalComponents = FigureMembers(
    kind: .principalComponents, prominence: .detail)

  /// Whether there is a member of that name.
  func include(_ name: String) -> Bool {
    switch kind {
    case .names(let names): names.contains(name)
    case .ranks: FigureKey.rank(of: name) != nil
    case .layers: FigureKey.isLayer(name)
    case .principalComponents: FigureKey.componentCount(of: name) != nil
    }
  }

  /// Names to choose from, where they can be listed; examples where they cannot.
  var examples: [String] {
    switch kind {
    case .names(let names): names
    case .ranks: ["r5"]
    case .layers: ["h", "z"]
    case .principalComponents: ["pca64"]
    }
  }
}
