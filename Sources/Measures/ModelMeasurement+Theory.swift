import Geometry
import Records
import Torch

/// What theory says a linear layer after h would keep, beside what the head does keep.
extension ModelMeasurement {
  /// Adds `predicted_rank`, and over ranks how far the predicted directions are those the head passes on.
  func addTheory(
    to figures: inout LayerFigures, _ views: [LayerViews], projector: Planes?
  ) throws {
    guard let h = views.first, let z = views.last else { return }
    let covariance = whereMeasurable {
      try ContrastiveCovariance(
        features: h.first, h.second, projections: z.first, z.second,
        weighting: .ntXent(temperature: temperature),
        batchSize: min(contrastedSamples, h.first.size(0)))
    }
    guard let covariance else { return }
    figures.add(covariance)
    guard let projector else { return }
    for rank in MeasurementSizes.ranks {
      let overlap = whereMeasurable {
        try SubspaceOverlap(covariance.leadingPlane(rank: rank), projector.leading(rank))
      }
      guard let overlap else { continue }
      figures.addPredicted(overlap, suffix: ".r\(rank)")
      if rank == MeasurementSizes.usualRank { figures.addPredicted(overlap) }
    }
  }
}
