extension Tensor {
  /// The same elements in another shape; one dimension may be −1.
  public func reshaped(_ shape: [Int]) -> Tensor { Operator.reshape(self, shape) }

  /// Dimensions `start` to `end` merged into one.
  public func flattened(from start: Int = 0, to end: Int = -1) -> Tensor {
    Operator.flatten(self, start, end)
  }

  /// Two dimensions swapped.
  public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
    Operator.transpose(self, first, second)
  }

  /// The dimensions in another order.
  public func permuted(_ order: [Int]) -> Tensor { Operator.permute(self, order) }

  /// A view of another shape whose neighbours along dimension i lie `strides[i]` elements apart in memory, from
  /// element `offset` on. Traps where that leads out of the memory.
  public func strided(_ shape: [Int], strides: [Int], offset: Int) -> Tensor {
    Operator.asStrided(self, shape, strides, offset)
  }

  /// A copy in the opposite order along a dimension.
  public func reversed(along dimension: Int) -> Tensor { Operator.flip(self, [dimension]) }

  /// A new dimension of length 1.
  public func unsqueezed(_ dimension: Int) -> Tensor { Operator.unsqueeze(self, dimension) }

  /// Without a dimension of length 1.
  public func squeezed(_ dimension: Int) -> Tensor { Operator.squeeze(self, dimension) }

  /// Dimensions of length 1 repeated without copying.
  public func expanded(_ shape: [Int]) -> Tensor { Operator.expand(self, shape) }

  /// In equal parts of `size` (the last may be shorter) along a dimension. Views.
  public func split(_ size: Int, along dimension: Int = 0) -> [Tensor] {
    Operator.split.results(self, size, dimension).compactMap { $0 }
  }

  /// The diagonal of a matrix.
  public func diagonal() -> Tensor { Operator.diagonal(self) }

  /// Row-major without gaps; itself where it is already.
  public func contiguous() -> Tensor { isContiguous ? self : Operator.contiguous(self) }

  /// Images (N×C×H×W) with channels innermost in memory; the shape stays.
  public func channelsLast() -> Tensor { Operator.contiguous(self, MemoryFormat.channelsLast) }

  /// A copy with memory of its own.
  public func copied() -> Tensor { Operator.clone(self) }

  /// Converted to another type; itself where it has it already.
  public func to(_ dtype: DType) -> Tensor {
    dtype == self.dtype ? self : Operator.toDType(self, dtype)
  }

  /// On another device; itself where it is there already. A copy to a CUDA device is not waited for.
  public func to(_ device: Device) -> Tensor {
    if device == self.device { return self }
    // On the way there, what lies in pageable memory is read before the call returns, and pinned memory is kept.
    let doesNotWait = device.kind == .cuda && self.device.kind == .cpu
    return Operator.toDevice(self, device, dtype, doesNotWait)
  }
}

/// libtorch's numbers for memory formats.
enum MemoryFormat {
  static let channelsLast = 2
}

extension Operator {
  static let reshape = Operator("aten::reshape")
  static let flatten = Operator("aten::flatten", "using_ints")
  static let transpose = Operator("aten::transpose", "int")
  static let permute = Operator("aten::permute")
  static let asStrided = Operator("aten::as_strided")
  static let flip = Operator("aten::flip")
  static let unsqueeze = Operator("aten::unsqueeze")
  static let squeeze = Operator("aten::squeeze", "dim")
  static let expand = Operator("aten::expand")
  static let split = Operator("aten::split", "Tensor")
  static let diagonal = Operator("aten::diagonal")
  static let contiguous = Operator("aten::contiguous")
  static let clone = Operator("aten::clone")
  static let toDType = Operator("aten::to", "dtype")
  static let toDevice = Operator("aten::to", "device")
  static let detach = Operator("aten::detach")
  static let makeDual = Operator("aten::_make_dual")
  static let unpackDual = Operator("aten::_unpack_dual")
}
