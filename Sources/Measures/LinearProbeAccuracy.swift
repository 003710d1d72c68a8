import Evaluation
import Records

/// What a linear probe on frozen embeddings gets right.
struct LinearProbeAccuracy: Measure {
  let occasion = Occasion.evaluation
  let needs: Set<Need> = [.labels]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "linear_top1", name: "Linear accuracy (%)", group: .information, form: .percent,
        direction: .higher, prominence: .announced,
        meaning: "multinomial logistic regression on standardised frozen features")
    ]
  }

  /// All of it; it has the training images embedded, which others take, too.
  func pieces(of subject: any Subject) -> [MeasurePiece] {
    [MeasurePiece(.first) { try measure(subject, into: &$0) }]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, split) in (try subject.probedSplits() ?? []).enumerated() {
      guard let probe = try whereMeasurable({ try LinearProbe(training: split.training) }) else {
        continue
      }
      let accuracy = try probe.accuracy(on: split.heldOut)
      figures[index].record(
        accuracy, as: "linear_top1",
        Convention(
          centered: true, rowNormalized: false, n: split.heldOut.count,
          fitted: split.training.count))
      guard subject.hasControls else { continue }
      let byChance = try probe.shuffledAccuracy(training: split.training, on: split.heldOut)
      figures[index].record(byChance, as: "linear_top1", under: .shuffled)
    }
  }
}
