import Torch
import TorchNN

/// The first coordinates of h, as they are.
final class FirstCoordinates: Module, UnaryLayer {
  let count: Int

  init(_ count: Int) { self.count = count }

  func callAsFunction(_ input: Tensor) -> Tensor { input.slice(0..<count, along: 1) }
}

/// The first coordinates of h, each times a weight of its own that is learned.
final class Diagonal: Module, UnaryLayer {
  let weight: Parameter

  init(_ count: Int) { weight = Parameter(.ones([count])) }

  func callAsFunction(_ input: Tensor) -> Tensor {
    input.slice(0..<weight.tensor.size(0), along: 1) * weight.tensor
  }
}

/// Each coordinate times a fixed weight.
final class FixedWeights: Module, UnaryLayer {
  let weight: Buffer

  init(_ weights: [Float]) { weight = Buffer(Tensor(weights)) }

  func callAsFunction(_ input: Tensor) -> Tensor { input * weight.tensor }
}

/// x·Wᵀ with a matrix W, out×in, that never changes.
final class FixedLinear: Module, UnaryLayer {
  let weight: Buffer

  init(_ weight: Tensor) { self.weight = Buffer(weight) }

  func callAsFunction(_ input: Tensor) -> Tensor {
    input.linear(weight: weight.tensor, bias: nil)
  }
}

/// Each row over its length; one of zeros stays.
final class UnitLength: Module, UnaryLayer {
  func callAsFunction(_ input: Tensor) -> Tensor { input.normalized(along: 1) }
}
