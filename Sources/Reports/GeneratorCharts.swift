import Records

/// The chart of how invariant encoder and head are to each generator alone.
extension ChartFigure {
  /// The fixed strength at which generators are compared across runs.
  static let comparedStrength = "0.5"

  /// A row a generator: of several runs a panel for h and one for z, else one panel of all layers.
  /// Runs of different strengths are compared at a fixed one.
  static func invarianceByGenerator(of runs: RunSet) -> ChartFigure? {
    let isFixed = runs.series.contains { !generators(of: $0, fixed: true).isEmpty }
    let names = generatorOrder(
      runs.series.flatMap { generators(of: $0, fixed: isFixed) }, runs.catalogue)
    let prefix = isFixed ? "invariance_at.\(comparedStrength)" : "invariance"
    func points(_ series: RunSet.Series, _ layer: String, _ shift: Double) -> [(Double, Double)] {
      names.enumerated().compactMap { place, name in
        series.mean(layer, "\(prefix).\(name)").map { ($0, Double(place) + shift) }
      }
    }
    let rows = names.enumerated().map {
      Axis.Tick(value: Double($0), label: $1.replacing("_", with: " "))
    }
    func chart(_ title: String, _ traces: [Trace]) -> Chart {
      Chart(
        title: title, x: Axis(title: "invariance", fromZero: true),
        y: Axis(title: "", range: [Double(names.count) - 0.5, -0.5], ticks: rows), traces: traces,
        height: 80 + 24 * names.count)
    }
    let charts: [Chart]
    if runs.members.count == 1, let only = runs.series.first {
      charts = [
        chart(
          "Invariance to each generator",
          runs.layers.map { Trace(at: $0, points: points(only, $0, 0), mode: .markers) })
      ]
    } else {
      let count = Double(runs.series.count)
      charts = ["h", "z"].map { layer in
        chart(
          LayerComparison.role(of: layer),
          runs.series.enumerated().map { place, series in
            // Side by side within the row, so that no run hides another.
            let shift = (Double(place) - (count - 1) / 2) * min(0.16, 0.7 / count)
            return Trace(of: series, points: points(series, layer, shift), mode: .markers)
          })
      }
    }
    return ChartFigure(
      title: "Invariance to each generator alone"
        + (isFixed ? ", at strength \(comparedStrength)" : ", at the run's own strength"),
      reading: "A point further left in z than in h is a transformation that the head removes; 0 "
        + "means that views under this generator coincide, 1 that they are as far apart as two "
        + "samples" + (runs.hasReplicates ? ", and points are means over runs." : "."),
      legend: LayerComparison.legend(of: runs), charts: Chart.sharingHorizontalRange(charts))
  }

  /// The generators that were measured at any layer.
  private static func generators(of series: RunSet.Series, fixed: Bool) -> [String] {
    let layers = Set(series.members.flatMap(\.run.summary.layers.keys))
    return layers.flatMap { series.keys($0) }.compactMap { key in
      if fixed {
        guard key.hasPrefix("invariance_at.") else { return nil }
        let (strength, name) = FigureKey.fixedStrength(
          of: String(key.dropFirst("invariance_at.".count)))
        return strength == comparedStrength && !name.isEmpty ? name : nil
      }
      return key.hasPrefix("invariance.") ? String(key.dropFirst("invariance.".count)) : nil
    }
  }

  /// Names once each, in the catalogue's order, others by name.
  private static func generatorOrder(_ names: [String], _ catalogue: FigureCatalogue) -> [String] {
    let known = catalogue.keys.filter { $0.hasPrefix("invariance.") }
      .map { String($0.dropFirst("invariance.".count)) }
    return Set(names).sorted {
      (known.firstIndex(of: $0) ?? known.count, $0) < (known.firstIndex(of: $1) ?? known.count, $1)
    }
  }
}
