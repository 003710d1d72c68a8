import Evaluation
import Records

/// What a probe with a hidden layer gets right on frozen embeddings, and how much more that is than a linear one does.
struct MLPProbeAccuracy: Measure {
  let occasion = Occasion.evaluation
  let needs: Set<Need> = [.labels]
  let buildsOn: Set<String> = ["linear_top1"]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "mlp_top1", name: "MLP accuracy (%)", group: .information, form: .percent,
        direction: .higher,
        meaning: "one hidden layer of \(MLPProbe.units) ReLU units on standardised frozen features"),
      FigureDescriptor(
        key: "probe_gap", name: "Probe gap (%)", group: .information, form: .percent,
        meaning: "mlp_top1 − linear_top1: what is entangled rather than gone"),
    ]
  }

  /// The gap is to the linear accuracy that was measured before on the same splits.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, split) in (try subject.probedSplits() ?? []).enumerated() {
      guard let probe = try whereMeasurable({ try MLPProbe(training: split.training) }) else {
        continue
      }
      let accuracy = try probe.accuracy(on: split.heldOut)
      let convention = Convention(
        centered: true, rowNormalized: false, n: split.heldOut.count,
        fitted: split.training.count)
      figures[index].record(accuracy, as: "mlp_top1", convention)
      if subject.hasControls {
        let byChance = try probe.shuffledAccuracy(training: split.training, on: split.heldOut)
        figures[index].record(byChance, as: "mlp_top1", under: .shuffled)
      }
      guard let linear = figures[index]["linear_top1"] else { continue }
      figures[index].record(accuracy - linear, as: "probe_gap", convention)
    }
  }
}
