import Torch

/// A part of a network. Parameters, buffers and submodules are found by reflection, in the order of
/// declaration, under the names PyTorch would give them: the path of properties, in snake case.
///
/// A property may be a `Parameter`, a `Buffer` or a `Module`, an optional or an array of them
/// (`blocks.0.weight`), a dictionary of them with `String` keys (`blocks.key.weight`, in the keys' order), and
/// any nesting of these. An array named `layers` is the module's own sequence: its elements are numbered
/// without the property's name, as PyTorch's `nn.Sequential` does it.
///
/// State in any other shape (in a tuple, a structure, an enumeration's payload, a set, a lazy property, a
/// plain class; a bare `Tensor`) would be neither trained nor saved: it traps with the property's name as
/// soon as the module is asked for its parts. What a closure captures is not seen.
open class Module {
  /// Whether the module behaves as in training (batch statistics) or in evaluation (running ones).
  public internal(set) var isTraining = true

  /// A module in training mode.
  public init() {}

  /// Parameters with their names.
  public var parameters: [(name: String, parameter: Parameter)] { contents.parameters }

  /// Buffers with their names.
  public var buffers: [(name: String, buffer: Buffer)] { contents.buffers }

  /// All parameters and buffers by name: PyTorch's `state_dict`. They share memory with the module.
  public var state: [String: Tensor] {
    let contents = contents
    var state: [String: Tensor] = [:]
    for (name, parameter) in contents.parameters { state[name] = parameter.tensor.detached() }
    for (name, buffer) in contents.buffers { state[name] = buffer.tensor }
    return state
  }

  /// Copies values in by name.
  ///
  /// - Throws: `StateMismatch` for names that are missing or unknown and for other shapes; then nothing
  ///   has changed.
  public func load(_ newState: [String: Tensor]) throws(StateMismatch) {
    try state.assign(from: newState)
  }

  /// Sets this module and all below to training or evaluation.
  public func train(_ isTraining: Bool = true) {
    for module in withAllSubmodules { module.isTraining = isTraining }
  }

  /// Moves everything to a device.
  public func move(to device: Device) { replaceAll { $0.to(device) } }

  /// Converts everything that holds floating-point numbers.
  public func convert(to dtype: DType) {
    replaceAll { $0.dtype.isFloatingPoint ? $0.to(dtype) : $0 }
  }

  /// Lays out the kernels of convolutions with channels innermost.
  public func useChannelsLast() { replaceAll { $0.rank == 4 ? $0.channelsLast() : $0 } }

  private func replaceAll(_ transform: (Tensor) -> Tensor) {
    let contents = contents
    for (_, parameter) in contents.parameters { parameter.replace(by: transform) }
    for (_, buffer) in contents.buffers { buffer.replace(by: transform) }
  }

  /// This module, then all below it.
  var withAllSubmodules: [Module] { contents.modules }

  private var contents: ModuleContents {
    do {
      return try ModuleContents(of: self)
    } catch {
      fatalError(error.description)
    }
  }
}
