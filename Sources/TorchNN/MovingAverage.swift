import Torch

/// A slow copy of a module, or of some parameters and buffers: the parameters' exponential moving average, w̄ ← m·w̄ + (1 − m)·w, with
/// buffers of its own. The momentum encoder of MoCo (He et al. 2020) and the target network of BYOL
/// (Grill et al. 2020) are such copies.
public final class MovingAverage {
  /// The share m of itself that the average keeps at each update.
  public let momentum: Double
  private let parameters: [(name: String, parameter: Parameter)]
  private let buffers: [(name: String, buffer: Buffer)]
  private let averages: [Tensor]
  private let ownBuffers: [Tensor]

  /// A copy that begins equal to `module`, where that now is; `momentum` is from 0 to 1.
  public convenience init(of module: Module, momentum: Double) {
    self.init(of: module.parameters, module.buffers, momentum: momentum)
  }

  /// A copy of parameters and buffers that begins equal to them, where they now are; `momentum` is from 0 to 1.
  public init(
    of parameters: [(name: String, parameter: Parameter)],
    _ buffers: [(name: String, buffer: Buffer)], momentum: Double
  ) {
    precondition(0...1 ~= momentum, "a momentum of \(momentum)")
    self.momentum = momentum
    self.parameters = parameters
    self.buffers = buffers
    averages = parameters.map { $0.parameter.tensor.detached().copied() }
    ownBuffers = buffers.map { $0.buffer.tensor.copied() }
  }

  /// Moves the average towards the parameters.
  public func update() {
    guard !averages.isEmpty else { return }
    withoutGradients {
      FusedUpdate.interpolate(
        averages, towards: parameters.map { $0.parameter.tensor.detached() }, weight: 1 - momentum)
    }
  }

  /// Runs `body` with the module holding the averaged weights, which have no gradients.
  public func run<Result, Failed: Error>(
    _ body: () throws(Failed) -> Result
  ) throws(Failed) -> Result {
    try withParameters(parameters.map(\.parameter), replacedBy: averages) {
      () throws(Failed) in
      try withBuffers(buffers.map(\.buffer), replacedBy: ownBuffers, body)
    }
  }

  /// Averaged weights and own buffers, under the names of what they are copies of. They share memory with this copy.
  public var state: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (entry, tensor) in zip(parameters, averages) { state[entry.name] = tensor }
    for (entry, tensor) in zip(buffers, ownBuffers) { state[entry.name] = tensor }
    return state
  }

  /// Copies values in by name.
  ///
  /// - Throws: `StateMismatch` for names that are missing or unknown and for other shapes; then nothing
  ///   has changed.
  public func load(_ newState: [String: Tensor]) throws(StateMismatch) {
    try state.assign(from: newState)
  }
}
