import Records

/// A measure: what its figures are, and how they are computed. One file holds one measure, descriptors and
/// implementation; `StandardMeasures` lists them.
///
/// A measure asks its subject for what it needs. What a subject does not have, it gives as nil or as nothing, and
/// the measure leaves its figures out.
public protocol Measure: Sendable {
  /// What it measures, in the order of the tables.
  var figures: [FigureDescriptor] { get }
  /// When it is measured.
  var occasion: Occasion { get }
  /// What it needs beside one embedding a row.
  var needs: Set<Need> { get }
  /// The keys of those of its figures that need a model besides.
  var figuresOfModels: Set<String> { get }
  /// The keys of other measures' figures that it takes from those measured before it.
  var buildsOn: Set<String> { get }
  /// What it consists of: pieces that do not need each other's figures, so that threads can share the work.
  func pieces(of subject: any Subject) throws -> [MeasurePiece]
  /// Adds its figures to those of each layer, which are in the order of the subject's layers.
  ///
  /// - Throws: `GeometryError` or `EvaluationError` for embeddings that are not finite or do not go together, and what
  ///   reading the subject throws. A figure that these embeddings do not allow is left out instead.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws
}

extension Measure {
  /// None.
  public var figuresOfModels: Set<String> { [] }

  /// None.
  public var buildsOn: Set<String> { [] }

  /// The whole, as one.
  public func pieces(of subject: any Subject) -> [MeasurePiece] {
    [MeasurePiece(needs.contains(.model) ? .long : .short) { try measure(subject, into: &$0) }]
  }
}

/// When a measure is taken.
public enum Occasion: Sendable {
  /// Along training, too: it needs three forward passes a sample at most.
  case always
  /// At the end of a run, and when its geometry is asked for.
  case atEnd
  /// When it is asked what can be read from the layers.
  case evaluation
}

/// What a measure needs beside one embedding a row.
public enum Need: Sendable, Hashable, CaseIterable {
  /// The layers h and z.
  case twoLayers
  /// A second view of each row.
  case secondView
  /// Several views of each row.
  case manyViews
  /// The class of each row.
  case labels
  /// What varies between the images, known of each.
  case factors
  /// Encoder, head and images themselves.
  case model
}

/// How much is measured.
public enum Extent: Sendable, Equatable {
  /// What three forward passes a sample give, on that many samples.
  case light(samples: Int)
  /// All that describes the layers themselves.
  case geometry
  /// What can be read from the layers.
  case evaluation
  /// All of it.
  case full

  /// Whether measures of that occasion are taken.
  func includes(_ occasion: Occasion) -> Bool {
    switch (self, occasion) {
    case (.full, _),
      (_, .always) where self != .evaluation:
      true
    case (.geometry, .atEnd), (.evaluation, .evaluation): true
    default: false
    }
  }
}
