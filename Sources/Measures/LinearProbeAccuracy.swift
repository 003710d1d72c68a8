import Evaluation
import Records

/// What a linear probe on frozen embeddings gets right.
public struct LinearProbeAccuracy: Measure {
  /// The measure.
  public init() {}

  public let occasion = Occasion.evaluation
  public let needs: Set<Need> = [.labels]

  public var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "linear_top1", name: "Linear accuracy (%)", group: .information, form: .percent,
        direction: .higher, prominence: .announced,
        meaning: "multinomial logistic regression on standardised frozen features")
    ]
  }

  public func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, split) in (try subject.probedSplits() ?? []).enumerated() {
      let probe = try LinearProbe(training: split.training)
      figures[index].record(
        try probe.accuracy(on: split.heldOut), as: "linear_top1",
        Convention(centered: true, rowNormalized: false, n: split.heldOut.count))
    }
  }
}
