import Records

/// Charts of the final figures: against strength, run or layer.
extension ChartFigure {
  private static let rankAndAccuracy = ["effective_rank", "linear_top1", "knn_top1"]

  /// Rank and accuracy of each layer, against what tells the runs apart; along the layers when
  /// there is but one run.
  static func rankAndAccuracy(of runs: RunSet) -> ChartFigure? {
    if runs.members.count == 1 {
      return ChartFigure(
        title: "Rank and accuracy from encoder to output",
        reading: "Each panel follows one figure through the network: what falls towards z is what "
          + "the head gives up.",
        legend: legendOfControls(of: runs),
        charts: rankAndAccuracy.map { alongLayers($0, of: runs) })
    }
    let legend = LayerComparison.legend(of: runs.layers)
    if runs.strengths.isEmpty {
      return ChartFigure(
        title: "Rank and accuracy of each run",
        reading: "The gap between h and z is the head's doing.",
        legend: legend, charts: rankAndAccuracy.map { ofEachRun($0, runs) })
    }
    return ChartFigure(
      title: "Rank and accuracy against augmentation strength",
      reading: "The gap between h and z is the head's doing; the more steeply a line falls, the "
        + "more its layer gives up as augmentation gets stronger."
        + (runs.hasReplicates ? " Lines join the means at each strength." : ""),
      legend: legend, charts: rankAndAccuracy.map { againstStrength($0, runs) })
  }

  /// How far each layer is invariant, under the run's own augmentations and under fixed ones.
  static func invariance(of runs: RunSet) -> ChartFigure? {
    let comparison = LayerComparison(
      runs: runs, x: Axis(title: "strength of the test augmentation", fromZero: true),
      y: runs.catalogue.entry("invariance").axis)
    let fixed = comparison.charts(mode: .both) { layer in
      layer.map { "\(LayerComparison.role(of: $0)), at fixed strengths" }
        ?? "Invariance at fixed strengths"
    } points: { member, layer in
      let values = member.run.figures(layer)?.invarianceAt ?? [:]
      let points = values.compactMap { key, value in Double(key).map { (x: $0, y: value) } }
      return points.sorted { $0.x < $1.x }
    }
    return ChartFigure(
      title: "Invariance of encoder and head",
      reading: "0 means that two views of a sample coincide, 1 that they are as far apart as two "
        + "samples; a line that falls from h to z shows a head more invariant than the encoder.",
      legend: LayerComparison.legend(of: runs) + legendOfControls(of: runs),
      charts: [alongLayers("invariance", of: runs, title: "Invariance along the layers")] + fixed)
  }

  /// The spectra of encoder and head output.
  static func spectra(of runs: RunSet) -> ChartFigure? {
    let layers = runs.members.flatMap(\.run.summary.layers.values)
    let conventions = Set(layers.compactMap { $0.conventions["spectrum"].map(Footnotes.text) })
    let longest = layers.map(\.spectrum.count).max() ?? 0
    let comparison = LayerComparison(
      runs: runs, x: spectrumIndex(upTo: longest),
      y: spectrumHeight(of: layers.flatMap(\.spectrum)))
    let charts = comparison.charts { layer in
      layer.map(LayerComparison.role) ?? "Spectrum of each layer"
    } points: { member, layer in
      let spectrum = member.run.figures(layer)?.spectrum ?? []
      return spectrum.enumerated().map { (x: Double($0 + 1), y: $1) }
    }
    return ChartFigure(
      title: "Spectra of encoder and head output",
      reading: spectrumReading
        + (conventions.isEmpty
          ? "" : " Embeddings \(conventions.sorted().joined(separator: "; "))."),
      legend: LayerComparison.legend(of: runs), charts: charts)
  }

  /// How a spectrum is read.
  static let spectrumReading =
    "Singular values of the row-normalised embeddings, sorted, on a logarithmic scale: a curve that drops early "
    + "uses few directions. What is below 10⁻⁸ of the largest is rounding, and below the chart."

  /// The horizontal axis of spectra of up to `count` values.
  static func spectrumIndex(upTo count: Int) -> Axis {
    Axis(title: "index of the singular value", range: [0, Double(count) + 1])
  }

  /// What the vertical axis of spectra is called.
  static let spectrumTitle = "log₁₀ σ"

  /// The vertical axis of spectra of such values. What is less than 10⁻⁸ of the largest is rounding, and lies below the chart.
  static func spectrumHeight(of values: [Double]) -> Axis {
    let finite = values.filter(\.isFinite)
    let least = (finite.max() ?? 0) - 8
    return Axis(
      title: spectrumTitle,
      range: Chart.commonRange(of: finite.map { max($0, least) }, fromZero: false))
  }

