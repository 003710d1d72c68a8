import Records

/// The conventions that figures were computed under, each said once and marked by a letter.
struct Footnotes {
  private(set) var texts: [String] = []

  /// The letters of `conventions`; several when layers or runs differ in them.
  mutating func marks(for conventions: [Convention]) -> String {
    var places: [Int] = []
    for text in conventions.map(Self.text) {
      let place = texts.firstIndex(of: text) ?? texts.count
      if place == texts.count { texts.append(text) }
      if !places.contains(place) { places.append(place) }
    }
    return places.sorted().map(Self.letter).joined(separator: ",")
  }

  /// `a`, `b`, …, `z`, `aa`, `bb`, ….
  static func letter(_ place: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return String(repeating: letters[place % letters.count], count: place / letters.count + 1)
  }

  /// A convention in words.
  static func text(_ convention: Convention) -> String {
    var parts = [
      convention.centered ? "centred" : "not centred",
      convention.rowNormalized ? "rows scaled to unit length" : "rows as they are",
    ]
    if let epsilon = convention.epsilon { parts.append("ε = \(Numerals.setting(epsilon))") }
    if let n = convention.n { parts.append("n = \(Numerals.count(Double(n)))") }
    if let k = convention.k { parts.append("k = \(k)") }
    if let rank = convention.rank { parts.append("r = \(rank)") }
    if let views = convention.views { parts.append(views == 1 ? "1 view" : "\(views) views") }
    if let anchors = convention.anchors { parts.append("the head at \(anchors) points") }
    if let fitted = convention.fitted {
      parts.append("fitted on \(Numerals.count(Double(fitted)))")
    }
    if let temperature = convention.temperature {
      parts.append("τ = \(Numerals.setting(temperature))")
    }
    if let batch = convention.batch { parts.append("batches of \(batch)") }
    if let weighting = convention.weighting { parts.append("weights of \(weighting)") }
    return parts.joined(separator: ", ")
  }
}
