import Augmentations
import Records
import Torch
import TorchNN

/// Controls that are measured like the subject itself. Those of single figures, shuffled labels and random planes, stand in
/// the figures' own measures.
extension MeasuredModel {
  /// Measures a Gaussian and the untrained network in the subject's place, where it has controls.
  func addControls(
    to figures: inout [LayerFigures], of subject: ModelSubject, by measures: [any Measure],
    willMeasure: (any Measure, Control?) -> Void
  ) throws {
    guard subject.hasControls, !measures.isEmpty else { return }
    try figures.addGaussian(like: subject, by: measures) { willMeasure($0, .gaussian) }
    guard let (encoder, head) = try untrained?() else { return }
    var model = self
    (model.encoder, model.head, model.hasControls) = (encoder, head, false)
    try inEvaluationMode([encoder, head]) {
      model.settleStatistics()
      let subject = ModelSubject(model, subject.extent, sizes: .untrained)
      let measured = try subject.figures(by: measures, of: subject.shapes) {
        willMeasure($0, .untrained)
      }
      figures.add(measured, as: .untrained)
    }
  }

  /// Gives batch norm the statistics of one batch of views. As they are made, mean 0 and variance 1, they are those of no
  /// data: a network that was never trained would be one without normalisation.
  private func settleStatistics() {
    let source = Network(self).source(splits.train, policy)
    let samples = 0..<min(splits.train.count, Network.batchSize)
    source.willNeed(Array(samples))
    let views = source.views(of: Array(samples)[...], epoch: 0, count: 1)
    encoder.settleStatistics { _ = encoder(views) }
    inEvaluationMode([encoder]) {
      let h = encoder(views)
      head.settleStatistics { _ = head(h) }
    }
  }
}

extension [LayerFigures] {
  /// Measures the Gaussian with the subject's mean and covariance, where rows alone, or rows and the head, are enough.
  mutating func addGaussian(
    like subject: any Subject, by measures: [any Measure],
    willMeasure: (any Measure) -> Void = { _ in }
  ) throws {
    guard subject.extent.includes(.always) else { return }
    let gaussian = try GaussianSubject(like: subject)
    let measured = try gaussian.figures(
      by: measures, of: gaussian.shapes, willMeasure: willMeasure)
    add(measured, as: .gaussian)
  }

  /// Puts what a control's layers have beside the figures of the same layers.
  fileprivate mutating func add(_ measured: [LayerFigures], as control: Control) {
    for index in indices {
      guard let own = measured.first(where: { $0.layer == self[index].layer }) else { continue }
      self[index].controls[control] = own.scalars
    }
  }
}
