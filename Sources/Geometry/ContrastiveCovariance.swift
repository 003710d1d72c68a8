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
public struct ContrastiveCovariance {
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
  /// The eigenvalues of X, falling.
  public let eigenvalues: [Double]
  private let eigenvectors: Tensor

  /// X, D×D in float64.
  public var matrix: Tensor { data - augmentation }

  /// The number of positive eigenvalues: `predicted_rank`. Those within rounding of zero do not count.
  public var predictedRank: Int {
    let largest = max(eigenvalues.first ?? 0, -(eigenvalues.last ?? 0))
    let bound = largest * Double(eigenvalues.count) * Double.ulpOfOne
    return eigenvalues.count { $0 > bound }
  }

  /// The plane of the `rank` largest eigenvalues.
  ///
  /// - Throws: `GeometryError` for a rank below 1 or above D.
  public func leadingPlane(rank: Int) throws(GeometryError) -> Planes {
    try Planes(basis: eigenvectors).leading(rank)
  }

  /// Measures X on a sample.
  ///
  /// - Parameters:
  ///   - first: N×D features of one view of each sample: what the linear layer or head reads.
  ///   - second: N×D features of another view of each.
  ///   - firstProjections: N×E, what the head makes of `first`: the softmax is taken here.
  ///   - secondProjections: N×E, what it makes of `second`.
  ///   - batchSize: samples are contrasted within consecutive batches of so many, as in training, and the
  ///     batches averaged; all with all unless given. A last batch that is not full is left out.
  /// - Throws: `GeometryError` for shapes that do not match, NaN or infinity, a temperature that is not above
  ///   zero, and a batch size below 2 or above N.
  public init(
    features first: Tensor, _ second: Tensor, projections firstProjections: Tensor,
    _ secondProjections: Tensor, weighting: Weighting, batchSize: Int? = nil
  ) throws(GeometryError) {
    try first.checkPaired(with: second, "features of two views")
    try firstProjections.checkPaired(with: secondProjections, "projections of two views")
    for features in [first, second] { try features.checkEmbeddings("features", minimumRows: 2) }
    for projections in [firstProjections, secondProjections] {
      try projections.checkEmbeddings("projections", minimumRows: 2)
    }
    let samples = first.size(0)
    guard firstProjections.size(0) == samples else {
      throw GeometryError(
        "\(samples) features and \(firstProjections.size(0)) projections: give the same samples")
    }
    let size = batchSize ?? samples
    guard 2...samples ~= size else {
      throw GeometryError("batches of \(size) among \(samples) samples: ask for 2 to \(samples)")
    }
    if case .ntXent(let temperature) = weighting, !(temperature > 0) {
      throw GeometryError("temperature \(temperature): it must be above zero")
    }
    let batches = samples / size
    let none = Tensor.zeros([first.size(1), first.size(1)], .float64, on: first.device)
    var sums = (data: none, augmentation: none)
    for index in 0..<batches {
      let rows = index * size..<(index + 1) * size
      let part = { (tensor: Tensor) in tensor[rows].detached().to(.float64) }
      let batch = ContrastiveBatch(
        features: (part(first), part(second)),
        projections: (part(firstProjections), part(secondProjections)), weighting)
      sums = (sums.data + batch.data, sums.augmentation + batch.augmentation)
    }
    data = sums.data / Double(batches)
    augmentation = sums.augmentation / Double(batches)
    let (values, vectors) = (data - augmentation).symmetricEigen()
    eigenvalues = values.scalars(Double.self).reversed()
    eigenvectors = vectors.reversed(along: 1)
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
      let unit = Tensor.concatenated([projections.0, projections.1]).normalized()
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
