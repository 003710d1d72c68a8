import Augmentations
import Records
import Torch
import TorchNN

/// Controls that are measured like the subject itself. Those of single figures, shuffled labels and random planes, stand in
/// the figures' own measures.
extension MeasuredModel {
  /// Adds a Gaussian and the untrained network in the subject's place, where it has controls, and does something with it all
  /// while these are in evaluation mode.
  func addingControls<Result>(
    to work: MeasurementWork, of subject: ModelSubject, by measures: [any Measure],
    _ body: (MeasurementWork) throws -> Result
  ) throws -> Result {
    var work = work
    guard subject.hasControls, !measures.isEmpty else { return try body(work) }
    try work.addGaussian(like: subject, by: measures)
    guard let (encoder, head) = try untrained?() else { return try body(work) }
    var model = self
    (model.encoder, model.head, model.hasControls) = (encoder, head, false)
    return try inEvaluationMode([encoder, head]) {
      model.settleStatistics()
      let untrained = ModelSubject(model, subject.extent, sizes: .untrained)
      try work.add(measures, of: untrained, shapes: untrained.shapes, as: .untrained)
      return try body(work)
    }
  }

  /// Statistics, unlike embeddings, depend on how many go through together.
  private static let settlingSamples = 128

  /// Gives batch norm the statistics of one batch of views. As they are made, mean 0 and variance 1, they are those of no
  /// data: a network that was never trained would be one without normalisation.
  private func settleStatistics() {
    let source = Network(self).source(splits.train, policy)
    let samples = 0..<min(splits.train.count, Self.settlingSamples)
    source.willNeed(Array(samples))
    let views = source.views(of: Array(samples)[...], epoch: 0, count: 1)
    encoder.settleStatistics { _ = encoder(views) }
    inEvaluationMode([encoder]) {
      let h = encoder(views)
      head.settleStatistics { _ = head(h) }
    }
  }
}

extension MeasurementWork {
  /// Adds the Gaussian with the subject's mean and covariance, where rows alone, or rows and the head, are enough.
  mutating func addGaussian(like subject: any Subject, by measures: [any Measure]) throws {
    guard subject.extent.includes(.always) else { return }
    let gaussian = try GaussianSubject(like: subject)
    try add(measures, of: gaussian, shapes: gaussian.shapes, as: .gaussian)
  }
}
