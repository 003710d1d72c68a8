extension Tensor {
  /// The sum of each pair of elements, shapes broadcast.
  public static func + (left: Tensor, right: Tensor) -> Tensor { Operator.add(left, right) }
  /// Each element plus a number.
  public static func + (left: Tensor, right: Double) -> Tensor { Operator.addScalar(left, right) }
  /// A number plus each element.
  public static func + (left: Double, right: Tensor) -> Tensor { right + left }
  /// The difference of each pair of elements, shapes broadcast.
  public static func - (left: Tensor, right: Tensor) -> Tensor { Operator.subtract(left, right) }
  /// Each element minus a number.
  public static func - (left: Tensor, right: Double) -> Tensor { left + (-right) }
  /// A number minus each element.
  public static func - (left: Double, right: Tensor) -> Tensor {
    Operator.reverseSubtract(right, left)
  }
  /// The product of each pair of elements, shapes broadcast.
  public static func * (left: Tensor, right: Tensor) -> Tensor { Operator.multiply(left, right) }
  /// Each element times a number.
  public static func * (left: Tensor, right: Double) -> Tensor {
    Operator.multiplyScalar(left, right)
  }
  /// A number times each element.
  public static func * (left: Double, right: Tensor) -> Tensor { right * left }
  /// The quotient of each pair of elements, shapes broadcast.
  public static func / (left: Tensor, right: Tensor) -> Tensor { Operator.divide(left, right) }
  /// Each element divided by a number.
  public static func / (left: Tensor, right: Double) -> Tensor {
    Operator.divideScalar(left, right)
  }
  /// A number divided by each element.
  public static func / (left: Double, right: Tensor) -> Tensor {
    Operator.reciprocal(right) * left
  }
  /// Each element with its sign changed.
  public static prefix func - (tensor: Tensor) -> Tensor { Operator.negate(tensor) }

  /// Each element to a power.
  public func power(_ exponent: Double) -> Tensor { Operator.power(self, exponent) }

  /// Each element's square.
  public func squared() -> Tensor { self * self }

  /// Each element kept within bounds; nil leaves a side open.
  public func clamped(min: Double? = nil, max: Double? = nil) -> Tensor {
    Operator.clamp(self, min, max)
  }

  /// Where elements equal those of another tensor.
  public func equals(_ other: Tensor) -> Tensor { Operator.equal(self, other) }

  /// Where elements exceed a number.
  public func exceeds(_ bound: Double) -> Tensor { Operator.greater(self, bound) }

  /// Elements of `self` where `mask` holds, of `other` elsewhere.
  public func chosen(where mask: Tensor, else other: Tensor) -> Tensor {
    Operator.chooseWhere(mask, self, other)
  }
}

extension Operator {
  static let add = Operator("aten::add", "Tensor")
  static let addScalar = Operator("aten::add", "Scalar")
  static let subtract = Operator("aten::sub", "Tensor")
  static let reverseSubtract = Operator("aten::rsub", "Scalar")
  static let multiply = Operator("aten::mul", "Tensor")
  static let multiplyScalar = Operator("aten::mul", "Scalar")
  static let divide = Operator("aten::div", "Tensor")
  static let divideScalar = Operator("aten::div", "Scalar")
  static let reciprocal = Operator("aten::reciprocal")
  static let negate = Operator("aten::neg")
  static let power = Operator("aten::pow", "Tensor_Scalar")
  static let clamp = Operator("aten::clamp")
  static let equal = Operator("aten::eq", "Tensor")
  static let greater = Operator("aten::gt", "Scalar")
  static let chooseWhere = Operator("aten::where", "self")
}
