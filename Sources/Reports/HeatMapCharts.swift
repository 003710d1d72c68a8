import Records

/// Charts of numbers between 0 and 1 for pairs of names, a panel a run.
extension ChartFigure {
  /// More panels than this are not compared with each other: one of means stands for all.
  static let mostHeatMaps = 9

  /// The similarity of each layer with each other.
  static func similarity(of runs: RunSet) -> ChartFigure? {
    let maps = heatMaps(of: runs) { series in
      let layers = layers(of: series)
      return HeatMap(rows: layers, columns: layers) { row, column in
        let (one, other) = (layers[row], layers[column])
        let measured = series.mean(one, "cka.\(other)") ?? series.mean(other, "cka.\(one)")
        // A layer is like itself; that is worth a cell only beside others.
        let isThere = series.keys(one).contains { $0.hasPrefix("cka.") }
        return measured ?? (one == other && isThere ? 1 : nil)
      }
    }
    return ChartFigure(
      title: "Similarity of the layers (linear CKA)",
      reading: "1 means that two layers hold the same geometry: where the corner of h and z pales, "
        + "the head has changed most" + endOfReading(runs), legend: [], charts: maps)
  }

  /// How well factors and augmentations are read from each layer.
  static func information(of runs: RunSet) -> ChartFigure? {
    let keys = runs.catalogue.ordered(
      Set(runs.series.flatMap { series in layers(of: series).flatMap { series.keys($0) } })
    ).map(\.key).filter { key in families.contains { key.hasPrefix("\($0.prefix).") } }
    let maps = heatMaps(of: runs) { series in
      let layers = layers(of: series)
      return HeatMap(rows: keys.map(rowName), columns: layers) { row, column in
        series.mean(layers[column], keys[row])
      }
    }
    return ChartFigure(
      title: "What information survives at which layer",
      reading:
        "R² (accuracy for kinds) of reading a known factor of the image, or how its view was "
        + "augmented, from a layer: what pales from h to z is what the head discards"
        + endOfReading(runs), legend: [], charts: maps)
  }

  private static let families = [
    (prefix: "attribute", of: ""), (prefix: "augmentation", of: "view: "),
  ]

  private static func rowName(_ key: String) -> String {
    for family in families where key.hasPrefix("\(family.prefix).") {
      return family.of + key.dropFirst(family.prefix.count + 1).replacing("_", with: " ")
    }
    return key
  }

  private static func heatMaps(
    of runs: RunSet, _ map: (RunSet.Series) -> HeatMap
  ) -> [Chart] {
    shown(runs).map { series in
      let heat = map(series)
      return Chart(
        title: series.name, x: Axis(title: ""), y: Axis(title: ""), traces: [], heat: heat,
        height: max(200, 60 + 26 * heat.rows.count))
    }
  }

  private static func shown(_ runs: RunSet) -> [RunSet.Series] {
    let all = runs.series
    guard all.count > mostHeatMaps, let first = all.first else { return all }
    return [
      RunSet.Series(
        members: runs.members, label: "All runs", paint: first.paint, dash: first.dash,
        group: first.group)
    ]
  }

  private static func layers(of series: RunSet.Series) -> [String] {
    LayerFigures.canonicalOrder(of: Set(series.members.flatMap(\.run.summary.layers.keys)))
  }

  private static func endOfReading(_ runs: RunSet) -> String {
    shown(runs).contains { $0.members.count > 1 } ? "; numbers are means over runs." : "."
  }
}
