import Records

/// What a claim's values and effects are numbers of, for axes and sentences.
struct ClaimQuantity {
  /// The axis of its values, with the unit.
  let valueTitle: String
  /// The unit of its effects; nil where they have none.
  let effectUnit: String?
  /// The layer that all its figures are of, where it is one.
  let layer: String?
  private let valueScale: Double
  private let effectScale: Double

  init(of claim: ClaimRecord, _ catalogue: FigureCatalogue) {
    guard let formula = claim.formula else {
      (valueTitle, effectUnit, layer, valueScale, effectScale) = ("value", nil, nil, 1, 1)
      return
    }
    let whole = FormulaWords(formula, catalogue)
    layer = whole.layers.count == 1 ? whole.layers.first : nil
    let shown = Self.compared(by: claim, formula, catalogue) ?? whole
    valueTitle = FormulaWords.withUnit(shown.text, shown.form)
    valueScale = shown.form == .percent ? 100 : 1
    effectScale = whole.form == .percent ? 100 : 1
    let unit = whole.form == .percent ? "percentage points" : whole.form?.unit
    let isSlope = claim.statistic.hasPrefix("slope of \(formula) against ")
    let step = isSlope ? claim.axis.map { "per unit of \(SettingWords.symbol($0))" } : nil
    let parts = [unit, step].compactMap { $0 }
    effectUnit = parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  /// The claim with its values and effects in these units.
  func expressed(_ claim: ClaimRecord) -> ClaimRecord {
    var claim = claim
    for place in claim.points.indices { claim.points[place].value *= valueScale }
    claim.effects = claim.effects.map { $0 * effectScale }
    claim.effect = claim.effect.map { $0 * effectScale }
    claim.lower = claim.lower.map { $0 * effectScale }
    claim.upper = claim.upper.map { $0 * effectScale }
    claim.controls = claim.controls.map(expressed)
    claim.dataSets = claim.dataSets.map { set in
      var set = set
      set.effects = set.effects.map { $0 * effectScale }
      set.effect = set.effect.map { $0 * effectScale }
      set.lower = set.lower.map { $0 * effectScale }
      set.upper = set.upper.map { $0 * effectScale }
      set.controls = set.controls.map(expressed)
      return set
    }
    return claim
  }

  private func expressed(
    _ comparison: ClaimRecord.ControlComparison
  ) -> ClaimRecord.ControlComparison {
    var comparison = comparison
    comparison.effect *= effectScale
    comparison.differences = comparison.differences.map { $0 * effectScale }
    comparison.difference *= effectScale
    comparison.lower = comparison.lower.map { $0 * effectScale }
    comparison.upper = comparison.upper.map { $0 * effectScale }
    return comparison
  }

  /// The one quantity of which a claim compares the layers; nil where it compares something else.
  private static func compared(
    by claim: ClaimRecord, _ formula: String, _ catalogue: FigureCatalogue
  ) -> FormulaWords? {
    let series = Set(claim.points.compactMap(\.series))
    guard series.count > 1, series.allSatisfy(FigureKey.isLayer),
      let (left, right) = FormulaWords.sides(of: formula)
    else { return nil }
    let sides = [left, right].map { FormulaWords($0, catalogue, namesLayers: false) }
    return sides[0].text == sides[1].text ? sides[0] : nil
  }
}

/// Configuration keys in words, as axes and sentences have them.
enum SettingWords {
  /// What stands at an axis.
  static func title(_ key: String) -> String {
    key == "strength" ? "augmentation strength s" : key.replacing("_", with: " ")
  }

  /// The shortest name.
  static func symbol(_ key: String) -> String {
    key == "strength" ? "s" : key.replacing("_", with: " ")
  }
}

extension Control {
  /// The head of a column and an entry of a legend.
  var title: String {
    switch self {
    case .untrained: "untrained"
    case .gaussian: "Gaussian"
    case .shuffled: "shuffled labels"
    case .randomPlane: "random plane"
    }
  }

  /// The control within a sentence.
  var phrase: String {
    switch self {
    case .untrained: "an untrained network"
    case .gaussian: "a Gaussian"
    case .shuffled: "shuffled labels"
    case .randomPlane: "a random plane"
    }
  }
}
