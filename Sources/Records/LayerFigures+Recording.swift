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

  /// Puts in what a figure is under a control. What is not finite was not measured, and is left out.
  public mutating func record(_ value: Double, as key: String, under control: Control) {
    guard value.isFinite else { return }
    controls[control, default: [:]][key] = value
  }

  /// `scalars`, and every finite figure under a control by its key with the control's name, `effective_rank@untrained`.
  public var scalarsAndControls: [String: Double] {
    var all = scalars
    for (control, figures) in controls {
      for (key, value) in figures where value.isFinite { all[control.key(of: key)] = value }
    }
    return all
  }

  /// The scalar figure under a key, at a fixed strength and under a control, too; nil where it was not measured.
  public func scalar(_ key: String) -> Double? {
    if let (figure, control) = Control.parts(of: key) {
      return controls[control]?[figure].flatMap { $0.isFinite ? $0 : nil }
    }
    return scalars[key]
  }

  /// These figures with newer ones in their place.
  ///
  /// A newer measurement without a spectrum is one of accuracies, whose own conventions say their `n`: the
  /// layer's stays.
  public func updated(by newer: LayerFigures) -> LayerFigures {
    var figures = self
    if !newer.spectrum.isEmpty {
      figures.spectrum = newer.spectrum
      figures.n = newer.n
      figures.dimension = newer.dimension
    }
    figures.values.merge(newer.values) { $1 }
    figures.invarianceAt.merge(newer.invarianceAt) { $1 }
    figures.conventions.merge(newer.conventions) { $1 }
    figures.controls.merge(newer.controls) { $0.merging($1) { $1 } }
    return figures
  }
}
