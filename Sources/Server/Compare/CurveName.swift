import Records
import Reports

/// What a curve is of: a number that runs log, or a figure of a layer. Its text is `loss`, or `h.effective_rank`.
enum CurveName: Hashable, Sendable {
  case logged(String)
  case measured(layer: String, key: String)

  /// The curve of that text; nil for a text that names none.
  init?(_ text: String) {
    guard text.contains(".") else {
      guard !text.isEmpty else { return nil }
      self = .logged(text)
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    // Layers of the head have a dot of their own: head.1.
    let length = parts[0] == "head" && parts.count > 2 && Int(parts[1]) != nil ? 2 : 1
    let layer = parts.prefix(length).joined(separator: ".")
    let key = parts.dropFirst(length).joined(separator: ".")
    guard !layer.isEmpty, !key.isEmpty else { return nil }
    self = .measured(layer: layer, key: key)
  }

  /// The text that stands for it.
  var text: String {
    switch self {
    case .logged(let key): key
    case .measured(let layer, let key): "\(layer).\(key)"
    }
  }

  /// What it is called.
  func title(_ catalogue: FigureCatalogue) -> String {
    switch self {
    case .logged(let key): LoggedQuantity(key).title
    case .measured(let layer, let key): "\(catalogue.entry(key).name), \(layer)"
    }
  }
}
