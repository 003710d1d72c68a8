import Contrastive
import Geometry
import Records
import Torch

/// The data's tangent planes at h beside the directions that the head passes on.
struct TangentPlanes: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.model]

  /// Two kinds of planes that are compared.
  private struct Comparison {
    /// After the key and a dot; empty for the one that is meant without a word.
    let suffix: String
    let name: String
    let meaning: String
    /// Whether it is measured at the number of factors alone.
    let isOfFactors: Bool
  }

  private static let comparisons = [
    Comparison(
      suffix: "", name: "",
      meaning: "the local plane of the data at h and the projector's local subspace, both of "
        + "dimension r", isOfFactors: false),
    Comparison(
      suffix: ".global", name: "local plane and global subspace",
      meaning: "the local plane and the projector's global subspace", isOfFactors: false),
    Comparison(
      suffix: ".factors", name: "factor plane and local subspace",
      meaning: "the factors' exact plane and the projector's local subspace", isOfFactors: true),
    Comparison(
      suffix: ".planes", name: "local plane and factor plane",
      meaning: "the local plane of the data and the factors' exact plane", isOfFactors: true),
  ]

  var figures: [FigureDescriptor] { Self.comparisons.flatMap(Self.descriptors) }

  private static func descriptors(of planes: Comparison) -> [FigureDescriptor] {
    let isUsual = planes.suffix.isEmpty
    func descriptor(
      _ key: String, _ usualName: String, _ name: String, _ meaning: String,
      _ prominence: FigureProminence
    ) -> FigureDescriptor {
      FigureDescriptor(
        key: key + planes.suffix, name: isUsual ? usualName : name, group: .plane, place: .encoder,
        prominence: prominence, standsAlone: isUsual,
        members: [.ranks(prominence: planes.isOfFactors ? .detail : .chart)], separator: ", ",
        meaning: meaning)
    }
    let (name, meaning) = (planes.name, planes.meaning)
    return [
      descriptor(
        "tangent_overlap", "Tangent overlap", "Overlap of \(name)",
        "overlap ‖QᵀP‖²/r of \(meaning): 1 is the same plane", .announced),
      descriptor(
        "tangent_overlap_random", "Tangent overlap by chance", "Overlap of \(name), by chance",
        "the same for a random plane of that dimension", .announced),
      descriptor(
        "tangent_angle_largest", "Largest principal angle", "Largest angle of \(name)",
        "largest principal angle of \(meaning), in radians", .headline),
      descriptor(
        "tangent_angle_smallest", "Smallest principal angle", "Smallest angle of \(name)",
        "smallest principal angle of \(meaning), in radians", .headline),
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    // Both go through the network, if they have not yet been asked for.
    let factors = subject.model?.factorTangents() ?? []
    guard try subject.projectorGeometry() != nil || !factors.isEmpty else { return }
    guard figures.allSatisfy({ $0.dimension <= TangentPlanes.dimensionsOfOneThread }) else {
      return try compare(factors, of: subject, into: &figures)
    }
    try Runtime.onOneThread { try compare(factors, of: subject, into: &figures) }
  }

  /// Up to here hundreds of small matrices are decomposed faster without a second thread.
  private static let dimensionsOfOneThread = 512

  private func compare(
    _ alongFactors: [FactorTangents], of subject: any Subject, into figures: inout [LayerFigures]
  ) throws {
    let place = subject.placeOfH
    let h = try subject.embeddings()[place]
    let sizes = subject.sizes
    let anchors = Array(0..<(try subject.anchorCount))
    let data = try whereMeasurable {
      try Planes.tangent(
        to: h, at: anchors, rank: min(sizes.neighborCount - 1, h.size(1)),
        neighborCount: sizes.neighborCount)
    }
    let projector = try subject.projectorGeometry()
    if let projector, let global = try subject.globalPlane() {
      for rank in MeasurementSizes.ranks {
        try add(
          data, projector.localPlanes, rank, "", k: sizes.neighborCount, to: &figures[place])
        try add(data, global, rank, ".global", k: sizes.neighborCount, to: &figures[place])
      }
    }
    let factors = alongFactors.map { $0.tangents.layers[place] }
    let known = try whereMeasurable { try Planes.spanned(by: factors) }
    guard let known else { return }
    let shared = known.points.indices.filter { known.points[$0] < anchors.count }
    guard !shared.isEmpty else { return }
    let plane = known.planes.at(shared)
    let places = shared.map { known.points[$0] }
    try add(
      data?.at(places), plane, plane.rank, ".planes", k: sizes.neighborCount, to: &figures[place])
    try add(
      plane, projector?.localPlanes.at(places), plane.rank, ".factors", k: nil, to: &figures[place])
  }

  /// Adds the overlap of the leading `rank` directions of two kinds of planes, where both have as many.
  private func add(
    _ first: Planes?, _ second: Planes?, _ rank: Int, _ suffix: String, k: Int?,
    to figures: inout LayerFigures
  ) throws {
    guard let first, let second else { return }
    let overlap = try whereMeasurable {
      try SubspaceOverlap(first.leading(rank), second.leading(rank))
    }
    guard let overlap else { return }
    let convention = Convention(
      centered: false, rowNormalized: false, n: max(first.count, second.count), k: k,
      rank: overlap.principalAngles.count)
    let values = [
      "tangent_overlap": overlap.overlap, "tangent_overlap_random": overlap.random,
      "tangent_angle_largest": overlap.principalAngles.first ?? .nan,
      "tangent_angle_smallest": overlap.principalAngles.last ?? .nan,
    ]
    for (key, value) in values {
      figures.record(value, as: "\(key)\(suffix).r\(rank)", convention)
      if suffix.isEmpty && rank == MeasurementSizes.usualRank {
        figures.record(value, as: key, convention)
      }
    }
    for key in ["tangent_overlap", "tangent_overlap_random"] {
      figures.record(overlap.random, as: "\(key)\(suffix).r\(rank)", under: .randomPlane)
      if suffix.isEmpty && rank == MeasurementSizes.usualRank {
        figures.record(overlap.random, as: key, under: .randomPlane)
      }
    }
  }
}
