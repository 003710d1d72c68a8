import Records

/// Charts of the data's planes at h and the projector's subspaces.
extension ChartFigure {
  /// Overlaps of planes over their dimension r, beside what chance gives, and the angles.
  static func tangentOverlap(of runs: RunSet) -> ChartFigure? {
    let overlaps = Chart.sharingVerticalRange(
      [
        overlap("Local plane and local subspace", "tangent_overlap", of: runs),
        overlap("Local plane and global subspace", "tangent_overlap", ".global", of: runs),
      ].filter(\.hasPoints))
    let angles = Chart(
      title: "Principal angles (rad)", x: dimension,
      y: Axis(title: "Principal angles (rad)", fromZero: true),
      traces: runs.series.flatMap { series in
        [
          Trace(
            of: series, points: overRank("tangent_angle_largest", of: series),
            paint: paint(of: series, in: runs), dash: .solid),
          Trace(
            of: series, points: overRank("tangent_angle_smallest", of: series),
            paint: paint(of: series, in: runs), dash: .dash),
        ]
      })
    return ChartFigure(
      title: "The data's tangent plane and the projector's subspace at h",
      reading: "The further an overlap lies above the dotted line of chance, the better the "
        + "projector's r leading directions estimate the data's r-dimensional plane"
        + (angles.hasPoints
          ? "; of the angles between the two, lines are the largest and dashes the smallest" : "")
        + (runs.hasReplicates ? ", and curves are means over runs." : "."),
      legend: legend(of: runs, "at h") + [chance], charts: overlaps + [angles])
  }

  /// What of the variance at h lies outside the head's leading subspace.
  static func nullSpace(of runs: RunSet) -> ChartFigure? {
    let charts = [
      ("Share of the variance of h", "nullspace_energy"),
      ("Share of the variance between classes", "nullspace_energy_between"),
    ].map { title, key in
      Chart(
        title: title, x: dimension, y: Axis(title: title, fromZero: true),
        traces: runs.series.map {
          Trace(of: $0, points: overRank(key, of: $0), paint: paint(of: $0, in: runs))
        })
    }
    return ChartFigure(
      title: "What the head eliminates",
      reading: "The share of h outside the head's r leading directions: what is still high on the "
        + "right is in h and not in z, and where the classes' share lies above that of all, the "
        + "head removes what tells classes apart.",
      legend: legend(of: runs, "at h"),
      charts: Chart.sharingVerticalRange(charts.filter(\.hasPoints)))
  }

  /// The rank and the subspace that the contrastive covariance at h predicts, and what came of them.
  static func prediction(of runs: RunSet) -> ChartFigure? {
    let identity = LegendEntry(
      label: "prediction = measurement", paint: .neutral, dash: .dot, group: "identity")
    return ChartFigure(
      title: "Theory beside measurement",
      reading: "A point is a run: on the dotted line the head's output has as many directions as "
        + "the contrastive covariance at h has positive ones, below it fewer; an overlap above "
        + "chance says that the head's leading directions are among those predicted.",
      legend: legend(of: runs, "this run") + [identity, chance],
      charts: [
        measuredRank(of: runs, identity),
        overlap("Predicted and global subspace", "predicted_overlap", of: runs),
      ].compactMap { $0 })
  }

  private static func measuredRank(of runs: RunSet, _ identity: LegendEntry) -> Chart? {
    let pairs = runs.members.compactMap {
      member -> (member: RunSet.Member, x: Double, y: Double)? in
      guard let x = member.run.figures("h")?["predicted_rank"], x.isFinite,
        let y = member.run.figures("z")?["effective_rank"], y.isFinite
      else { return nil }
      return (member, x, y)
    }
    guard let most = pairs.map({ max($0.x, $0.y) }).max() else { return nil }
    let line = Trace(
      name: identity.label, group: identity.group, points: [(0, 0), (most, most)],
      paint: identity.paint, dash: identity.dash)
    let points = pairs.map { Trace(of: $0.member, points: [($0.x, $0.y)], mode: .markers) }
    return Chart(
      title: "Effective rank of z", x: Axis(title: "predicted rank of h", fromZero: true),
      y: Axis(title: "Effective rank of z", fromZero: true), traces: [line] + points)
  }

  private static let chance = LegendEntry(
    label: "by chance", paint: .neutral, dash: .dot, group: "chance")

  private static let dimension = Axis(title: "dimension r of the planes", fromZero: true)

  private static func overlap(
    _ title: String, _ family: String, _ pair: String = "", of runs: RunSet
  ) -> Chart {
    var traces = runs.series.map { series in
      Trace(
        of: series, points: overRank("\(family)\(pair)", of: series),
        paint: paint(of: series, in: runs))
    }
    var baselines: [[Double]] = []
    for series in runs.series {
      let points = overRank("\(family)_random\(pair)", of: series)
      let chance = Trace(
        name: "by chance", group: "chance", points: points, paint: .neutral, dash: .dot)
      // Chance depends on the dimension of h alone, which most runs share.
      if !baselines.contains(chance.y) { traces.append(chance) }
      baselines.append(chance.y)
    }
    return Chart(
      title: title, x: dimension, y: Axis(title: "overlap", fromZero: true), traces: traces)
  }

  /// A family's figures at h over its r.
  private static func overRank(
    _ family: String, of series: RunSet.Series
  ) -> [(x: Double, y: Double)] {
    let ranks = series.keys("h").compactMap { key in
      FigureKey.rank(of: key).flatMap { key == "\(family).r\($0)" ? $0 : nil }
    }
    return Set(ranks).sorted().compactMap { rank in
      series.mean("h", "\(family).r\(rank)").map { (x: Double(rank), y: $0) }
    }
  }

  /// A single run's curves at h are in the colour of h.
  private static func paint(of series: RunSet.Series, in runs: RunSet) -> Paint {
    runs.members.count == 1 ? .layer("h") : series.paint
  }

  private static func legend(of runs: RunSet, _ label: String) -> [LegendEntry] {
    if runs.members.count > 1 { return runs.legend }
    return runs.series.map {
      LegendEntry(
        label: label, paint: paint(of: $0, in: runs), dash: .solid, group: $0.group)
    }
  }
}
