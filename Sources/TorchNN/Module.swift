import Torch

/// A tensor that training changes by its gradient.
public final class Parameter {
  /// The values, a leaf of the graph.
  public internal(set) var tensor: Tensor

  /// A parameter with initial values, which it takes over.
  public init(_ tensor: Tensor) {
    tensor.requiresGradient = true
    self.tensor = tensor
  }

  /// Puts other values in its place: another memory layout, or another device.
  func replace(by transform: (Tensor) -> Tensor) {
    let replacement = withoutGradients { transform(tensor.detached()) }
    replacement.requiresGradient = tensor.requiresGradient
    tensor = replacement
  }
}

/// A tensor that belongs to a module's state but has no gradient: running statistics, counters.
public final class Buffer {
  /// The values.
  public internal(set) var tensor: Tensor

  /// A buffer with initial values, which it takes over.
  public init(_ tensor: Tensor) { self.tensor = tensor }

  func replace(by transform: (Tensor) -> Tensor) { tensor = transform(tensor) }
}

/// A part of a network. Parameters, buffers and submodules are found by reflection, in the order of
/// declaration, under the names PyTorch would give them: the path of properties, in snake case.
///
/// Properties may be a `Parameter`, a `Buffer`, a `Module`, an array of modules (numbered from 0),
/// or an optional of the first three. An array named `layers` is the module's own sequence: its modules are
/// numbered without the property's name, as PyTorch's `nn.Sequential` does it.
open class Module {
  /// Whether the module behaves as in training (batch statistics) or in evaluation (running ones).
  public internal(set) var isTraining = true

  /// A module in training mode.
  public init() {}

  /// The module's output for one input. Subclasses must override it.
  open func callAsFunction(_ input: Tensor) -> Tensor {
    fatalError("\(type(of: self)) does not define callAsFunction")
  }

  /// Parameters with their names.
  public var parameters: [(name: String, parameter: Parameter)] {
    members.flatMap { member -> [(name: String, parameter: Parameter)] in
      switch member.value {
      case let parameter as Parameter: [(member.name, parameter)]
      case let module as Module:
        module.parameters.map { ("\(member.name).\($0.name)", $0.parameter) }
      default: []
      }
    }
  }

  /// Buffers with their names.
  public var buffers: [(name: String, buffer: Buffer)] {
    members.flatMap { member -> [(name: String, buffer: Buffer)] in
      switch member.value {
      case let buffer as Buffer: [(member.name, buffer)]
      case let module as Module: module.buffers.map { ("\(member.name).\($0.name)", $0.buffer) }
      default: []
      }
    }
  }

  /// All parameters and buffers by name: PyTorch's `state_dict`. They share memory with the module.
  public var state: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (name, parameter) in parameters { state[name] = parameter.tensor.detached() }
    for (name, buffer) in buffers { state[name] = buffer.tensor }
    return state
  }

  /// Copies values in by name.
  ///
  /// - Throws: `TorchError` naming the first tensor that is missing, unknown or of another shape;
  ///   then nothing has changed.
  public func load(_ newState: [String: Tensor]) throws(TorchError) {
    let own = state
    if let unknown = newState.keys.filter({ own[$0] == nil }).sorted().first {
      throw TorchError("tensor '\(unknown)' does not belong to this network")
    }
    for (name, tensor) in own.sorted(by: { $0.key < $1.key }) {
      guard let new = newState[name] else { throw TorchError("tensor '\(name)' is missing") }
      guard new.shape == tensor.shape else {
        throw TorchError("tensor '\(name)' has shape \(new.shape), the network has \(tensor.shape)")
      }
    }
    withoutGradients {
      for (name, tensor) in own {
        if let new = newState[name] { tensor.assign(new) }
      }
    }
  }

  /// Sets this module and all below to training or evaluation.
  public func train(_ isTraining: Bool = true) {
    self.isTraining = isTraining
    for member in members { (member.value as? Module)?.train(isTraining) }
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
    for (_, parameter) in parameters { parameter.replace(by: transform) }
    for (_, buffer) in buffers { buffer.replace(by: transform) }
  }

  /// The modules that this one is made of.
  var submodules: [Module] { members.compactMap { $0.value as? Module } }

  private var members: [(name: String, value: Any)] {
    var members: [(name: String, value: Any)] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    var levels: [Mirror] = []
    while let level = mirror {
      levels.append(level)
      mirror = level.superclassMirror
    }
    for child in levels.reversed().flatMap(\.children) {
      guard let label = child.label else { continue }
      let name = label.snakeCased
      if let modules = child.value as? [Module] {
        let prefix = name == "layers" ? "" : "\(name)."
        members += modules.enumerated().map { ("\(prefix)\($0.offset)", $0.element) }
      } else {
        members.append((name, child.value))
      }
    }
    return members
  }
}

extension String {
  fileprivate var snakeCased: String {
    reduce(into: "") { result, character in
      if character.isUppercase { result += "_" }
      result += character.lowercased()
    }
  }
}
