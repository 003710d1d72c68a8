extension Tensor {
  /// The Euclidean length of all elements as one vector, a scalar.
  public func norm() -> Tensor { Operator.vectorNorm(self) }

  /// Euclidean lengths along a dimension, which disappears unless kept with length 1.
  public func norm(along dimension: Int, keepingDimensions: Bool = false) -> Tensor {
    Operator.vectorNorm(self, 2, [dimension], keepingDimensions)
  }

  /// Divided by the Euclidean length along a dimension; vectors shorter than `epsilon` are divided
  /// by `epsilon`, so zero stays zero.
  public func normalized(along dimension: Int = -1, epsilon: Double = 1e-12) -> Tensor {
    self / norm(along: dimension, keepingDimensions: true).clamped(min: epsilon)
  }

  /// Vectors along the last dimension divided by their Euclidean length, whatever their scale: `normalized()` has squares between, which are infinite
  /// from 1e19 on in float32, and lets those shorter than its `epsilon` stay shorter. Zero stays zero.
  public func unitRows() -> Tensor {
    let lengths = norm(along: -1, keepingDimensions: true)
    if lengths.min().item > 1e-12 && lengths.max().item < 1e18 { return self / lengths }
    let largest = abs(self).max(along: -1).values.reshaped(lengths.shape)
    return (self / largest.clamped(min: dtype == .float64 ? 1e-300 : 1e-37)).normalized()
  }

  /// Euclidean distances of all rows of …×N×D from all rows of …×M×D, …×N×M, each computed from the
  /// differences of its coordinates: slower than by products, and exact for points that lie close.
  public func distances(to other: Tensor) -> Tensor {
    let fromDifferences = 2
    return Operator.distances(self, other, 2, fromDifferences)
  }
}

extension Operator {
  static let vectorNorm = Operator("aten::linalg_vector_norm")
  static let distances = Operator("aten::cdist")
}
