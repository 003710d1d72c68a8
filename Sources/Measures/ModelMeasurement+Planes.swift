import Contrastive
import Geometry
import Records
import Torch

/// The data's tangent planes at h beside the directions that the head passes on, and what it eliminates.
extension ModelMeasurement {
  /// Adds overlaps of planes and null-space energies over ranks; gives back the head's global plane, which
  /// has as many directions as the head passes on at all.
  func addPlanes(
    to figures: inout LayerFigures, h: Tensor, _ factorTangents: [Tensor], _ sizes: MeasurementSizes
  ) throws -> Planes? {
    let anchors = Array(0..<min(sizes.anchors, h.size(0)))
    let data = try whereMeasurable {
      try Planes.tangent(
        to: h, at: anchors, rank: min(sizes.neighborCount - 1, h.size(1)),
        neighborCount: sizes.neighborCount)
    }
    let projector =
      head.architecture == .none ? nil : try projectorGeometry(at: h[0..<anchors.count])
    let global = try projector.flatMap { projector in
      try whereMeasurable { try projector.passedPlane() }
    }
    if let projector, let global {
      try addOverlaps(to: &figures, data, projector.localPlanes, global, k: sizes.neighborCount)
      try addEnergies(to: &figures, h: h, outside: global, anchors: anchors.count)
    }
    let known = try whereMeasurable { try Planes.spanned(by: factorTangents) }
    if let known {
      let points = known.points
      let shared = points.indices.filter { points[$0] < anchors.count }
      guard !shared.isEmpty else { return global }
      let factors = known.planes.at(shared)
      let places = shared.map { points[$0] }
      try addOverlap(
        to: &figures, data?.at(places), factors, factors.rank, "planes", k: sizes.neighborCount)
      try addOverlap(
        to: &figures, factors, projector?.localPlanes.at(places), factors.rank, "factors", k: nil)
    }
    return global
  }

  private func projectorGeometry(at h: Tensor) throws -> ProjectorGeometry? {
    try whereMeasurable {
      let (inputs, outputs) = (h.size(1), head.outputDimension)
      return try ProjectorGeometry(
        of: { head($0) }, at: h, rank: min(inputs, outputs, MeasurementSizes.ranks.max() ?? 1),
        batchSize: max(1, 4_000_000 / (inputs * outputs)))
    }
  }

  private func addOverlaps(
    to figures: inout LayerFigures, _ data: Planes?, _ local: Planes, _ global: Planes, k: Int
  ) throws {
    for rank in MeasurementSizes.ranks {
      try addOverlap(to: &figures, data, local, rank, nil, k: k)
      try addOverlap(to: &figures, data, global, rank, "global", k: k)
    }
  }

  /// Adds the overlap of the leading `rank` directions of two kinds of planes, where both have as many.
  private func addOverlap(
    to figures: inout LayerFigures, _ first: Planes?, _ second: Planes?, _ rank: Int,
    _ kind: String?, k: Int?
  ) throws {
    guard let first, let second else { return }
    let overlap = try whereMeasurable {
      try SubspaceOverlap(first.leading(rank), second.leading(rank))
    }
    guard let overlap else { return }
    let count = max(first.count, second.count)
    figures.add(overlap, suffix: (kind.map { ".\($0)" } ?? "") + ".r\(rank)", n: count, k: k)
    if kind == nil && rank == MeasurementSizes.usualRank { figures.add(overlap, n: count, k: k) }
  }

  private func addEnergies(
    to figures: inout LayerFigures, h: Tensor, outside global: Planes, anchors: Int
  ) throws {
    let labels = splits.heldOut.labels
    let own = labels.isEmpty ? nil : sample(h.size(0)).map { labels[$0] }
    for rank in MeasurementSizes.ranks {
      let energy = try whereMeasurable {
        try NullSpaceEnergy(of: h, labels: own, outside: global.leading(rank))
      }
      guard let energy else { continue }
      figures.add(energy, rank: rank, anchors: anchors, suffix: ".r\(rank)")
      if rank == MeasurementSizes.usualRank {
        figures.add(energy, rank: rank, anchors: anchors)
      }
    }
  }
}
