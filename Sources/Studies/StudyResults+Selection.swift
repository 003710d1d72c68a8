import Records

extension StudyResults {
  /// Ranks what the study has made by the label-free figures of a layer.
  ///
  /// - Throws: `RunStoreError` for a run's `geometry.jsonl` that cannot be read.
  public func selection(layer: String) throws -> Selection {
    var candidates: [Selection.Candidate] = []
    for entry in entries {
      let lines = try folder.run(entry.key).readGeometry()
      let steps = lines.reduce(into: [Int]()) { if $0.last != $1.step { $0.append($1.step) } }
      for step in steps {
        let measured = lines.filter { $0.step == step }
        guard let line = measured.first(where: { $0.figures.layer == layer }) else { continue }
        let h = measured.first { $0.figures.layer == "h" }?.figures
        candidates.append(
          Selection.Candidate(
            name: entry.key, step: step, epoch: line.epoch,
            figures: StudyResults.labelFree(line.figures),
            linearTop1: h?["linear_top1"], dataSet: StudyResults.dataSet(of: entry)))
      }
    }
    let settings = settingsCandidates(layer: layer)
    return Selection(
      layer: layer,
      checkpoints: Selection.Ranking(candidates, groups: candidates.map(\.name)),
      settings: Selection.Ranking(settings, groups: settings.map(\.name)))
  }

  /// The layers that any run has.
  public var layers: [String] {
    LayerFigures.canonicalOrder(of: Set(entries.flatMap { $0.summary.layers.keys }))
  }

  private func settingsCandidates(layer: String) -> [Selection.Candidate] {
    bySettings.compactMap { name, entries in
      let figures = entries.compactMap { $0.summary.layers[layer].map(StudyResults.labelFree) }
      guard figures.count == entries.count else { return nil }
      var means: [String: Double] = [:]
      for criterion in Selection.Criterion.allCases {
        let values = figures.compactMap { $0[criterion.rawValue] }
        // A mean over some of the seeds would not compare.
        if values.count == figures.count { means[criterion.rawValue] = StudyResults.mean(values) }
      }
      let accuracies = entries.compactMap { $0.summary.layers["h"]?["linear_top1"] }
      return Selection.Candidate(
        name: name, step: nil, epoch: nil, figures: means,
        linearTop1: accuracies.count == entries.count ? StudyResults.mean(accuracies) : nil,
        dataSet: entries.first.flatMap(StudyResults.dataSet))
    }
  }

  private static func dataSet(of entry: Entry) -> String? {
    entry.settings[Study.dataSetAxis]?.plainText
  }

  private static func labelFree(_ figures: LayerFigures) -> [String: Double] {
    let keys = Set(Selection.Criterion.allCases.map(\.rawValue))
    return figures.values.filter { keys.contains($0.key) }
  }

  static func mean(_ values: [Double]) -> Double {
    let count = Double(values.count)
    let sum = values.reduce(0, +)
    // A sum can be beyond all numbers where the mean is not.
    return sum.isFinite ? sum / count : values.reduce(0) { $0 + $1 / count }
  }
}
