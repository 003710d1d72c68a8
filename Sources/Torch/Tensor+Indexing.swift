extension Tensor {
  /// Positions `range` along a dimension, as a view.
  public func slice(_ range: Range<Int>, along dimension: Int = 0) -> Tensor {
    Operator.slice(self, dimension, range.lowerBound, range.upperBound)
  }

  /// Position `index` along a dimension, which disappears. A view.
  public func select(_ index: Int, along dimension: Int = 0) -> Tensor {
    Operator.select(self, dimension, index)
  }

  /// Row `index`, a view.
  public subscript(index: Int) -> Tensor { select(index) }

  /// Rows `range`, a view.
  public subscript(range: Range<Int>) -> Tensor { slice(range) }

  /// The positions that an integer vector names, along a dimension, copied.
  public func gathered(_ indices: Tensor, along dimension: Int = 0) -> Tensor {
    Operator.indexSelect(self, dimension, indices)
  }

  /// The elements at `indices` along a dimension: for a matrix and dimension 1, row i holds
  /// `self[i, indices[i, j]]`. `indices` are int64, of this rank; the result has their shape.
  public func elements(at indices: Tensor, along dimension: Int) -> Tensor {
    Operator.gather(self, dimension, indices)
  }

  /// A copy whose `mask` positions hold `value`.
  public func filled(where mask: Tensor, with value: Double) -> Tensor {
    Operator.maskedFill(self, mask, value)
  }

  /// A copy whose elements at `indices` along a dimension hold `value`; `indices` as for
  /// `elements(at:along:)`.
  public func filled(at indices: Tensor, along dimension: Int, with value: Double) -> Tensor {
    Operator.scatterValue(self, dimension, indices, value)
  }

  /// A copy with `values` added to the elements at `indices` along a dimension; where indices repeat,
  /// all their values. `indices` as for `elements(at:along:)`, `values` of their shape.
  public func adding(_ values: Tensor, at indices: Tensor, along dimension: Int) -> Tensor {
    Operator.scatterAdd(self, dimension, indices, values)
  }

  /// A copy with whole rows added to those that an int64 vector names; where it repeats, all of them.
  /// Row i of `rows` goes to row `indices[i]`.
  public func addingRows(_ rows: Tensor, at indices: Tensor) -> Tensor {
    Operator.indexAdd(self, 0, indices, rows)
  }

  /// A copy with `rows` in the place of those that an int64 vector without repetitions names.
  public func replacingRows(at indices: Tensor, with rows: Tensor) -> Tensor {
    Operator.indexCopy(self, 0, indices, rows)
  }
}

extension Operator {
  static let slice = Operator("aten::slice", "Tensor")
  static let select = Operator("aten::select", "int")
  static let indexSelect = Operator("aten::index_select")
  static let gather = Operator("aten::gather")
  static let maskedFill = Operator("aten::masked_fill", "Scalar")
  static let scatterValue = Operator("aten::scatter", "value")
  static let scatterAdd = Operator("aten::scatter_add")
  static let indexAdd = Operator("aten::index_add")
  static let indexCopy = Operator("aten::index_copy")
}
