/// Why a module's parameters and buffers cannot be told: a programmer's mistake, on which `Module` traps.
package enum ModuleDefect: Error, Equatable, Sendable {
  /// A property, as in `Block.pair`, holds something of type `state` inside of a `container` (which is its
  /// own container where it stands bare), where it would be neither trained nor saved.
  case hiddenState(property: String, container: String, state: String)
  /// A property's state is there only from its first use on, when an optimiser may have been made without.
  case lazyState(property: String)
  /// Two tensors have one name.
  case sharedName(String)
  /// A property leads to a module above it.
  case containsItself(property: String)
}

extension ModuleDefect: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .hiddenState(let property, let container, let state) where container == state:
      "\(property) is a bare \(state), which would be neither trained nor saved: make it a Parameter or a "
        + "Buffer"
    case .hiddenState(let property, let container, let state):
      "\(property) holds a \(state) inside of \(container), where it would be neither trained nor saved: "
        + "hold it in a property, an optional, an array or a dictionary with String keys"
    case .lazyState(let property):
      "\(property) is lazy, so an optimiser may be made without its parameters: make it in init"
    case .sharedName(let name): "two tensors of a module are named '\(name)'"
    case .containsItself(let property): "\(property) leads back to a module that contains it"
    }
  }
}
