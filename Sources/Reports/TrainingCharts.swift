import Records

/// Charts of what happened during training.
extension ChartFigure {
  /// Loss, contrastive accuracy and, where they are logged, relative updates over steps.
  static func training(of runs: RunSet) -> ChartFigure? {
    let loss = overSteps("loss", of: runs)
    let accuracy = overSteps("contrastive_top1", of: runs)
    let updates = ["update_encoder", "update_head"].map { overSteps($0, of: runs) }
      .filter { chart in chart.traces.contains { !$0.x.isEmpty } }
    let longest = runs.members.map(\.run.metrics.count).max() ?? 0
    let thinned = longest > mostPoints ? " Points are means of neighbouring records." : ""
    return ChartFigure(
      title: "Loss and contrastive accuracy over training",
      reading: "The accuracy says how often a view's positive is its nearest neighbour in the "
        + "batch; losses compare only between runs of one temperature and batch size."
        + (updates.isEmpty
          ? "" : " A relative update is the length of a step over that of all parameters together.")
        + thinned,
      legend: runs.legend, charts: [loss, accuracy] + updates)
  }

  /// How fast training goes, at which rate, and how far the head is from its best response.
  static func pace(of runs: RunSet) -> ChartFigure? {
    let charts = ["views_per_second", "learning_rate", "best_response_gap"].map {
      overSteps($0, of: runs)
    }
    return ChartFigure(
      title: "Speed, learning rate and best-response gap",
      reading: "The gap is how much the loss falls when the head alone goes on learning.",
      legend: runs.legend, charts: charts)
  }

  /// One figure of every layer over epochs; nil where it was measured less than twice.
  static func overEpochs(figure key: String, of runs: RunSet) -> ChartFigure? {
    let entry = runs.catalogue.entry(key)
    return ChartFigure(
      title: entry.name, reading: entry.meaning.isEmpty ? key : "\(entry.meaning).",
      legend: LayerComparison.legend(of: runs), charts: overEpochs(key, of: runs))
  }

  /// Rank, accuracy and invariance of encoder and head output over epochs, for what was measured
  /// at several.
  static func trajectory(of runs: RunSet) -> ChartFigure? {
    let measured = Set(runs.members.flatMap { $0.run.geometry.flatMap(\.figures.values.keys) })
    let accuracy = measured.contains("linear_top1") ? "linear_top1" : "knn_top1"
    let charts = ["effective_rank", accuracy, "invariance"].flatMap { overEpochs($0, of: runs) }
    return ChartFigure(
      title: "Encoder and head over epochs",
      reading: (runs.members.count == 1
        ? "Each panel is one figure of every layer: "
        : "Each pair of panels is one figure, first of h and then of z, on one scale: ")
        + "a difference in height is the head's doing.",
      legend: LayerComparison.legend(of: runs), charts: charts)
  }

  /// More points a curve than this are not told apart on a page.
  static let mostPoints = 500

  /// Means over runs of neighbouring points, so that at most `mostPoints` are left.
  static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let size = (points.count + mostPoints - 1) / mostPoints
    if size <= 1 { return points }
    return stride(from: 0, to: points.count, by: size).map { start in
      let bucket = points[start..<min(start + size, points.count)]
      let sum = bucket.reduce((x: 0.0, y: 0.0)) { ($0.x + $1.x, $0.y + $1.y) }
      return (x: sum.x / Double(bucket.count), y: sum.y / Double(bucket.count))
    }
  }

  private static func overSteps(_ key: String, of runs: RunSet) -> Chart {
    let quantity = LoggedQuantity(key)
    return Chart(
      title: quantity.title, x: Axis(title: "step", fromZero: true),
      y: Axis(title: quantity.title, isLogarithmic: quantity.isLogarithmic),
      traces: runs.members.map { member in
        let points = member.run.metrics.compactMap { record in
          quantity.value(of: record).map { (x: Double(record.step), y: $0) }
        }
        return Trace(of: member, points: thinned(points))
      })
  }

  private static let epochs = Axis(title: "epoch", fromZero: true)

  private static func overEpochs(_ key: String, of runs: RunSet) -> [Chart] {
    let entry = runs.catalogue.entry(key)
    let charts = LayerComparison(runs: runs, x: epochs, y: entry.axis).charts(mode: .both) {
      layer in
      layer.map { "\(entry.name) of \($0)" } ?? entry.name
    } points: { member, layer in
      member.run.geometry.filter { $0.figures.layer == layer }.compactMap { record in
        entry.plotted(record.figures).map { (x: record.epoch, y: $0) }
      }
    }
    // One epoch is no trajectory.
    return charts.contains { $0.traces.contains { $0.x.count > 1 } } ? charts : []
  }
}
