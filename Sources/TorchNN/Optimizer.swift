import Torch

/// Changes parameters by their gradients.
public protocol Optimizer: AnyObject {
  /// The step size, set by the training loop before each step.
  var learningRate: Double { get set }

  /// What is optimised, with names.
  var parameters: [(name: String, parameter: Parameter)] { get }

  /// Changes every parameter that has a gradient.
  func step()

  /// The optimiser's own tensors by name (momenta, counters): what a checkpoint needs.
  var state: [String: Tensor] { get }
}

extension Optimizer {
  /// Forgets all gradients and frees their memory.
  public func clearGradients() {
    for (_, parameter) in parameters { parameter.tensor.gradient = nil }
  }

  /// Forgets what earlier steps left behind: all its tensors begin at zero.
  public func reset() {
    for tensor in state.values { tensor.fill(0) }
  }

  /// Copies the optimiser's tensors in by name.
  ///
  /// - Throws: `StateMismatch` for names that are missing or unknown and for other shapes; then nothing
  ///   has changed.
  public func load(_ newState: [String: Tensor]) throws(StateMismatch) {
    try state.assign(from: newState)
  }

  /// Parameters that have a gradient, by position.
  var active: [(index: Int, tensor: Tensor, gradient: Tensor)] {
    parameters.enumerated().compactMap { index, entry in
      entry.parameter.tensor.gradient.map { (index, entry.parameter.tensor, $0) }
    }
  }

  func named(_ suffix: String, _ tensors: [Tensor]) -> [(String, Tensor)] {
    zip(parameters, tensors).map { ("\($0.name).\(suffix)", $1) }
  }
}
