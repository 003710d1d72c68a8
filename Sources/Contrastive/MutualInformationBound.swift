import Foundation

extension Objective {
  /// InfoNCE's lower bound on the mutual information of two views of a sample, in nats: ln K − loss, for a loss
  /// over K candidates of which one is the positive (van den Oord et al. 2018, arXiv 1807.03748; Poole et
  /// al. 2019, arXiv 1905.06922). Unlike the loss it compares across batch sizes: it is 0 for embeddings that tell
  /// nothing apart, and at most ln K. nil where the loss gives no such bound.
  ///
  /// The bound is about an expectation over independent candidates. Where both views of a sample are candidates
  /// they are not independent, and the figure may exceed the mutual information by up to
  /// ln((2N − 1)/N) < 0.7; ln N − loss may not. On a batch that was trained on it is optimistic besides.
  ///
  /// - Parameters:
  ///   - loss: the batch's mean loss, in nats.
  ///   - samples: N, the samples of the batch.
  ///   - views: how many views each has.
  public func mutualInformationBound(loss: Double, samples: Int, views: Int) -> Double? {
    boundingCandidates(samples: samples, views: views).map { log(Double($0)) - loss }
  }
}

/// The K of a loss over all other views in the batch: the positive, and all views of the other samples. Further
/// views of the same sample in the denominator are no draws from the candidates' distribution; they raise the
/// loss, so leaving them out of the count keeps the bound a bound.
func candidatesOfOneBatch(samples: Int, views: Int) -> Int { views * (samples - 1) + 1 }
