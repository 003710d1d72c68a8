import Torch

/// How alike two layers' embeddings of the same samples are, whatever rotation and scale: linear centred
/// kernel alignment (Kornblith et al., *Similarity of neural network representations revisited*, ICML
/// 2019).
public struct CenteredKernelAlignment: Sendable, Equatable {
  /// ‖YᵀX‖²/(‖XᵀX‖·‖YᵀY‖) of centred X and Y, in Frobenius norms: 1 for equal, 0 for unrelated ones
  /// and very many samples.
  public let value: Double
  /// The same from unbiased estimates of the three inner products (Song et al., *Feature selection via
  /// dependence maximization*, JMLR 2012), so that unrelated layers have 0 on average with few samples
  /// as well. Nil below four samples, and where an estimate of a squared norm is not above zero.
  public let debiased: Double?
  /// The number of samples.
  public let sampleCount: Int

  /// - Parameters:
  ///   - first: N×D embeddings of one layer.
  ///   - second: N×E embeddings of another layer, of the same samples in the same order.
  /// - Throws: `GeometryError` for different numbers of rows, what is not a matrix of at least two rows,
  ///   NaN or infinity, and embeddings that do not vary.
  public init(_ first: Tensor, _ second: Tensor) throws(GeometryError) {
    let x = try first.asEmbeddings().centeredRows()
    let y = try second.asEmbeddings().centeredRows()
    guard x.size(0) == y.size(0) else {
      throw .wrongInput(.unequalRowCounts(.embeddings, x.size(0), .embeddings, y.size(0)))
    }
    sampleCount = x.size(0)
    let products = (xy: InnerProduct(x, y), xx: InnerProduct(x, x), yy: InnerProduct(y, y))
    guard products.xx.biased > 0, products.yy.biased > 0 else {
      throw .notMeasurable(.noVariance(of: .embeddings))
    }
    value = products.xy.biased / (products.xx.biased * products.yy.biased).squareRoot()
    debiased = CenteredKernelAlignment.ratio(
      products.xy.unbiased, products.xx.unbiased, products.yy.unbiased)
  }

  private static func ratio(_ both: Double?, _ first: Double?, _ second: Double?) -> Double? {
    guard let both, let first, let second, first > 0, second > 0 else { return nil }
    return both / (first * second).squareRoot()
  }
}

/// ⟨XXᵀ, YYᵀ⟩ of centred N×D and N×E matrices, without an N×N matrix.
private struct InnerProduct {
  let biased: Double
  /// Over the pairs of different samples alone, up to a factor that CKA cancels; nil below four.
  let unbiased: Double?

  init(_ x: Tensor, _ y: Tensor) {
    biased = y.transposed().matmul(x).squared().sum().item
    let samples = Double(x.size(0))
    guard samples >= 4 else {
      unbiased = nil
      return
    }
    let lengths = (x: x.squared().sum(along: [1]), y: y.squared().sum(along: [1]))
    let diagonals = (lengths.x * lengths.y).sum().item
    let traces = lengths.x.sum().item * lengths.y.sum().item
    unbiased =
      biased - samples / (samples - 2) * diagonals
      + traces / ((samples - 1) * (samples - 2))
  }
}
