import Geometry
import Records
import Torch

/// What theory says a linear layer after h would keep, beside what the head does keep.
struct TheoryOfLinearHeads: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.twoLayers, .secondView]
  let figuresOfModels: Set<String> = ["predicted_overlap", "predicted_overlap_random"]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "predicted_rank", name: "Predicted rank", group: .theory, place: .encoder,
        form: .count, prominence: .announced,
        meaning: "positive directions of the contrastive covariance", source: "arXiv 2110.09348"),
      FigureDescriptor(
        key: "negative_share", name: "Negative share", group: .theory, place: .encoder,
        meaning: "share of that covariance's weight that is negative, Σ|λ<0| / Σ|λ|"),
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

  /// From two views at h, under the softmax at z; nothing for an objective without a softmax.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    // A model without a head has one layer, which is its z as well; one file alone is not known to be.
    guard let softmax = subject.softmax, subject.model != nil || subject.layers == ["h", "z"]
    else { return }
    let pairs = try subject.pairs()
    let place = subject.placeOfH
    guard let h = pairs.isEmpty ? nil : pairs[place], let z = pairs.last ?? nil else { return }
    // At a fixed number of samples: the rank counts signs of eigenvalues near zero, and grows with n.
    let numbers = subject.randomRows(ContrastiveCovariance.recordedSampleCount)
    let rows = Tensor(numbers).to(h.first.device)
    let covariance = try whereMeasurable {
      try ContrastiveCovariance(
        features: h.first.gathered(rows), h.second.gathered(rows),
        projections: z.first.gathered(rows), z.second.gathered(rows),
        weighting: .ntXent(temperature: softmax.temperature),
        batchSize: min(softmax.batchSize, numbers.count))
    }
    guard let covariance else { return }
    let convention = covariance.convention
    figures[place].record(Double(covariance.predictedRank), as: "predicted_rank", convention)
    figures[place].record(covariance.negativeShare ?? .nan, as: "negative_share", convention)
    guard let projector = try subject.globalPlane() else { return }
    for rank in MeasurementSizes.ranks {
      let overlap = try whereMeasurable {
        try SubspaceOverlap(covariance.leadingPlane(rank: rank), projector.leading(rank))
      }
      guard let overlap else { continue }
      var ranked = convention
      ranked.rank = overlap.principalAngles.count
      ranked.anchors = try subject.anchorCount
      for suffix in [".r\(rank)"] + (rank == MeasurementSizes.usualRank ? [""] : []) {
        figures[place].record(overlap.overlap, as: "predicted_overlap\(suffix)", ranked)
        figures[place].record(overlap.random, as: "predicted_overlap_random\(suffix)", ranked)
        for key in ["predicted_overlap", "predicted_overlap_random"] {
          figures[place].record(overlap.random, as: "\(key)\(suffix)", under: .randomPlane)
        }
      }
    }
  }
}

extension ContrastiveCovariance {
  /// What its figures depend on.
  fileprivate var convention: Convention {
    var convention = Convention(
      centered: false, rowNormalized: false, n: sampleCount, views: 2, batch: batchSize)
    switch weighting {
    case .ntXent(let temperature):
      (convention.weighting, convention.temperature) = ("nt_xent", temperature)
    case .squaredDistance: convention.weighting = "squared_distance"
    }
    return convention
  }
}
