/// Changes in place: for optimisers, statistics and buffers, outside of what is differentiated.
extension Tensor {
  /// Takes the values of `source`, converted to this type and device.
  public func assign(_ source: Tensor) { Operator.copyInPlace.run(self, source) }

  /// Sets every element.
  public func fill(_ value: Double) { Operator.fillInPlace.run(self, value) }

  /// Sets the elements at `indices` along a dimension to a number: for a matrix and dimension 1,
  /// `self[i, indices[i, j]] = value`. `indices` are int64, of this rank.
  public func set(at indices: Tensor, along dimension: Int, to value: Double) {
    Operator.scatterValueInPlace.run(self, dimension, indices, value)
  }

  /// Adds `other` times `scale`.
  public func add(_ other: Tensor, scale: Double = 1) {
    Operator.addInPlace.run(self, other, scale)
  }

  /// Subtracts `other`.
  public func subtract(_ other: Tensor) { add(other, scale: -1) }

  /// Adds the product of two matrices, of n×m and m×p, to this one of n×p.
  public func addProduct(_ left: Tensor, _ right: Tensor) {
    Operator.addProductInPlace.run(self, left, right)
  }

  /// Adds a whole number to every element.
  public func increment(by number: Int) { Operator.addScalarInPlace.run(self, number) }

  /// Multiplies by a number.
  public func multiply(by factor: Double) { Operator.multiplyScalarInPlace.run(self, factor) }

  /// Replaces each element x by eˣ.
  public func exponentiate() { Operator.expInPlace.run(self) }
}

extension Operator {
  static let copyInPlace = Operator("aten::copy_")
  static let fillInPlace = Operator("aten::fill_", "Scalar")
  static let scatterValueInPlace = Operator("aten::scatter_", "value")
  static let addInPlace = Operator("aten::add_", "Tensor")
  static let addProductInPlace = Operator("aten::addmm_")
  static let addScalarInPlace = Operator("aten::add_", "Scalar")
  static let multiplyScalarInPlace = Operator("aten::mul_", "Scalar")
  static let expInPlace = Operator("aten::exp_")
}
