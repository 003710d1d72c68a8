/// A statement about figures that a study's runs decide.
struct Claim {
  /// How a seed's values become its effect.
  enum Statistic {
    /// The least-squares slope of the formula against the axis.
    case slope
    /// The formula at the axis' second named value less the formula at its first.
    case difference(from: SettingValue, to: SettingValue)
    /// The formula itself.
    case mean
    /// The least-squares slope of the formula against the axis where another axis has its second named value, less the
    /// slope at its first.
    case interaction(with: String, from: SettingValue, to: SettingValue)
  }

  /// The side of zero on which the effect is claimed to lie.
  enum Direction: String, CaseIterable {
    case positive, negative
    /// No side: only that it is not zero.
    case either

    /// 1, -1 or, for either, 0.
    var sign: Int {
      switch self {
      case .positive: 1
      case .negative: -1
      case .either: 0
      }
    }
  }

  let id: String
  let statement: String
  let statistic: Statistic
  /// The formula's text and the formula.
  let of: (text: String, expression: FigureExpression)
  /// The axis along which runs are compared.
  let axis: String?
  let direction: Direction
  /// The runs it is about: values on other axes.
  let selection: Study.AxisValues
  /// Axes over which a seed's effects are averaged.
  let averaged: [String]
  /// Whether it is one of the claims that p is corrected over.
  var isPrimary = true

  /// The axes whose values the statistic itself takes.
  var comparedAxes: [String] {
    var axes = axis.map { [$0] } ?? []
    if case .interaction(let with, _, _) = statistic { axes.append(with) }
    return axes
  }

  /// The statistic as a formula, for people.
  var formula: String {
    let chosen = selection.filter { $0.key != Study.dataSetAxis }.sorted { $0.key < $1.key }.map {
      key, values in
      ", \(key) \(values.map(\.text).joined(separator: " or "))"
    }
    let place =
      chosen.joined()
      + (averaged.isEmpty ? "" : ", averaged over \(averaged.joined(separator: ", "))")
    switch statistic {
    case .slope: return "slope of \(of.text) against \(axis ?? "")\(place)"
    case .difference(let from, let to):
      return "\(of.text), \(axis ?? "") \(to.text) less \(from.text)\(place)"
    case .mean: return "\(of.text)\(place)"
    case .interaction(let with, let from, let to):
      return
        "slope of \(of.text) against \(axis ?? ""), \(with) \(to.text) less \(from.text)\(place)"
    }
  }
}
