import Records

/// A formula of figures in words, as an axis has it: `ln(z.effective_rank)` is "ln(effective rank of z)".
struct FormulaWords {
  let text: String
  /// The form that all its figures have, where it only adds and subtracts: its unit is then theirs.
  let form: FigureForm?
  /// The layers of its figures, each once.
  let layers: [String]

  init(_ formula: some StringProtocol, _ catalogue: FigureCatalogue, namesLayers: Bool = true) {
    let formula = String(formula)
    let figures = formula.matches(of: Self.figure).map { Self.parts(of: String($0.output)) }
    layers = figures.reduce(into: []) { if !$0.contains($1.layer) { $0.append($1.layer) } }
    let words = formula.replacing(Self.figure) { match in
      let (layer, key) = Self.parts(of: String(match.output))
      let name = Self.lowered(Self.withoutUnit(catalogue.entry(key).name))
      return !namesLayers ? name : layer == "run" ? "\(name) of the run" : "\(name) of \(layer)"
    }
    text =
      words.replacing(" - ", with: " − ").replacing(" * ", with: " · ")
      .split(separator: " ").joined(separator: " ")
    let between = formula.replacing(Self.figure, with: "")
    let isSum = between.allSatisfy { "+-() ".contains($0) }
    let forms = Set(figures.map { catalogue.entry($0.key).form })
    form = isSum && forms.count == 1 ? forms.first : nil
  }

  /// Both sides of a formula whose last operation is a difference or a ratio.
  static func sides(of formula: String) -> (left: Substring, right: Substring)? {
    for operations in [["+", "-"], ["*", "/"]] as [[Character]] {
      var depth = 0
      for place in formula.indices.reversed() {
        let character = formula[place]
        depth += character == ")" ? 1 : character == "(" ? -1 : 0
        guard depth == 0, operations.contains(character) else { continue }
        guard character == "-" || character == "/" else { return nil }
        return (formula[..<place], formula[formula.index(after: place)...])
      }
    }
    return nil
  }

  /// `name` as it stands within a line: a small first letter, unless the word has others of its own.
  static func lowered(_ name: String) -> String {
    let word = name.prefix { $0 != " " }
    guard word.count > 1, word.dropFirst().allSatisfy({ !$0.isUppercase }) else { return name }
    return name.prefix(1).lowercased() + name.dropFirst()
  }

  /// `name` with its unit: "effective rank (directions)".
  static func withUnit(_ name: String, _ form: FigureForm?) -> String {
    form?.unit.map { "\(withoutUnit(name)) (\($0))" } ?? name
  }

  private static func withoutUnit(_ name: String) -> String { name.replacing(" (%)", with: "") }

  private static var figure: Regex<Substring> { #/[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_@]+)+/# }

  /// A figure's layer and key: `head.1` and `attribute.hue` of `head.1.attribute.hue`.
  private static func parts(of figure: String) -> (layer: String, key: String) {
    let parts = figure.split(separator: ".")
    let length = parts[0] == "head" && parts.count > 2 ? 2 : 1
    return (
      parts.prefix(length).joined(separator: "."), parts.dropFirst(length).joined(separator: ".")
    )
  }
}
