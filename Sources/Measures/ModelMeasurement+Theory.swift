import Geometry
import Records
import Torch

/// What theory says a linear layer after h would keep, beside what the head does keep.
extension ModelMeasurement {
  /// Adds `predicted_rank` and `negative_share`, and over ranks how far the predicted directions are those the
  /// head passes on; nothing for an objective without a softmax.
  func addTheory(
    to figures: inout LayerFigures, _ views: [LayerViews], projector: Planes?, anchors: Int
  ) throws {
    guard let temperature, let h = views.first, let z = views.last else { return }
    let rows = 0..<min(ContrastiveCovariance.recordedSampleCount, h.first.size(0))
    let covariance = try whereMeasurable {
      try ContrastiveCovariance(
        features: h.first[rows], h.second[rows], projections: z.first[rows], z.second[rows],
        weighting: .ntXent(temperature: temperature),
        batchSize: min(contrastedSamples, rows.count))
    }
    guard let covariance else { return }
    figures.add(covariance)
    guard let projector else { return }
    for rank in MeasurementSizes.ranks {
      let overlap = try whereMeasurable {
        try SubspaceOverlap(covariance.leadingPlane(rank: rank), projector.leading(rank))
      }
      guard let overlap else { continue }
      figures.addPredicted(overlap, of: covariance, anchors: anchors, suffix: ".r\(rank)")
      if rank == MeasurementSizes.usualRank {
        figures.addPredicted(overlap, of: covariance, anchors: anchors)
      }
    }
  }
}
