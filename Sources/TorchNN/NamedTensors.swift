import Torch

/// State: tensors under the names that files carry.
extension [String: Tensor] {
  /// The entries whose names begin with `prefix`, under the rest of their names.
  package func removingPrefix(_ prefix: String) -> [String: Tensor] {
    var rest: [String: Tensor] = [:]
    for (name, tensor) in self where name.hasPrefix(prefix) {
      rest[String(name.dropFirst(prefix.count))] = tensor
    }
    return rest
  }

  /// All entries, `prefix` before their names.
  package func addingPrefix(_ prefix: String) -> [String: Tensor] {
    var longer: [String: Tensor] = [:]
    for (name, tensor) in self { longer[prefix + name] = tensor }
    return longer
  }

  /// Copies `values` into these tensors by name, converted to their types and devices.
  ///
  /// - Throws: `StateMismatch` unless names and shapes are the same; then nothing has changed.
  package func assign(from values: [String: Tensor]) throws(StateMismatch) {
    if let mismatch = StateMismatch(loading: values, into: self) { throw mismatch }
    withoutGradients {
      for (name, tensor) in self {
        if let value = values[name] { tensor.assign(value) }
      }
    }
  }
}
