/// The type of a tensor's elements. Raw values are libtorch's `ScalarType`.
public enum DType: Int32, Sendable, CaseIterable {
  case uint8 = 0
  case int8 = 1
  case int16 = 2
  case int32 = 3
  case int64 = 4
  case float16 = 5
  case float32 = 6
  case float64 = 7
  case bool = 11
  case bfloat16 = 15

  /// Bytes an element takes.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .int16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// Whether elements are floating-point numbers.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }
}

/// A Swift type whose arrays become tensors and back without conversion.
public protocol TensorScalar: Sendable {
  /// The element type that has the same layout.
  static var dtype: DType { get }
}

extension UInt8: TensorScalar {
  /// The element type of `UInt8`.
  public static var dtype: DType { .uint8 }
}
extension Int32: TensorScalar {
  /// The element type of `Int32`.
  public static var dtype: DType { .int32 }
}
extension Int64: TensorScalar {
  /// The element type of `Int64`.
  public static var dtype: DType { .int64 }
}
extension Int: TensorScalar {
  /// The element type of `Int`.
  public static var dtype: DType { .int64 }
}
extension Float: TensorScalar {
  /// The element type of `Float`.
  public static var dtype: DType { .float32 }
}
extension Double: TensorScalar {
  /// The element type of `Double`.
  public static var dtype: DType { .float64 }
}
extension Bool: TensorScalar {
  /// The element type of `Bool`.
  public static var dtype: DType { .bool }
}
