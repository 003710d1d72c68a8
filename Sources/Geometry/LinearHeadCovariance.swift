import Torch

/// The matrix X that drives a linear head z = W·h under NT-Xent, the normalisation of z included:
/// −∂L/∂W = W·X exactly.
///
/// With u_i = z_i/‖z_i‖ = W·h̃_i for h̃_i = h_i/‖W·h_i‖, cosines c_ik = u_i·u_k, α_ik the softmax of c_ik/τ over
/// k ≠ i, and B_ik = α_ik − [k = p(i)], the mean loss over n = 2N views has ∂L/∂c_ik = B_ik/(nτ), and
/// ∂c_ik/∂W = W·(h̃_k·h̃_iᵀ + h̃_i·h̃_kᵀ − c_ik·(h̃_i·h̃_iᵀ + h̃_k·h̃_kᵀ)). Therefore
///
///     X = 1/(nτ) Σ_{i,k≠i} B_ik ((h̃_i−h̃_k)(h̃_i−h̃_k)ᵀ − (1−c_ik)(h̃_i·h̃_iᵀ + h̃_k·h̃_kᵀ)).
///
/// The first part is `ContrastiveCovariance` of h̃ over τ; the second is the normalisation's own
/// derivative. It makes tr(W·X·Wᵀ) = 0: the length of z has no say in the loss, so W grows along some
/// directions just as it shrinks along others, and X has eigenvalues of both signs. X falls with the
/// square of W's length.
///
/// Where WᵀW is a multiple of the identity, `negativeShare` is ½ whatever the features. For a random W and
/// features that are isotropic noise without pairs (512 samples in batches of 256, τ = 0.2) it is 0.44 of 128
/// dimensions and 0.20 of 32, and 69 and 21 eigenvalues are positive.
///
/// For a head with a bias, z = W·h + b, append 1 to each h and b to W: the same holds for the longer vectors.
public struct LinearHeadCovariance: ContrastiveFlow {
  /// X, D×D in float64.
  public let matrix: Tensor
  /// Its eigenvalues and eigenvectors.
  public let eigensystem: SignedEigensystem
  /// How many samples, two views each, it was measured on: those of the full batches.
  public let sampleCount: Int
  /// How many samples were contrasted with each other at a time.
  public let batchSize: Int
  /// τ.
  public let temperature: Double

  /// Measures X on a sample; memory grows with the square of the batch.
  ///
  /// - Parameters:
  ///   - first: N×D features of one view of each sample: what the head reads.
  ///   - second: N×D features of another view of each.
  ///   - weights: W, E×D.
  ///   - temperature: τ of the loss, above zero.
  ///   - batchSize: samples are contrasted within consecutive batches of so many, as in training, and the
  ///     batches averaged; all with all unless given. A last batch that is not full is left out.
  /// - Throws: `GeometryError` for shapes that do not match, NaN or infinity, a temperature that is not above
  ///   zero, a batch size below 2 or above N, and features that W maps to zero.
  public init(
    features first: Tensor, _ second: Tensor, weights: Tensor, temperature: Double,
    batchSize: Int? = nil
  ) throws(GeometryError) {
    let views = try ContrastedViews(.features, first, second, batchSize: batchSize)
    let weights = try weights.asEmbeddings(.weights, minimumRows: 1)
    guard weights.size(1) == first.size(1) else {
      throw .wrongInput(.weightsDoNotFit(weights: weights.shape, features: first.shape))
    }
    try check(.temperature, temperature, .above(0))
    let batches = views.batches
    var sum = Tensor.zeros([first.size(1), first.size(1)], .float64, on: first.device)
    for batch in batches {
      sum = sum + (try linearHeadFlow(of: batch, weights, temperature))
    }
    matrix = (sum + sum.transposed()) / Double(2 * batches.count)
    eigensystem = SignedEigensystem(of: matrix)
    sampleCount = views.sampleCount
    self.batchSize = views.batchSize
    self.temperature = temperature
  }
}

/// X within one batch: H̃ᵀ·M·H̃ with M = (diag(Σ_k S_ik·c_ik) − S)/(nτ) and S = B + Bᵀ.
private func linearHeadFlow(
  of batch: (first: Tensor, second: Tensor), _ weights: Tensor, _ temperature: Double
) throws(GeometryError) -> Tensor {
  let h = Tensor.concatenated([batch.first, batch.second])
  let projections = h.matmul(weights.transposed())
  let lengths = projections.rowLengths()
  let views = h.size(0)
  let directed = Int(lengths.exceeds(0).to(.float64).sum().item)
  guard directed == views else {
    throw .notMeasurable(.zeroProjections(found: views - directed, of: views))
  }
  let scaled = h / lengths.unsqueezed(1)
  let unit = projections / lengths.unsqueezed(1)
  let cosines = unit.matmul(unit.transposed())
  let isSelf = Tensor.eye(views, .bool, on: h.device)
  let softmax = (cosines / temperature).filled(where: isSelf, with: -.infinity).softmax(along: 1)
  let partners = Tensor((0..<views).map { ($0 + views / 2) % views }).to(h.device)
  let residual = softmax - Tensor.eye(views, .float64, on: h.device).gathered(partners)
  let mutual = residual + residual.transposed()
  let own = (mutual * cosines).sum(along: [1], keepingDimensions: true)
  let pulled = scaled * own - mutual.matmul(scaled)
  return scaled.transposed().matmul(pulled) / (Double(views) * temperature)
}
