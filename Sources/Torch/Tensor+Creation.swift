extension Tensor {
  /// Uninitialised memory.
  public static func empty(_ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu)
    -> Tensor
  {
    Operator.empty(shape, dtype, nil, device)
  }

  /// Uninitialised memory of the processor that a device copies from without a detour: pinned for a CUDA device, any for the
  /// processor itself. What is copied from it has to stay as it is until the device has taken it, which memory that
  /// is let go of does.
  package static func staging(_ shape: [Int], _ dtype: DType, for device: Device) -> Tensor {
    Operator.empty(shape, dtype, nil, Device.cpu, device.kind == .cuda)
  }

  /// All zeros.
  public static func zeros(_ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu)
    -> Tensor
  {
    Operator.zeros(shape, dtype, nil, device)
  }

  /// Zeros of another tensor's shape, type and device.
  public static func zeros(like other: Tensor) -> Tensor { Operator.zerosLike(other) }

  /// All ones.
  public static func ones(_ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu)
    -> Tensor
  {
    Operator.ones(shape, dtype, nil, device)
  }

  /// One value everywhere.
  public static func full(
    _ shape: [Int], _ value: Double, _ dtype: DType = .float32, on device: Device = .cpu
  ) -> Tensor {
    Operator.full(shape, value, dtype, nil, device)
  }

  /// 0, 1, … `count` − 1.
  public static func arange(_ count: Int, _ dtype: DType = .int64, on device: Device = .cpu)
    -> Tensor
  {
    Operator.arange(count, dtype, nil, device)
  }

  /// The identity matrix.
  public static func eye(_ size: Int, _ dtype: DType = .float32, on device: Device = .cpu) -> Tensor
  {
    Operator.eye(size, dtype, nil, device)
  }

  /// Standard normal numbers from libtorch's generator (`Runtime.seed`).
  public static func randomNormal(
    _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
  ) -> Tensor {
    Operator.randn(shape, dtype, nil, device)
  }

  /// Numbers from [0, 1) from libtorch's generator (`Runtime.seed`).
  public static func randomUniform(
    _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
  ) -> Tensor {
    Operator.rand(shape, dtype, nil, device)
  }

  /// The tensors one after another along an existing dimension.
  public static func concatenated(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
    Operator.cat(tensors, dimension)
  }

  /// The tensors one after another along a new dimension.
  public static func stacked(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
    Operator.stack(tensors, dimension)
  }
}

extension Operator {
  static let empty = Operator("aten::empty", "memory_format")
  static let zeros = Operator("aten::zeros")
  static let zerosLike = Operator("aten::zeros_like")
  static let ones = Operator("aten::ones")
  static let full = Operator("aten::full")
  static let arange = Operator("aten::arange")
  static let eye = Operator("aten::eye")
  static let randn = Operator("aten::randn")
  static let rand = Operator("aten::rand")
  static let cat = Operator("aten::cat")
  static let stack = Operator("aten::stack")
}
