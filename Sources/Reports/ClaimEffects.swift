import Records

/// The effects of a claim: of each seed, their mean with its interval, and what the mean is under each control.
///
/// In a study of several data sets a row is a data set, with its seeds below the mean and its controls above; else a row is
/// a seed, the mean, or a control.
struct ClaimEffects {
  /// More seeds than this share one row.
  static let mostSeedRows = 12

  private let claim: ClaimRecord
  private let unit: String?
  private let rows: [Row]

  /// A line of the chart.
  private struct Row {
    let label: String
    var seeds: [(seed: Int, effect: Double)] = []
    var mean: (effect: Double, lower: Double?, upper: Double?)?
    var controls: [(control: Control, effect: Double)] = []
  }

  /// The effects of a claim that is expressed in its quantity's units.
  init(of claim: ClaimRecord, _ quantity: ClaimQuantity) {
    self.claim = claim
    unit = quantity.effectUnit
    let all = zip(claim.seeds, claim.effects).map { (seed: $0, effect: $1) }
      .filter(\.effect.isFinite)
    let mean = Self.mean(claim.effect, claim.lower, claim.upper)
    let controls = Self.finite(claim.controls)
    guard claim.dataSets.isEmpty else {
      rows =
        claim.dataSets.map { set in
          Row(
            label: set.name,
            seeds: zip(set.seeds, set.effects).map { ($0, $1) }.filter { $0.1.isFinite },
            mean: Self.mean(set.effect, set.lower, set.upper), controls: Self.finite(set.controls))
        } + [Row(label: "all data sets", seeds: all, mean: mean, controls: controls)]
      return
    }
    let isCrowded = all.count > Self.mostSeedRows
    rows =
      (isCrowded
        ? [Row(label: "seeds", seeds: all)]
        : all.map { Row(label: "seed \($0.seed)", seeds: [$0]) })
      + (mean == nil ? [] : [Row(label: "mean", mean: mean)])
      + controls.map { Row(label: $0.control.title, controls: [$0]) }
  }

  /// What the marks are.
  var legend: [LegendEntry] {
    [
      LegendEntry(
        label: "effect of a seed", paint: .faint, dash: .solid, group: "seeds", isMarked: true,
        isLined: false),
      LegendEntry(
        label: "mean, 95 % interval", paint: .neutral, dash: .dash, group: "mean", isMarked: true,
        isLined: false),
    ]
      + present.map {
        LegendEntry(
          label: "control: \($0.title)", paint: .control($0), dash: Self.dash(of: $0),
          group: "control-\($0.rawValue)", isMarked: true, isHollow: true,
          isLined: false)
      }
  }

  /// The chart; nil without any effect.
  var chart: Chart? {
    let seeds = seedTraces
    if seeds.isEmpty { return nil }
    let marks = seeds + meanTraces + present.map(trace)
    let last = Double(rows.count) - 0.5
    let zero = Trace(
      name: "no effect", group: "zero", points: [(0, -0.5), (0, last)], paint: .neutral, dash: .dot)
    let isGrouped = !claim.dataSets.isEmpty
    var chart = Chart(
      title: "Effect of each seed" + (isGrouped ? ", by data set" : ""),
      x: Axis(
        title: "effect" + (unit.map { " (\($0))" } ?? "") + ", claimed \(claim.claimedSide)",
        range: range(around: marks)),
      y: Axis(
        title: "", range: [last, -0.5],
        ticks: rows.enumerated().map { Axis.Tick(value: Double($0), label: $1.label) }),
      traces: [zero] + marks, height: max(270, 80 + (isGrouped ? 46 : 24) * rows.count))
    if isGrouped { chart.isWide = true }
    return chart
  }

  private var present: [Control] {
    Control.allCases.filter { control in
      rows.contains { $0.controls.contains { $0.control == control } }
    }
  }

  private var seedTraces: [Trace] {
    var points: [(seed: Int, points: [(x: Double, y: Double)])] = []
    for (row, place) in zip(rows, 0...) {
      for (index, (seed, effect)) in row.seeds.enumerated() {
        let point = (x: effect, y: Double(place) + shift(of: index, in: row))
        if let known = points.firstIndex(where: { $0.seed == seed }) {
          points[known].points.append(point)
        } else {
          points.append((seed, [point]))
        }
      }
    }
    return points.map { seed, points in
      // Many marks are small, and let those below them through.
      let isGrouped = !claim.dataSets.isEmpty
      var trace = Trace(
        name: "seed \(seed)", group: "seeds", points: points,
        paint: isGrouped ? .neutral : .faint, mode: .markers)
      trace.isThin = isGrouped ? true : nil
      return trace
    }
  }

  /// Seeds that share a row stand a little apart, and below a mean that is there too.
  private func shift(of index: Int, in row: Row) -> Double {
    let jitter = row.seeds.count > 1 ? Double(index % 5 - 2) : 0
    return row.mean == nil ? jitter * 0.09 : 0.27 + jitter * 0.04
  }

  private var meanTraces: [Trace] {
    let means = rows.enumerated().compactMap { place, row in
      row.mean.map { (place: Double(place), mean: $0) }
    }
    if means.isEmpty { return [] }
    var trace = Trace(
      name: "mean", group: "mean", points: means.map { ($0.mean.effect, $0.place) },
      paint: .neutral, dash: .dash, mode: .markers)
    if means.contains(where: { $0.mean.lower != nil }) {
      trace.below = means.map { max(0, $0.mean.effect - ($0.mean.lower ?? $0.mean.effect)) }
      trace.above = means.map { max(0, ($0.mean.upper ?? $0.mean.effect) - $0.mean.effect) }
    }
    return [trace]
  }

  private func trace(_ control: Control) -> Trace {
    let place = present.firstIndex(of: control) ?? 0
    let points = rows.enumerated().compactMap { row, found in
      found.controls.first { $0.control == control }.map {
        (x: $0.effect, y: Double(row) - (found.mean == nil ? 0 : 0.2 + 0.1 * Double(place)))
      }
    }
    var trace = Trace(
      name: "control: \(control.title)", group: "control-\(control.rawValue)",
      points: points, paint: .control(control), dash: Self.dash(of: control), mode: .markers)
    trace.isHollow = true
    return trace
  }

  private static func dash(of control: Control) -> Dash {
    switch control {
    case .untrained: .solid
    case .gaussian: .dot
    case .shuffled: .dashdot
    case .randomPlane: .dash
    }
  }

  private static func mean(
    _ effect: Double?, _ lower: Double?, _ upper: Double?
  ) -> (effect: Double, lower: Double?, upper: Double?)? {
    guard let effect, effect.isFinite else { return nil }
    guard let lower, let upper, lower.isFinite, upper.isFinite else { return (effect, nil, nil) }
    return (effect, lower, upper)
  }

  private static func finite(
    _ comparisons: [ClaimRecord.ControlComparison]
  ) -> [(control: Control, effect: Double)] {
    comparisons.map { ($0.control, $0.effect) }.filter { $0.1.isFinite }
  }

  /// Horizontal ends with all of `traces`, their bars and zero well inside.
  private func range(around traces: [Trace]) -> [Double]? {
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
