/// e to each element.
public func exp(_ tensor: Tensor) -> Tensor { Operator.exp(tensor) }

/// Each element's natural logarithm.
public func log(_ tensor: Tensor) -> Tensor { Operator.log(tensor) }

/// Each element's square root.
public func sqrt(_ tensor: Tensor) -> Tensor { Operator.sqrt(tensor) }

/// Each element's absolute value.
public func abs(_ tensor: Tensor) -> Tensor { Operator.abs(tensor) }

/// Each element's sine, in radians.
public func sin(_ tensor: Tensor) -> Tensor { Operator.sin(tensor) }

/// Each element's cosine, in radians.
public func cos(_ tensor: Tensor) -> Tensor { Operator.cos(tensor) }

/// The angle from −π/2 to π/2 that has each element as its sine; NaN beyond ±1.
public func asin(_ tensor: Tensor) -> Tensor { Operator.arcSine(tensor) }

/// The angle from 0 to π that has each element as its cosine; NaN beyond ±1.
public func acos(_ tensor: Tensor) -> Tensor { Operator.arcCosine(tensor) }

/// Each element's hyperbolic tangent.
public func tanh(_ tensor: Tensor) -> Tensor { Operator.tanh(tensor) }

/// 1/(1 + e^(−x)) of each element.
public func sigmoid(_ tensor: Tensor) -> Tensor { Operator.sigmoid(tensor) }

/// ln(eᵃ + eᵇ) of each pair of elements, without overflow, shapes broadcast.
public func logAddExp(_ left: Tensor, _ right: Tensor) -> Tensor {
  Operator.logAddExp(left, right)
}

/// The largest whole number that is not above each element.
public func floor(_ tensor: Tensor) -> Tensor { Operator.floor(tensor) }

/// The smaller of each pair of elements, NaN where either is, shapes broadcast.
public func minimum(_ left: Tensor, _ right: Tensor) -> Tensor { Operator.minimum(left, right) }

extension Operator {
  static let exp = Operator("aten::exp")
  static let log = Operator("aten::log")
  static let sqrt = Operator("aten::sqrt")
  static let abs = Operator("aten::abs")
  static let sin = Operator("aten::sin")
  static let cos = Operator("aten::cos")
  static let arcSine = Operator("aten::asin")
  static let arcCosine = Operator("aten::acos")
  static let tanh = Operator("aten::tanh")
  static let sigmoid = Operator("aten::sigmoid")
  static let logAddExp = Operator("aten::logaddexp")
  static let floor = Operator("aten::floor")
  static let minimum = Operator("aten::minimum")
}
