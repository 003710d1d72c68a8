import RunStore

/// The plot of a claim: its points along what was varied, and the effect of each seed.
extension ChartFigure {
  /// More seeds than this share one row in the chart of effects.
  static let mostSeedRows = 12

  /// The figure of `claim`, whose axis has `values` in that order; `nil` without any point.
  static func claim(_ claim: ClaimRecord, values: [JSONValue]) -> ChartFigure? {
    let points = ClaimPoints(claim, values: values)
    let charts = [points.chart, effects(of: claim)].compactMap { $0 }
    let side = claim.direction < 0 ? "left" : "right"
    let seeds = points.joinsSettings ? "each thin line is one seed" : "each thin line is one run"
    return ChartFigure(
      title: "\(claim.id): \(claim.axis.map { "values against \($0)" } ?? "values and effect")",
      reading:
        "Beside the values, of which \(seeds) and the thick one the mean, stand the effects: "
        + "the claim holds where the whole bar of the mean's 95 % interval lies to the \(side) of "
        + "the dotted zero.",
      legend: points.legend, charts: charts)
  }

  /// A row a seed, and one for the mean with its interval.
  private static func effects(of claim: ClaimRecord) -> Chart? {
    let effects = zip(claim.seeds, claim.effects).filter(\.1.isFinite)
    if effects.isEmpty { return nil }
    let isCrowded = effects.count > mostSeedRows
    let last = isCrowded ? 1.0 : Double(effects.count)
    var ticks =
      isCrowded
      ? [Axis.Tick(value: 0, label: "seeds")]
      : effects.enumerated().map { Axis.Tick(value: Double($0), label: "seed \($1.0)") }
    let seeds = effects.enumerated().map { place, pair in
      Trace(
        name: "seed \(pair.0)", group: "seeds",
        // Seeds that share a row stand a little apart.
        points: [(pair.1, isCrowded ? Double(place % 5 - 2) * 0.09 : Double(place))],
        paint: .neutral, mode: .markers)
    }
    var mean: [Trace] = []
    if let effect = claim.effect, effect.isFinite {
      ticks.append(Axis.Tick(value: last, label: "mean"))
      var trace = Trace(
        name: "mean", group: "mean", points: [(effect, last)], paint: Paint.categories[0],
        dash: .dash, mode: .markers)
      if let lower = claim.lower, let upper = claim.upper, lower.isFinite, upper.isFinite {
        trace.below = [max(0, effect - lower)]
        trace.above = [max(0, upper - effect)]
      }
      mean = [trace]
    }
    let zero = Trace(
      name: "no effect", group: "zero", points: [(0, -0.5), (0, last + 0.5)], paint: .neutral,
      dash: .dot)
    return Chart(
      title: "Effect of each seed",
      x: Axis(title: "effect, claimed \(claim.direction < 0 ? "below" : "above") 0"),
      y: Axis(title: "", range: [last + 0.5, -0.5], ticks: ticks), traces: [zero] + seeds + mean,
      height: max(270, 80 + 24 * ticks.count))
  }
}
