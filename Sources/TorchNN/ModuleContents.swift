import Torch

/// What a module and all modules below it consist of, found by reflection.
package struct ModuleContents {
  /// Parameters in the order of declaration, depth first.
  package private(set) var parameters: [(name: String, parameter: Parameter)] = []
  /// Buffers in the same order.
  package private(set) var buffers: [(name: String, buffer: Buffer)] = []
  /// The module itself, then all below.
  package private(set) var modules: [Module] = []
  /// The modules from the first down to the one being looked at.
  private var path: [Module] = []

  /// A module's contents.
  ///
  /// - Throws: `ModuleDefect` for state that is held where it would not be found, for two tensors of one name,
  ///   and for a module inside itself.
  package init(of module: Module) throws(ModuleDefect) {
    try add(module, prefix: "")
    var names: Set<String> = []
    for name in parameters.map(\.name) + buffers.map(\.name) {
      guard names.insert(name).inserted else { throw .sharedName(name) }
    }
  }

  private mutating func add(_ module: Module, prefix: String) throws(ModuleDefect) {
    modules.append(module)
    path.append(module)
    for (label, value) in module.storedProperties {
      let property = StoredProperty(label: label, owner: module)
      let name = prefix + label.snakeCased
      try add(
        value, name: name, elementPrefix: label == "layers" ? prefix : "\(name).", of: property)
    }
    path.removeLast()
  }

  /// - Parameter elementPrefix: what stands before the number of an array's element.
  private mutating func add(
    _ value: Any, name: String, elementPrefix: String, of property: StoredProperty
  ) throws(ModuleDefect) {
    if value is any Stateless { return }
    if property.isLazy {
      var search = StateSearch()
      guard search.firstState(in: value) == nil else { throw .lazyState(property: property.name) }
      return
    }
    switch value {
    case let parameter as Parameter: parameters.append((name, parameter))
    case let buffer as Buffer: buffers.append((name, buffer))
    case let module as Module:
      guard !path.contains(where: { $0 === module }) else {
        throw .containsItself(property: property.name)
      }
      try add(module, prefix: "\(name).")
    default:
      let mirror = Mirror(reflecting: value)
      switch mirror.displayStyle {
      case .optional:
        for child in mirror.children {
          try add(child.value, name: name, elementPrefix: elementPrefix, of: property)
        }
      case .collection:
        for (index, child) in mirror.children.enumerated() {
          try addElement(child.value, name: "\(elementPrefix)\(index)", of: property)
        }
      case .dictionary:
        guard let entries = value as? [String: Any] else {
          return try refuseState(in: value, of: property)
        }
        for (key, element) in entries.sorted(by: { $0.key < $1.key }) {
          try addElement(element, name: "\(name).\(key)", of: property)
        }
      default: try refuseState(in: value, of: property)
      }
    }
  }

  private mutating func addElement(
    _ value: Any, name: String, of property: StoredProperty
  ) throws(ModuleDefect) {
    try add(value, name: name, elementPrefix: "\(name).", of: property)
  }

  private func refuseState(in value: Any, of property: StoredProperty) throws(ModuleDefect) {
    var search = StateSearch()
    if let state = search.firstState(in: value) {
      throw .hiddenState(property: property.name, container: "\(type(of: value))", state: state)
    }
  }
}

private struct StoredProperty {
  /// As reflection gives it.
  let label: String
  let owner: Module

  private static let lazyStorage = "$__lazy_storage_$_"

  /// Whether it is there only from its first use on.
  var isLazy: Bool { label.hasPrefix(Self.lazyStorage) }

  /// As in `Block.layers`.
  var name: String {
    "\(type(of: owner)).\(isLazy ? String(label.dropFirst(Self.lazyStorage.count)) : label)"
  }
}

extension Module {
  /// Names and values, those of the base class first.
  fileprivate var storedProperties: [(label: String, value: Any)] {
    var levels: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    while let level = mirror {
      levels.append(level)
      mirror = level.superclassMirror
    }
    return levels.reversed().flatMap(\.children).compactMap { child in
      child.label.map { ($0, child.value) }
    }
  }
}

/// The search for tensors, parameters, buffers and modules anywhere inside a value.
private struct StateSearch {
  private var visited: Set<ObjectIdentifier> = []

  /// The type of the first one.
  mutating func firstState(in value: Any) -> String? {
    if value is any Stateless { return nil }
    if value is Tensor || value is Parameter || value is Buffer || value is Module {
      return "\(type(of: value))"
    }
    var mirror: Mirror? = Mirror(reflecting: value)
    if mirror?.displayStyle == .class,
      !visited.insert(ObjectIdentifier(value as AnyObject)).inserted
    {
      return nil
    }
    while let level = mirror {
      for child in level.children {
        if let state = firstState(in: child.value) { return state }
      }
      mirror = level.superclassMirror
    }
    return nil
  }
}

/// What cannot hold any state, so that long lists of it need not be looked through.
private protocol Stateless {}

extension Bool: Stateless {}
extension Int: Stateless {}
extension UInt8: Stateless {}
extension UInt64: Stateless {}
extension Float: Stateless {}
extension Double: Stateless {}
extension String: Stateless {}
extension Array: Stateless where Element: Stateless {}
extension Optional: Stateless where Wrapped: Stateless {}

extension String {
  fileprivate var snakeCased: String {
    reduce(into: "") { result, character in
      if character.isUppercase { result += "_" }
      result += character.lowercased()
    }
  }
}
