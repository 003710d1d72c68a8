extension Tensor {
  /// The sum of all elements, a scalar.
  public func sum() -> Tensor { Operator.sumAll(self) }

  /// Sums along dimensions, which disappear unless kept with length 1.
  public func sum(along dimensions: [Int], keepingDimensions: Bool = false) -> Tensor {
    Operator.sum(self, dimensions, keepingDimensions)
  }

  /// The mean of all elements, a scalar.
  public func mean() -> Tensor { Operator.meanAll(self) }

  /// Means along dimensions, which disappear unless kept with length 1.
  public func mean(along dimensions: [Int], keepingDimensions: Bool = false) -> Tensor {
    Operator.mean(self, dimensions, keepingDimensions)
  }

  /// The largest element, a scalar.
  public func max() -> Tensor { Operator.maxAll(self) }

  /// The smallest element, a scalar.
  public func min() -> Tensor { Operator.minAll(self) }

  /// The largest elements along a dimension, and where they stand, int64: the first of equals.
  public func max(along dimension: Int) -> (values: Tensor, places: Tensor) {
    let results = Operator.maxAlong.results(self, dimension)
    guard let values = results[0], let places = results[1] else {
      fatalError("aten::max returned nothing")
    }
    return (values, places)
  }

  /// ln Σ exp along a dimension, without overflow.
  public func logSumExp(along dimension: Int, keepingDimensions: Bool = false) -> Tensor {
    Operator.logSumExp(self, [dimension], keepingDimensions)
  }

  /// exp(x) / Σ exp(x) along a dimension.
  public func softmax(along dimension: Int) -> Tensor { Operator.softmax(self, dimension) }

  /// The logarithm of `softmax`.
  public func logSoftmax(along dimension: Int) -> Tensor { Operator.logSoftmax(self, dimension) }

  /// Where elements are finite numbers.
  public func areFinite() -> Tensor { Operator.isFinite(self) }

  /// Where all elements along a dimension hold.
  public func all(along dimension: Int) -> Tensor { Operator.allAlong(self, dimension) }

  /// Whether every element is a finite number.
  public var isFinite: Bool { Operator.all(areFinite()).item != 0 }
}

extension Operator {
  static let sumAll = Operator("aten::sum")
  static let sum = Operator("aten::sum", "dim_IntList")
  static let meanAll = Operator("aten::mean")
  static let mean = Operator("aten::mean", "dim")
  static let maxAll = Operator("aten::max")
  static let maxAlong = Operator("aten::max", "dim")
  static let minAll = Operator("aten::min")
  static let logSumExp = Operator("aten::logsumexp")
  static let softmax = Operator("aten::softmax", "int")
  static let logSoftmax = Operator("aten::log_softmax", "int")
  static let all = Operator("aten::all")
  static let allAlong = Operator("aten::all", "dim")
  static let isFinite = Operator("aten::isfinite")
}
