extension GeometryError: CustomStringConvertible {
  /// One line: what was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notMeasurable(let obstacle): obstacle.description
    case .wrongInput(let problem): problem.description
    case .unreadable(let rows, let reason):
      "rows \(rows.lowerBound) to \(rows.upperBound - 1) cannot be read: \(reason)"
    }
  }
}

extension GeometryError.Obstacle: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .tooFewRows(let subject, let found, let needed):
      "\(subject): \(found) of them, where at least \(needed) are needed"
    case .tooFewDistinctRows(let found, let needed):
      "\(found) distinct embeddings, where at least \(needed) are needed"
    case .noVariance(let subject): "the \(subject) do not vary: all rows are equal"
    case .tooFewDirections(let found, let needed):
      "a plane of rank \(needed) where there are \(found) directions"
    case .tooManyDimensions(let found, let limit):
      "embeddings of \(found) dimensions, where \(limit) at most are measured"
    case .noTangents: "a plane spanned by no tangents: give at least one factor"
    case .zeroTangents: "the tangents are zero at every embedding"
    case .dependentTangents: "the tangents are zero or depend on each other at every point"
    case .constantHead: "the head's derivative is zero at every embedding"
    case .zeroProjections(let found, let all):
      "the head maps \(found) of \(all) rows to zero, which has no direction"
    }
  }
}

extension GeometryError.Problem: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .notAMatrix(let subject, let shape):
      "\(subject) have shape \(shape): give a matrix, one embedding a row"
    case .noColumns(let subject, let shape): "\(subject) have no coordinates: shape \(shape)"
    case .notFinite(let subject, let rows, let all, let first):
      "\(subject): \(rows) of \(all) rows hold NaN, infinity or numbers beyond 1e70, the first is row \(first); drop "
        + "them, or find out where they come from"
    case .unequalShapes(let subject, let shape, let other, let otherShape):
      subject == other
        ? "\(subject) have shapes \(shape) and \(otherShape): they must be equal"
        : "\(subject) have shape \(shape) and \(other) \(otherShape): they must be equal"
    case .unequalRowCounts(let subject, let rows, let other, let otherRows):
      "\(rows) \(subject) and \(otherRows) \(other): give the same samples"
    case .weightsDoNotFit(let weights, let features):
      "weights of shape \(weights) do not read features of shape \(features): give E×D for N×D"
    case .incomparablePlanes(let first, let second):
      "planes N×D×r of shapes \(first) and \(second) do not compare: give as many, of the same "
        + "dimension and rank"
    case .planeElsewhere(let plane, let embeddings):
      "a plane of shape \(plane) and embeddings of \(embeddings) do not match: give one plane in the "
        + "embeddings' space"
    case .labelCount(let labels, let rows):
      "\(labels) labels for \(rows) embeddings: give one for each"
    case .negativeLabel(let label): "label \(label): classes are counted from 0"
    case .tooFewViews(let count): "\(count) views of each sample: give at least two"
    case .tooFewPathPoints(let count): "\(count) points of each path: give at least three"
    case .outOfRange(let argument, let value, let bounds):
      "\(argument.rawValue) \(text(value)): it must be \(bounds)"
    case .rowsOfShape(let shape, let expected, let rows):
      "rows \(rows.lowerBound) to \(rows.upperBound - 1) came with shape \(shape) instead of "
        + "\(expected)"
    }
  }
}

extension GeometryError.Subject: CustomStringConvertible {
  /// A plural, or a file's path.
  public var description: String {
    switch self {
    case .embeddings: "embeddings"
    case .views: "views"
    case .features: "features"
    case .projections: "projections"
    case .weights: "weights"
    case .tangents: "tangents"
    case .headTangents: "the head's tangents"
    case .jacobians: "the head's Jacobians"
    case .classMeans: "means of classes"
    case .file(let path): path
    }
  }
}

extension GeometryError.Bounds: CustomStringConvertible {
  /// As it follows 'it must be'.
  public var description: String {
    switch self {
    case .above(let bound): "above \(text(bound))"
    case .atLeast(let bound): "at least \(text(bound))"
    case .within(let range): "from \(text(range.lowerBound)) to \(text(range.upperBound))"
    case .from(let lower, let upper): "at least \(text(lower)) and below \(text(upper))"
    }
  }
}

/// A number, without a fraction where it is whole.
private func text(_ value: Double) -> String {
  Int(exactly: value).map { "\($0)" } ?? "\(value)"
}
