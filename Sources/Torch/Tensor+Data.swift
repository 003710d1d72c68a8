import CTorch

extension Tensor {
  /// A CPU tensor with a copy of `scalars`, row after row. Traps unless their number fits `shape`.
  public convenience init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: [Int]) {
    precondition(
      scalars.count == shape.reduce(1, *), "\(scalars.count) scalars do not fill shape \(shape)")
    let handle = scalars.withUnsafeBytes { Tensor.copy(of: $0, shape: shape, dtype: Scalar.dtype) }
    self.init(owning: handle)
  }

  /// A CPU vector with a copy of `scalars`.
  public convenience init<Scalar: TensorScalar>(_ scalars: [Scalar]) {
    self.init(scalars, shape: [scalars.count])
  }

  /// A CPU scalar.
  public convenience init<Scalar: TensorScalar>(_ scalar: Scalar) {
    self.init([scalar], shape: [])
  }

  /// A CPU tensor with a copy of raw bytes in the machine's order. Traps unless they fill `shape`.
  public convenience init(copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
    precondition(
      bytes.count == shape.reduce(dtype.byteCount, *),
      "\(bytes.count) bytes do not fill \(dtype)\(shape)")
    self.init(owning: Tensor.copy(of: bytes, shape: shape, dtype: dtype))
  }

  /// A CPU tensor over memory that `owner` keeps alive, without a copy. The memory must neither move
  /// nor shrink while the tensor or a view of it lives; writing to it through the tensor is the
  /// caller's affair.
  public convenience init(
    borrowing bytes: UnsafeMutableRawPointer, of owner: AnyObject, shape: [Int], dtype: DType
  ) {
    var handle: CTorchTensorRef?
    let retained = Unmanaged.passRetained(owner).toOpaque()
    let status = ctorch_tensor_wrap(
      bytes, shape.map(Int64.init), shape.count, dtype.rawValue,
      { context in context.map { Unmanaged<AnyObject>.fromOpaque($0).release() } }, retained,
      &handle)
    guard status == 0, let handle else {
      fatalError("wrap \(dtype)\(shape): \(String(cString: ctorch_last_error()))")
    }
    self.init(owning: handle)
  }

  /// The elements, row after row, converted to `Scalar` and copied from whatever device they are on.
  public func scalars<Scalar: TensorScalar>(_ type: Scalar.Type = Scalar.self) -> [Scalar] {
    to(Scalar.dtype).withBytes { Array($0.bindMemory(to: Scalar.self)) }
  }

  /// The one element as a number. Traps unless there is exactly one.
  public var item: Double {
    let values = scalars(Double.self)
    // Inside `catchingTorchErrors` a failed operator has left an empty tensor behind.
    if values.isEmpty && Failure.scope?.first != nil { return .nan }
    precondition(values.count == 1, "item of a tensor of shape \(shape)")
    return values[0]
  }

  /// Gives `body` the elements' bytes, row after row, copied to the CPU where they are elsewhere.
  public func withBytes<Result, Failed: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failed) -> Result
  ) throws(Failed) -> Result {
    let source = to(.cpu).contiguous()
    var data: UnsafeMutableRawPointer?
    Failure.check(ctorch_tensor_data(source.handle, &data), doing: "read \(self)")
    let bytes = UnsafeRawBufferPointer(start: data, count: source.count * dtype.byteCount)
    let result = try body(bytes)
    withExtendedLifetime(source) {}
    return result
  }

  /// Gives `body` the bytes of a contiguous CPU tensor to write. Traps for another tensor.
  public func withMutableBytes<Result, Failed: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failed) -> Result
  ) throws(Failed) -> Result {
    precondition(device == .cpu && isContiguous, "write to \(self) on \(device)")
    var data: UnsafeMutableRawPointer?
    Failure.check(ctorch_tensor_data(handle, &data), doing: "write \(self)")
    return try body(UnsafeMutableRawBufferPointer(start: data, count: count * dtype.byteCount))
  }

  private static func copy(
    of bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
  ) -> CTorchTensorRef {
    var handle: CTorchTensorRef?
    let status = ctorch_tensor_copy_in(
      bytes.baseAddress, shape.map(Int64.init), shape.count, dtype.rawValue, &handle)
    guard status == 0, let handle else {
      fatalError("create \(dtype)\(shape): \(String(cString: ctorch_last_error()))")
    }
    return handle
  }
}
