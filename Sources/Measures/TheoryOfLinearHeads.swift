import Geometry
import Records
import Torch

/// What theory says a linear layer after h would keep, beside what the head does keep.
public struct TheoryOfLinearHeads: Measure {
  /// The measure.
  public init() {}

  public let occasion = Occasion.always
  public let needs: Set<Need> = [.twoLayers, .secondView]

  public var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "predicted_rank", name: "Predicted rank", group: .theory, place: .encoder,
        form: .count, prominence: .announced,
        meaning: "positive directions of the contrastive covariance", source: "arXiv 2110.09348"),
      FigureDescriptor(
        key: "predicted_overlap", name: "Predicted overlap", group: .theory, place: .encoder,
        standsAlone: true, members: [.ranks()], separator: ", ",
        meaning: "overlap of that covariance's leading eigenvectors with the projector's global "
          + "subspace"),
      FigureDescriptor(
        key: "predicted_overlap_random", name: "Predicted overlap by chance", group: .theory,
        place: .encoder, standsAlone: true, members: [.ranks()], separator: ", ",
        meaning: "the same for a random subspace"),
    ]
  }

  /// From two views at h, under the softmax at z.
  public func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    // A model without a head has one layer, which is its z as well; one file alone is not known to be.
    guard subject.model != nil || subject.layers == ["h", "z"] else { return }
    let pairs = try subject.pairs()
    guard let h = pairs.first ?? nil, let z = pairs.last ?? nil else { return }
    let covariance = try whereMeasurable {
      try ContrastiveCovariance(
        features: h.first, h.second, projections: z.first, z.second,
        weighting: .ntXent(temperature: subject.softmax.temperature),
        batchSize: min(subject.softmax.batchSize, h.first.size(0)))
    }
    guard let covariance else { return }
    figures[0].record(
      Double(covariance.predictedRank), as: "predicted_rank",
      Convention(
        centered: false, rowNormalized: false,
        n: subject.count(h.first.size(0), beside: figures[0]), views: 2))
    guard let projector = try subject.model?.globalPlane() else { return }
    for rank in MeasurementSizes.ranks {
      let overlap = try whereMeasurable {
        try SubspaceOverlap(covariance.leadingPlane(rank: rank), projector.leading(rank))
      }
      guard let overlap else { continue }
      add(overlap, ".r\(rank)", to: &figures[0])
      if rank == MeasurementSizes.usualRank { add(overlap, "", to: &figures[0]) }
    }
  }

  private func add(
    _ overlap: SubspaceOverlap, _ suffix: String, to figures: inout LayerFigures
  ) {
    let convention = Convention(
      centered: false, rowNormalized: false, rank: overlap.principalAngles.count, views: 2)
    figures.record(overlap.overlap, as: "predicted_overlap\(suffix)", convention)
    figures.record(overlap.random, as: "predicted_overlap_random\(suffix)", convention)
  }
}
