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

/// The largest coordinates of each row, the others set to 0; those that equal the last of them stay, too.
final class LargestCoordinates: Module, UnaryLayer {
  let count: Int

  init(_ count: Int) { self.count = count }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let last = input.detached().largest(count, along: 1).values.slice(count - 1..<count, along: 1)
    return input.filled(where: (last - input.detached()).exceeds(0), with: 0)
  }
}

/// Each coordinate x to the nearest of L levels −1, −1 + 2/(L − 1), …, 1 of tanh x; the derivative is that of tanh x.
final class Levels: Module, UnaryLayer {
  let count: Int

  init(_ count: Int) { self.count = count }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let bounded = tanh(input)
    let gap = 2 / Double(count - 1)
    let steps = floor((bounded.detached() + 1) * (1 / gap) + 0.5)
    // The difference is 0, and carries the derivative in every mode.
    return (steps * gap - 1) + (bounded - bounded.detached())
  }
}