  private static func alongLayers(
    _ key: String, of runs: RunSet, title: String? = nil
  ) -> Chart {
    let entry = runs.catalogue.entry(key)
    let layers = runs.layers
    return Chart(
      title: title ?? entry.name,
      x: Axis(
        title: "layer", range: [-0.3, Double(layers.count) - 0.7],
        ticks: layers.enumerated().map { Axis.Tick(value: Double($0), label: $1) }),
      y: entry.axis,
      traces: runs.members.map { member in
        let points = layers.enumerated().compactMap { place, layer in
          entry.plotted(member.run.figures(layer)).map { (x: Double(place), y: $0) }
        }
        return Trace(of: member, points: points, mode: .both)
      } + controls(of: entry, along: layers, runs))
  }

  /// What a figure is under each control along the layers: the means over runs, thin.
  private static func controls(
    of entry: FigureCatalogue.Entry, along layers: [String], _ runs: RunSet
  ) -> [Trace] {
    Control.allCases.map { control in
      let key = control.key(of: entry.key)
      let points = layers.enumerated().compactMap { place, layer -> (x: Double, y: Double)? in
        let values = runs.members.compactMap { $0.run.figures(layer)?.scalar(key) }
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
        return (x: Double(place), y: entry.form == .percent ? mean * 100 : mean)
      }
      let count = runs.members.count
      var trace = Trace(
        name: count > 1
          ? "control: \(control.title), mean of \(count) runs" : "control: \(control.title)",
        group: "control-\(control.rawValue)", points: points, paint: .control(control),
        dash: .dot, mode: .both)
      trace.isThin = true
      trace.isHollow = true
      return trace
    }.filter { !$0.x.isEmpty }
  }

  /// What the thin lines of controls are, after the run that they are set beside where it is alone.
  private static func legendOfControls(of runs: RunSet) -> [LegendEntry] {
    let own =
      runs.members.count == 1
      ? runs.legend.map {
        LegendEntry(
          label: $0.label, paint: $0.paint, dash: $0.dash, group: $0.group, isMarked: true)
      } : []
    return own
      + Control.allCases.map {
        LegendEntry(
          label: "control: \($0.title)", paint: .control($0), dash: .dot,
          group: "control-\($0.rawValue)", isMarked: true, isHollow: true)
      }
  }

  private static func ofEachRun(_ key: String, _ runs: RunSet) -> Chart {
    let entry = runs.catalogue.entry(key)
    let places = runs.members.enumerated()
    return Chart(
      title: entry.name,
      x: Axis(
        title: "", range: [-0.5, Double(runs.members.count) - 0.5],
        ticks: places.map { Axis.Tick(value: Double($0), label: $1.label) }),
      y: entry.axis,
      traces: runs.layers.map { layer in
        let points = places.compactMap { place, member in
          entry.plotted(member.run.figures(layer)).map { (x: Double(place), y: $0) }
        }
        return Trace(at: layer, points: points, mode: .markers)
      })
  }

  private static func againstStrength(_ key: String, _ runs: RunSet) -> Chart {
    let entry = runs.catalogue.entry(key)
    let traces = runs.layers.flatMap { layer -> [Trace] in
      let points = runs.members.compactMap { member in
        entry.plotted(member.run.figures(layer)).map { (x: member.run.strength ?? 0, y: $0) }
      }
      if !runs.hasReplicates { return [Trace(at: layer, points: points, mode: .both)] }
      let means = Dictionary(grouping: points, by: \.x)
        .map { (x: $0, y: $1.reduce(0) { $0 + $1.y } / Double($1.count)) }
        .sorted { $0.x < $1.x }
      return [
        Trace(at: layer, points: points, mode: .markers),
        Trace(at: layer, points: means, mode: .lines),
      ]
    }
    return Chart(
      title: entry.name, x: Axis(title: "augmentation strength s", fromZero: true), y: entry.axis,
      traces: traces)
  }
}

extension FigureCatalogue.Entry {
  /// A vertical axis of the figure. Accuracies lie far from 0 and close together.
  var axis: Axis {
    Axis(
      title: FormulaWords.lowered(FormulaWords.withUnit(name, form)), fromZero: form != .percent)
  }

  /// The figure of a layer as charts show it: percentages as such.
  func plotted(_ figures: LayerFigures?) -> Double? {
    figures?[key].map { form == .percent ? $0 * 100 : $0 }
  }
}
