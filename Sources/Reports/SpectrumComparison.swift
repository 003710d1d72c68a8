/// Spectra of several runs at one epoch, a chart a layer.
package struct SpectrumComparison {
  /// The spectra of one layer.
  package struct Layer {
    let name: String
    /// Each run's log10 of the sorted singular values; empty where it has none.
    let spectra: [[Double]]
    /// The least and the greatest value at all epochs, so that charts of several epochs compare.
    let range: ClosedRange<Double>?

    /// The spectra of the runs at `name`.
    package init(name: String, spectra: [[Double]], range: ClosedRange<Double>?) {
      self.name = name
      self.spectra = spectra
      self.range = range
    }
  }

  private let names: [String]
  private let marks: RunMarks
  private let layers: [Layer]
  private let epoch: Double

  /// What is compared.
  ///
  /// - Parameters:
  ///   - names: what the runs are called.
  ///   - marks: what they look like.
  ///   - layers: the spectra.
  ///   - epoch: the epoch next to which they were measured.
  package init(names: [String], marks: RunMarks, layers: [Layer], epoch: Double) {
    self.names = names
    self.marks = marks
    self.layers = layers
    self.epoch = epoch
  }

  /// The charts as one figure, or none where there is nothing to draw.
  package var figures: LiveFigures {
    let longest = layers.flatMap { $0.spectra.map(\.count) }.max() ?? 0
    let charts = layers.map { layer in
      Chart(
        title: LayerComparison.role(of: layer.name), x: ChartFigure.spectrumIndex(upTo: longest),
        y: ChartFigure.spectrumHeight(
          of: layer.range.map { [$0.lowerBound, $0.upperBound] } ?? []),
        traces: layer.spectra.enumerated().map { place, spectrum in
          Trace(
            names[place], marks.marks[place],
            points: spectrum.enumerated().map { (x: Double($0 + 1), y: $1) })
        })
    }
    let figure = ChartFigure(
      title: "Spectra of the chosen runs next to epoch \(Numerals.setting(Trace.rounded(epoch)))",
      reading: ChartFigure.spectrumReading, legend: marks.legend(), charts: charts)
    return LiveFigures([figure].compactMap { $0 })
  }

  /// The charts as tables: some places of each spectrum.
  package var tables: [CurveComparison.Table] {
    layers.compactMap { layer in
      let longest = layer.spectra.map(\.count).max() ?? 0
      guard longest > 0 else { return nil }
      let places = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024].filter { $0 <= longest }
      return CurveComparison.Table(
        title: "\(ChartFigure.spectrumTitle), \(LayerComparison.role(of: layer.name))",
        heads: places.map { "value \($0)" } + ["values"],
        rows: zip(names, layer.spectra).map { name, spectrum in
          let values = places.map { $0 <= spectrum.count ? spectrum[$0 - 1] : nil }
          return (
            name,
            values.map { $0.map { Numerals.significant($0) } }
              + [spectrum.isEmpty ? nil : "\(spectrum.count)"]
          )
        })
    }
  }
}
