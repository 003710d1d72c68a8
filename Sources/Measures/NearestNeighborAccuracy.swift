import Evaluation
import Records

/// What the nearest training embeddings get right.
public struct NearestNeighborAccuracy: Measure {
  /// The measure.
  public init() {}

  public let occasion = Occasion.evaluation
  public let needs: Set<Need> = [.labels]

  public var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "knn_top1", name: "kNN accuracy (%)", group: .information, form: .percent,
        direction: .higher, prominence: .announced,
        meaning: "nearest neighbours by cosine, votes weighted exp(cos/0.07)",
        source: "Wu et al., CVPR 2018")
    ]
  }

  public func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, split) in (try subject.probedSplits() ?? []).enumerated() {
      let neighbors = try NearestNeighbors(training: split.training)
      figures[index].record(
        try neighbors.accuracy(on: split.heldOut), as: "knn_top1",
        Convention(
          centered: false, rowNormalized: true, n: split.heldOut.count,
          k: neighbors.neighborCount))
    }
  }
}
