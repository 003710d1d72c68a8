import Torch

/// What theory says drives the last linear layer of a contrastive model: X = Σ_data − Σ_augmentation
/// (Jing et al., *Understanding dimensional collapse in contrastive self-supervised learning*, arXiv
/// 2110.09348, section 4).
///
/// With α_ij the softmax over what sample i is contrasted with, and p(i) its positive,
///
///     Σ_data         = 1/n Σ_i Σ_j α_ij (h_i − h_j)(h_i − h_j)ᵀ       over negatives j
///     Σ_augmentation = 1/n Σ_i (1 − α_ip(i)) (h_i − h_p(i))(h_i − h_p(i))ᵀ
///
/// For z = W·h under the loss of that paper, gradient flow is dW/dt = W·X exactly, up to a factor of time.
/// Under the normalised temperature-scaled loss it is the same reading of the softmax's weights, without
/// the normalisation's own derivative. Directions along which X is negative collapse.
///
/// Views that share nothing make noise of it. Under equal weights, as at a high τ, X of normal views without
/// pairs is distributed symmetrically about zero: half of D is its `predictedRank`, ½ its `negativeShare`.
/// Where the softmax prefers near features, Σ_data is the smaller one, and X leans to the negative: at
/// τ = 0.2, of 512 samples in batches of 256 whose isotropic features are their own projections, 8 of 32
/// eigenvalues are positive and the negative share is 0.89; of 128 it is 60 and 0.57.
public struct ContrastiveCovariance: ContrastiveFlow {
  /// Which softmax weighs the pairs.
  public enum Weighting: Sendable, Equatable {
    /// NT-Xent: cosines over τ, both views of every other sample as negatives.
    case ntXent(temperature: Double)
    /// Arxiv 2110.09348: −½·‖z_i−z_j‖², the other samples' first views as negatives.
    case squaredDistance
  }

  /// Σ_data, D×D in float64.
  public let data: Tensor
  /// Σ_augmentation, D×D in float64.
  public let augmentation: Tensor
  /// The eigenvalues and eigenvectors of X.
  public let eigensystem: SignedEigensystem
  /// How many samples, two views each, it was measured on: those of the full batches.
  public let sampleCount: Int
  /// How many samples were contrasted with each other at a time.
  public let batchSize: Int
  /// Which softmax weighed the pairs.
  public let weighting: Weighting

  /// X, D×D in float64.
  public var matrix: Tensor { data - augmentation }

  /// The number of samples that `predicted_rank` and `negative_share` are recorded at, or all where there are
  /// fewer: of more samples, fewer eigenvalues are below zero by chance.
  public static let recordedSampleCount = 512

  /// Measures X on a sample.
  ///
  /// - Parameters:
  ///   - first: N×D features of one view of each sample: what the linear layer or head reads.
  ///   - second: N×D features of another view of each.
  ///   - firstProjections: N×E, what the head makes of `first`: the softmax is taken here.
  ///   - secondProjections: N×E, what it makes of `second`.
  ///   - weighting: which softmax weighs the pairs.
  ///   - batchSize: samples are contrasted within consecutive batches of so many, as in training, and the
  ///     batches averaged; all with all unless given. A last batch that is not full is left out.
  /// - Throws: `GeometryError` for shapes that do not match, NaN or infinity, a temperature that is not above
  ///   zero, and a batch size below 2 or above N.
  public init(
    features first: Tensor, _ second: Tensor, projections firstProjections: Tensor,
    _ secondProjections: Tensor, weighting: Weighting, batchSize: Int? = nil
  ) throws(GeometryError) {
    let features = try ContrastedViews(.features, first, second, batchSize: batchSize)
    let projections = try ContrastedViews(
      .projections, firstProjections, secondProjections, batchSize: batchSize)
    guard first.size(0) == firstProjections.size(0) else {
      throw .wrongInput(
        .unequalRowCounts(.features, first.size(0), .projections, firstProjections.size(0)))
    }
    if case .ntXent(let temperature) = weighting {
      try check(.temperature, temperature, .above(0))
    }
    let batches = zip(features.batches, projections.batches)
    let none = Tensor.zeros([first.size(1), first.size(1)], .float64, on: first.device)
    var sums = (data: none, augmentation: none)
    var count = 0.0
    for (features, projections) in batches {
      let batch = ContrastiveBatch(features: features, projections: projections, weighting)
      sums = (sums.data + batch.data, sums.augmentation + batch.augmentation)
      count += 1
    }
    data = sums.data / count
    augmentation = sums.augmentation / count
    eigensystem = SignedEigensystem(of: data - augmentation)
    sampleCount = features.sampleCount
    self.batchSize = features.batchSize
    self.weighting = weighting
  }
}

