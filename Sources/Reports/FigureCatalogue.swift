/// What METRICS.md's figures are called, what they mean and how they are printed.
enum FigureCatalogue {
  /// The parts a table of figures has, in their order.
  enum Group: String, CaseIterable {
    case information = "What can be read from the layer"
    case rank = "Spectrum and rank"
    case invariance = "Invariance to the augmentations"
    case tangent = "Tangents"
    case plane = "Tangent planes and the projector"
    case theory = "Theory beside measurement"
    case dimension = "Dimension"
    case similarity = "Similarity of layers"
    case other = "Other"
  }

  /// Where a figure is printed. The files hold all of them.
  enum Prominence {
    /// The table that everybody reads.
    case headline
    /// The folded table of what there is one of for each generator, factor or layer.
    case detail
    /// Charts alone: curves over r, and each generator at each strength.
    case chart
  }

  /// How a number is printed.
  enum Form {
    case percent, rank, count, general

    /// The numbers of one row, with as many decimals each, so that they align and compare.
    func texts(_ values: [Double?]) -> [String?] {
      switch self {
      case .percent: values.map { $0.map { Numerals.fixed($0 * 100, 1) } }
      case .rank: Numerals.aligned(values, decimals: 1)
      case .count: Numerals.aligned(values, decimals: 0)
      case .general: Numerals.aligned(values)
      }
    }
  }

  /// One figure.
  struct Entry {
    let key: String
    let name: String
    var form = Form.general
    let group: Group
    let meaning: String
    /// Stands between the name and what the figure is of.
    var separator = ": "
    var prominence = Prominence.headline
  }

  /// The figure under `key`. `family.member` is `family` for one `member`; an unknown key is its own
  /// name.
  static func entry(_ key: String) -> Entry {
    if let known = byKey[key] { return known }
    guard let family = family(of: key) else {
      return Entry(key: key, name: words(key), group: .other, meaning: "")
    }
    let member = String(key.dropFirst(family.key.count + 1))
    return Entry(
      key: key, name: "\(family.name)\(family.separator)\(memberName(member))", form: family.form,
      group: family.group, meaning: family.meaning, prominence: prominence(of: member, in: family))
  }

  /// `keys` in the order of the catalogue, unknown ones by name after those of their group.
  static func ordered(_ keys: some Sequence<String>) -> [Entry] {
    let placed = keys.map { key in
      let place = placeByKey[family(of: key)?.key ?? key] ?? known.count
      return (place: place, numbers: naturalOrder(of: key), entry: entry(key))
    }
    return placed.sorted {
      ($0.place, $0.numbers.text, $0.numbers.rank, $0.entry.key)
        < ($1.place, $1.numbers.text, $1.numbers.rank, $1.entry.key)
    }.map(\.entry)
  }

  /// What the figures under `keys` are, once for each family.
  static func definitions(of keys: some Sequence<String>) -> [Entry] {
    let known = Set(keys.compactMap { family(of: $0)?.key })
    return ordered(known)
  }

  /// `key` and what is left of it as its parts after dots are taken off, one after the other.
  static func prefixes(of key: String) -> [String] {
    let parts = key.components(separatedBy: ".")
    return parts.indices.reversed().map { parts[...$0].joined(separator: ".") }
  }

  /// The number R of a key that ends in `.rR`.
  static func rank(of key: String) -> Int? {
    guard let last = key.components(separatedBy: ".").last, last.first == "r" else { return nil }
    return Int(last.dropFirst())
  }

  private static func family(of key: String) -> Entry? {
    prefixes(of: key).lazy.compactMap { byKey[$0] }.first
  }

  private static func memberName(_ member: String) -> String {
    if let rank = rank(of: member) { return "r = \(rank)" }
    let (strength, generator) = fixedStrength(of: member)
    let words = generator.replacing("_", with: " ")
    guard let strength else { return words }
    return words.isEmpty ? strength : "\(strength), \(words)"
  }

  private static func prominence(of member: String, in family: Entry) -> Prominence {
    switch family.key {
    case "invariance_at": fixedStrength(of: member).generator.isEmpty ? .headline : .chart
    // Of these there is one r, the number of factors.
    case "tangent_overlap.factors", "tangent_overlap.planes", "tangent_overlap_random.factors",
      "tangent_overlap_random.planes":
      .detail
    default: rank(of: member) == nil ? .detail : .chart
    }
  }

  /// The strength that a member begins with, as text, and what follows it.
  static func fixedStrength(of member: String) -> (strength: String?, generator: String) {
    let parts = member.components(separatedBy: ".")
    for count in [2, 1] where parts.count >= count {
      let strength = parts.prefix(count).joined(separator: ".")
      if Double(strength) != nil {
        return (strength, parts.dropFirst(count).joined(separator: "."))
      }
    }
    return (nil, member)
  }

  private static func naturalOrder(of key: String) -> (text: String, rank: Int) {
    guard let rank = rank(of: key) else { return (key, 0) }
    return (prefixes(of: key).dropFirst().first ?? key, rank)
  }

  private static func words(_ key: String) -> String {
    let spaced = key.replacing("_", with: " ")
    return spaced.prefix(1).uppercased() + spaced.dropFirst()
  }

  private static let byKey = Dictionary(
    known.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
  private static let placeByKey = Dictionary(
    known.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
}
