import Evaluation
import Records

/// What the nearest training embeddings get right.
struct NearestNeighborAccuracy: Measure {
  let occasion = Occasion.evaluation
  let needs: Set<Need> = [.labels]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "knn_top1", name: "kNN accuracy (%)", group: .information, form: .percent,
        direction: .higher, prominence: .announced,
        meaning: "nearest neighbours by cosine, votes weighted exp(cos/0.07)",
        source: "Wu et al., CVPR 2018")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, split) in (try subject.probedSplits() ?? []).enumerated()
    where split.training.classes.count > 1 {
      let neighbors = try NearestNeighbors(training: split.training)
      let found = try whereMeasurable { try neighbors.accuracies(on: split.heldOut) }
      guard let found else { continue }
      if subject.hasControls {
        figures[index].record(found.shuffled, as: "knn_top1", under: .shuffled)
      }
      figures[index].record(
        found.accuracy, as: "knn_top1",
        Convention(
          centered: false, rowNormalized: true, n: split.heldOut.count,
          k: neighbors.neighborCount, fitted: split.training.count,
          temperature: neighbors.temperature))
    }
  }
}