/// The two covariances within one batch.
struct ContrastiveBatch {
  let data: Tensor
  let augmentation: Tensor

  init(
    features: (Tensor, Tensor), projections: (Tensor, Tensor),
    _ weighting: ContrastiveCovariance.Weighting
  ) {
    switch weighting {
    case .ntXent(let temperature):
      let both = Tensor.concatenated([features.0, features.1])
      let swapped = Tensor.concatenated([features.1, features.0])
      let unit = Tensor.concatenated([projections.0, projections.1]).unitRows()
      let samples = features.0.size(0)
      self.init(anchors: both, positives: swapped) { rows in
        let logits = unit[rows].matmul(unit.transposed()) / temperature
        let partners = rows.map { ($0 + samples) % (2 * samples) }
        return (logits, positive: .column(partners))
      }
    case .squaredDistance:
      let (first, second) = projections
      let distances = (first - second).squared().sum(along: [1])
      let lengths = first.squared().sum(along: [1])
      self.init(anchors: features.0, positives: features.1) { rows in
        let products = first[rows].matmul(first.transposed())
        let logits = products - lengths * 0.5 - (lengths[rows] * 0.5).unsqueezed(1)
        return (logits, positive: .apart((distances[rows] * -0.5).unsqueezed(1)))
      }
    }
  }

  /// Where an anchor's logit with its positive is: among those with the anchors, or apart.
  private enum Positive {
    case column([Int])
    case apart(Tensor)
  }

  /// - Parameter logits: for some anchors, their similarities with all anchors, and with their positives.
  private init(
    anchors: Tensor, positives: Tensor, logits: (Range<Int>) -> (Tensor, positive: Positive)
  ) {
    let count = anchors.size(0)
    // About the mean, so that the terms below cancel no more than they must.
    let points = anchors.centeredRows()
    var incoming = Tensor.zeros([count], .float64, on: anchors.device)
    var outgoing: [Tensor] = []
    var cross = Tensor.zeros([points.size(1), points.size(1)], .float64, on: anchors.device)
    let tile = max(16, 4_000_000 / count)
    for start in stride(from: 0, to: count, by: tile) {
      let rows = start..<min(start + tile, count)
      let weights = ContrastiveBatch.negativeWeights(rows, logits(rows))
      incoming = incoming + weights.sum(along: [0])
      outgoing.append(weights.sum(along: [1]))
      cross = cross + points[rows].transposed().matmul(weights.matmul(points))
    }
    // Σ α_ij (h_i−h_j)(h_i−h_j)ᵀ, multiplied out. The weights of a row sum to 1 − α_ip(i).
    let remainder = Tensor.concatenated(outgoing)
    let diagonal = points * (incoming + remainder).unsqueezed(1)
    data = (points.transposed().matmul(diagonal) - cross - cross.transposed()) / Double(count)
    let moves = anchors - positives
    augmentation =
      moves.transposed().matmul(moves * remainder.unsqueezed(1)) / Double(count)
  }

  /// α_ij of some anchors i and all negatives j, zero for an anchor itself and its positive.
  private static func negativeWeights(
    _ rows: Range<Int>, _ similarities: (logits: Tensor, positive: Positive)
  ) -> Tensor {
    let own = Tensor(Array(rows)).to(similarities.logits.device).unsqueezed(1)
    let others = similarities.logits.filled(at: own, along: 1, with: -.infinity)
    switch similarities.positive {
    case .column(let partners):
      let column = Tensor(partners).to(others.device).unsqueezed(1)
      return others.softmax(along: 1).filled(at: column, along: 1, with: 0)
    case .apart(let positive):
      let all = Tensor.concatenated([others, positive], along: 1).softmax(along: 1)
      return all.slice(0..<others.size(1), along: 1)
    }
  }
}
