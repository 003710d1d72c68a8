import CTorch

/// A multidimensional array of numbers on a device: a handle to libtorch's own tensor.
///
/// A tensor is a reference, like PyTorch's: operators return new tensors, those whose names say so
/// change one in place. It is not `Sendable`: what crosses tasks is plain values.
public final class Tensor {
  let handle: CTorchTensorRef

  init(owning handle: CTorchTensorRef) { self.handle = handle }

  deinit { ctorch_tensor_release(handle) }
}

extension Tensor {
  /// The length of each dimension.
  public var shape: [Int] { (0..<rank).map { Int(ctorch_tensor_size(handle, $0)) } }

  /// How far apart neighbours along each dimension are, in elements.
  public var strides: [Int] { (0..<rank).map { Int(ctorch_tensor_stride(handle, $0)) } }

  /// The number of dimensions; 0 for a scalar.
  public var rank: Int { ctorch_tensor_rank(handle) }

  /// The number of elements.
  public var count: Int { Int(ctorch_tensor_element_count(handle)) }

  /// The length of one dimension; a negative one counts from the end.
  public func size(_ dimension: Int) -> Int {
    let index = dimension < 0 ? rank + dimension : dimension
    precondition(0..<rank ~= index, "dimension \(dimension) of a tensor of rank \(rank)")
    return Int(ctorch_tensor_size(handle, index))
  }

  /// The type of the elements; traps for types that Gnomon does not use (complex, quantised).
  public var dtype: DType {
    guard let dtype = DType(rawValue: ctorch_tensor_dtype(handle)) else {
      fatalError("a tensor of libtorch's scalar type \(ctorch_tensor_dtype(handle))")
    }
    return dtype
  }

  /// Where the elements are.
  public var device: Device {
    var index: Int32 = 0
    guard let kind = Device.Kind(rawValue: ctorch_tensor_device(handle, &index)) else {
      fatalError("a tensor on a device that is neither a CPU nor CUDA")
    }
    return Device(kind: kind, index: Int(index))
  }

  /// Whether elements lie in memory row after row without gaps.
  public var isContiguous: Bool { ctorch_tensor_is_contiguous(handle) }
}

extension Tensor: CustomStringConvertible {
  /// Type and shape, as in `float32[2, 3]`; the value too for a scalar.
  public var description: String {
    let kind = DType(rawValue: ctorch_tensor_dtype(handle)).map { "\($0)" } ?? "other"
    return "\(kind)\(shape)"
  }
}

extension Tensor {
  convenience init?(owning value: CTorchValue) {
    guard value.kind == CTORCH_TENSOR else {
      guard let scalar = Tensor.scalar(of: value) else { return nil }
      self.init(scalar, shape: [])
      return
    }
    guard let pointer = value.pointer else { return nil }
    self.init(owning: CTorchTensorRef(pointer))
  }

  private static func scalar(of value: CTorchValue) -> [Double]? {
    switch value.kind {
    case CTORCH_INTEGER, CTORCH_BOOL: [Double(value.integer)]
    case CTORCH_REAL: [value.real]
    default: nil
    }
  }
}
