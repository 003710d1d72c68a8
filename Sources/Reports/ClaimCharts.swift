import Records

/// The plot of a claim: its points along what was varied, and the effect of each seed.
extension ChartFigure {
  /// More seeds than this share one row in the chart of effects.
  static let mostSeedRows = 12

  /// The figure of `claim`, whose axis has `values` in that order; `nil` without any point.
  static func claim(_ claim: ClaimRecord, values: [JSONValue]) -> ChartFigure? {
    let points = ClaimPoints(claim, values: values)
    let charts = [points.chart, effects(of: claim)].compactMap { $0 }
    let side =
      claim.direction == 0 ? "on one side" : "to the \(claim.direction < 0 ? "left" : "right")"
    let seeds = points.joinsSettings ? "each thin line is one seed" : "each thin line is one run"
    return ChartFigure(
      title: "\(claim.id): \(claim.axis.map { "values against \($0)" } ?? "values and effect")",
      reading:
        "Beside the values, of which \(seeds) and the thick one the mean, stand the effects with the "
        + "mean's 95 % interval: to be supported the claim needs effects \(side) of the dotted zero so "
        + "often, and so large, that its p is small.",
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
      x: Axis(
        title: "effect, claimed \(claim.claimedSide)",
        range: range(around: seeds + mean)),
      y: Axis(title: "", range: [last + 0.5, -0.5], ticks: ticks), traces: [zero] + seeds + mean,
      height: max(270, 80 + 24 * ticks.count))
  }

  /// Horizontal ends with all of `traces`, their bars and zero well inside.
  private static func range(around traces: [Trace]) -> [Double]? {
    let ends = traces.flatMap { trace in
      trace.x.indices.flatMap { place in
        [trace.x[place] - (trace.below?[place] ?? 0), trace.x[place] + (trace.above?[place] ?? 0)]
      }
    }
    let (least, greatest) = (min(0, ends.min() ?? 0), max(0, ends.max() ?? 0))
    let margin = max((greatest - least) * 0.08, 1e-6)
    let range = [least - margin, greatest + margin]
    return range.allSatisfy { $0.isFinite } ? range : nil
  }
}

extension ClaimRecord {
  /// Where the effect is claimed to lie.
  var claimedSide: String {
    direction == 0 ? "other than 0" : direction < 0 ? "below 0" : "above 0"
  }
}
