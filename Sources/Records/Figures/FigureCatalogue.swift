/// The figures that there are, in the order of the tables.
public struct FigureCatalogue: Sendable {
  /// What each is.
  public let descriptors: [FigureDescriptor]
  private let places: [String: Int]

  /// A catalogue in the order of `descriptors`. Traps where two have one key.
  public init(_ descriptors: [FigureDescriptor]) {
    self.descriptors = descriptors
    places = Dictionary(
      descriptors.enumerated().map { ($1.key, $0) },
      uniquingKeysWith: { first, second in
        preconditionFailure("two figures under '\(descriptors[first].key)'")
      })
  }

  /// One figure under its whole key, as it is shown.
  public struct Entry: Sendable {
    /// The whole key.
    public let key: String
    /// A few words.
    public let name: String
    /// The part of a table that it stands in.
    public let group: FigureGroup
    /// How its numbers are written.
    public let form: FigureForm
    /// Where it is printed.
    public let prominence: FigureProminence
    /// One sentence that defines it; empty for an unknown key.
    public let meaning: String
  }

  /// The figure under `key`. An unknown key, as a file of another program may have it, is its own name.
  public func entry(_ key: String) -> Entry {
    guard let family = descriptor(of: key) else {
      return Entry(
        key: key, name: Self.words(key), group: .other, form: .general, prominence: .headline,
        meaning: "")
    }
    let (figure, control) = Control.parts(of: key).map { ($0.figure, $0.control) } ?? (key, nil)
    let member = String(figure.dropFirst(family.key.count + 1))
    let name =
      (member.isEmpty ? family.name : family.name + family.separator + Self.memberName(member))
      + (control.map { ", \($0.text)" } ?? "")
    let prominence =
      member.isEmpty
      ? family.prominence
      : family.members.first { $0.include(member) }?.prominence ?? .detail
    return Entry(
      key: key, name: name, group: family.group, form: family.form, prominence: prominence,
      meaning: family.meaning)
  }

  /// `keys` in the order of the catalogue, ranks as numbers, a figure before what it is under controls,
  /// unknown keys by name after all others.
  public func ordered(_ keys: some Sequence<String>) -> [Entry] {
    let placed = keys.map { key in
      let place = descriptor(of: key).flatMap { places[$0.key] } ?? descriptors.count
      let figure = Control.parts(of: key)?.figure ?? key
      let rank = FigureKey.rank(of: figure)
      let stem =
        rank == nil ? figure : String(figure[..<(figure.lastIndex(of: ".") ?? figure.endIndex)])
      return (place: place, stem: stem, rank: rank ?? 0, key: key)
    }
    return placed.sorted {
      ($0.place, $0.stem, $0.rank, $0.key) < ($1.place, $1.stem, $1.rank, $1.key)
    }.map { entry($0.key) }
  }

  /// What the figures under `keys` are, once for each family, in the order of the catalogue.
  public func definitions(of keys: some Sequence<String>) -> [FigureDescriptor] {
    let used = Set(keys.compactMap { descriptor(of: $0)?.key })
    return descriptors.filter { used.contains($0.key) }
  }

  /// What a whole key is a figure of: the longest of its prefixes that is described.
  public func descriptor(of key: String) -> FigureDescriptor? {
    FigureKey.prefixes(of: Control.parts(of: key)?.figure ?? key).lazy.compactMap { places[$0] }
      .first.map { descriptors[$0] }
  }

  private static func memberName(_ member: String) -> String {
    if !member.contains("."), let rank = FigureKey.rank(of: member) { return "r = \(rank)" }
    if let count = FigureKey.componentCount(of: member) { return "first \(count) components" }
    let (strength, rest) = FigureKey.fixedStrength(of: member)
    let words = rest.replacing("_", with: " ")
    guard let strength else { return words }
    return words.isEmpty ? strength : "\(strength), \(words)"
  }

  private static func words(_ key: String) -> String {
    let spaced = key.replacing("_", with: " ")
    return spaced.prefix(1).uppercased() + spaced.dropFirst()
  }
}
