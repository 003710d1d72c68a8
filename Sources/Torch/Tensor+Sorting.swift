extension Tensor {
  /// Where the largest element along a dimension stands, int64.
  public func argmax(along dimension: Int) -> Tensor { Operator.argmax(self, dimension) }

  /// The `count` largest elements along a dimension, in falling order, and where they stand.
  public func largest(_ count: Int, along dimension: Int = -1) -> (values: Tensor, indices: Tensor)
  {
    extremes(count, along: dimension, largest: true)
  }

  /// The `count` smallest elements along a dimension, in rising order, and where they stand.
  public func smallest(_ count: Int, along dimension: Int = -1) -> (values: Tensor, indices: Tensor)
  {
    extremes(count, along: dimension, largest: false)
  }

  private func extremes(
    _ count: Int, along dimension: Int, largest: Bool
  ) -> (values: Tensor, indices: Tensor) {
    let results = Operator.topK.results(self, count, dimension, largest)
    guard let values = results[0], let indices = results[1] else {
      fatalError("aten::topk returned nothing")
    }
    return (values, indices)
  }
}

extension Operator {
  static let argmax = Operator("aten::argmax")
  static let topK = Operator("aten::topk")
}
