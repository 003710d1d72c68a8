import Torch

/// A module that makes one tensor of another: what networks are chained from.
///
/// Modules that only keep state (a learned temperature, a queue) are none.
public protocol UnaryLayer: Module {
  /// The layer's output for one input.
  func callAsFunction(_ input: Tensor) -> Tensor
}
