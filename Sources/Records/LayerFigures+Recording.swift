extension LayerFigures {
  /// Puts in a figure with how it was computed. One that is not finite was not measured, and is left out.
  public mutating func record(_ value: Double, as key: String, _ convention: Convention) {
    guard value.isFinite else { return }
    values[key] = value
    conventions[key] = convention
  }

  /// All finite scalar figures by their whole keys, those at fixed strengths among them.
  public var scalars: [String: Double] {
    var all = values
    for (strength, value) in invarianceAt { all["invariance_at.\(strength)"] = value }
    return all.filter(\.value.isFinite)
  }
}
