import Geometry
import Records

/// The dimension of the set of embeddings, from distances to near neighbours.
struct IntrinsicDimensions: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = []

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "intrinsic_dimension.two_nn", name: "Intrinsic dimension, TwoNN", group: .dimension,
        form: .rank, meaning: "from the ratio of the distances to the two nearest neighbours",
        source: "Facco et al. 2017"),
      FigureDescriptor(
        key: "intrinsic_dimension.two_nn_censored", name: "Intrinsic dimension, TwoNN censored",
        group: .dimension, form: .rank,
        meaning: "the same, the largest ratios counted as cut off in place of left out"),
      FigureDescriptor(
        key: "intrinsic_dimension.mle", name: "Intrinsic dimension, MLE", group: .dimension,
        form: .rank,
        meaning: "Levina and Bickel's estimate, its inverses averaged over the samples",
        source: "Levina & Bickel 2004; MacKay & Ghahramani 2005"),
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, embeddings) in try subject.embeddings().enumerated() {
      guard let dimension = try whereMeasurable({ try IntrinsicDimension(of: embeddings) })
      else { continue }
      func neighbors(_ count: Int) -> Convention {
        Convention(
          centered: false, rowNormalized: false, n: dimension.distinctCount, k: count)
      }
      figures[index].record(dimension.twoNN, as: "intrinsic_dimension.two_nn", neighbors(2))
      figures[index].record(
        dimension.twoNNCensored, as: "intrinsic_dimension.two_nn_censored", neighbors(2))
      figures[index].record(
        dimension.maximumLikelihood, as: "intrinsic_dimension.mle",
        neighbors(dimension.neighborCount))
    }
  }
}
