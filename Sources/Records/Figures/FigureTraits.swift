/// The parts that a table of figures has, in their order; the raw value is the heading.
public enum FigureGroup: String, Sendable, CaseIterable {
  case information = "What can be read from the layer"
  case rank = "Spectrum and rank"
  case invariance = "Invariance to the augmentations"
  case tangent = "Tangents"
  case plane = "Tangent planes and the projector"
  case theory = "Theory beside measurement"
  case dimension = "Dimension"
  case distribution = "Shape of the distribution"
  case similarity = "Similarity of layers"
  case other = "Other"
}

/// The layers that a figure exists at.
public enum FigurePlace: Sendable, Hashable {
  /// The trunk's layers where they are measured, h, the head's layers and z.
  case everyLayer
  /// h alone.
  case encoder
  /// The head's layers and z, of which h is the input.
  case head

  /// Whether the figure exists at the layer of that name.
  public func includes(_ layer: String) -> Bool {
    switch self {
    case .everyLayer: true
    case .encoder: layer == "h"
    case .head: layer != "h" && !FigureKey.isTrunkLayer(layer)
    }
  }

  /// The layers in words.
  public var text: String {
    switch self {
    case .everyLayer: "every layer"
    case .encoder: "h"
    case .head: "the head's layers and z"
    }
  }
}

/// How a figure's numbers are written.
public enum FigureForm: Sendable {
  /// A share, as a percentage.
  case percent
  /// A number of directions, not necessarily whole.
  case rank
  /// A whole number.
  case count
  /// Any number.
  case general

  /// The unit of its numbers as they are written; nil for a number without one.
  public var unit: String? {
    switch self {
    case .percent: "%"
    case .rank: "directions"
    case .count, .general: nil
    }
  }
}

/// Which way of a figure is better.
public enum FigureDirection: Sendable {
  /// More is better.
  case higher
  /// Less is better.
  case lower
  /// Neither is, or it is contested.
  case neither
}

/// Where a figure is printed. The files hold all of them.
public enum FigureProminence: Sendable {
  /// Among the few that a finished run is announced with, and wherever `headline` is.
  case announced
  /// In the table that everybody reads.
  case headline
  /// In the table of what there is one of for each generator, factor or layer.
  case detail
  /// In charts alone: curves over r, and each generator at each strength.
  case chart
}
