import Torch

/// The shape of a layer's embeddings: what is left of them without shift, scale and rotation, reduced to some leading
/// principal components. Two of them of the same samples have a Procrustes distance.
///
/// ```swift
/// let distance = try ProcrustesShape(of: h).distance(to: ProcrustesShape(of: z))
/// ```
public struct ProcrustesShape {
  /// N×k, centred, of Frobenius norm 1.
  private let configuration: Tensor

  /// The number of samples, N.
  public var sampleCount: Int { configuration.size(0) }
  /// How many principal components there are, k: at most what was asked for.
  public var componentCount: Int { configuration.size(1) }

  /// Centres embeddings, projects them onto their leading principal components and scales them to Frobenius norm 1.
  ///
  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - components: how many principal components at most.
  /// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, rows that are all equal, NaN or infinity.
  public init(of embeddings: Tensor, components: Int = 64) throws(GeometryError) {
    let scores = try embeddings.asEmbeddings().centeredRows().principalComponents(components)
    guard scores.size(1) > 0 else { throw .notMeasurable(.noVariance(of: .embeddings)) }
    configuration = scores / scores.norm()
  }

  /// The squared Procrustes distance min_Q ‖A − BQ‖² over rotations and reflections Q, in Frobenius norms, the narrower
  /// matrix filled up with columns of zeros: 2 − 2‖AᵀB‖_* with the nuclear norm, since ‖A‖ = ‖B‖ = 1 (Ding et al., *Grounding
  /// representation similarity with statistical testing*, NeurIPS 2021; its root is a metric, Williams et al., *Generalized shape
  /// metrics on neural representations*, NeurIPS 2021). 0 where the two are the same up to rotation, scale and shift, at most 2.
  ///
  /// - Throws: `GeometryError` for another number of samples.
  public func distance(to other: ProcrustesShape) throws(GeometryError) -> Double {
    guard sampleCount == other.sampleCount else {
      throw .wrongInput(
        .unequalRowCounts(.embeddings, sampleCount, .embeddings, other.sampleCount))
    }
    let product = configuration.transposed().matmul(other.configuration.to(configuration.device))
    // Rounding may lead a hair below zero.
    return max(0, 2 - 2 * product.singularValues().sum().item)
  }
}
