extension FigureCatalogue {
  /// Why there is no such figure.
  public enum Problem: Error, Sendable, Equatable {
    /// There is no layer of that name.
    case unknownLayer(String)
    /// There is no figure under that key; the nearest that there is.
    case unknownKey(String, nearest: String?)
    /// The figure exists, but not at that layer.
    case notAtLayer(key: String, layer: String, place: FigurePlace)
  }

  /// Checks that a figure can exist at a layer, before anything is measured.
  public func check(_ key: String, at layer: String) throws(Problem) {
    guard FigureKey.isLayer(layer) else { throw .unknownLayer(layer) }
    guard let family = family(with: key) else {
      throw .unknownKey(key, nearest: keys.nearest(to: key))
    }
    guard family.place.includes(layer) else {
      throw .notAtLayer(key: key, layer: layer, place: family.place)
    }
  }

  /// Every key that can be listed, examples of those that cannot.
  public var keys: [String] {
    descriptors.flatMap { family in
      (family.standsAlone ? [family.key] : [])
        + family.members.flatMap { $0.examples.map { "\(family.key).\($0)" } }
    }
  }

  /// The family whose member, or itself, is exactly that key.
  private func family(with key: String) -> FigureDescriptor? {
    FigureKey.prefixes(of: key).lazy.compactMap { prefix -> FigureDescriptor? in
      guard let family = descriptor(of: prefix), family.key == prefix else { return nil }
      if prefix == key { return family.standsAlone ? family : nil }
      let member = String(key.dropFirst(prefix.count + 1))
      return family.members.contains { $0.include(member) } ? family : nil
    }.first
  }
}
