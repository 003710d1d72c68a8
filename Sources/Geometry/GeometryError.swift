/// Why there is no figure.
///
/// The first case says that a figure does not exist for embeddings that are sound: a measurement leaves it
/// out. The others are mistakes, which nothing should hide.
public enum GeometryError: Error, Equatable, Sendable {
  /// The input is sound, and has not got what the figure needs.
  case notMeasurable(Obstacle)
  /// What was passed is not what it should be, or does not go together.
  case wrongInput(Problem)
  /// Rows could not be fetched, and what their source said.
  case unreadable(rows: Range<Int>, reason: String)

  /// What embeddings have not got.
  public enum Obstacle: Equatable, Sendable {
    /// Fewer rows than the figure needs.
    case tooFewRows(of: Subject, found: Int, needed: Int)
    /// Fewer rows than the figure needs, copies of one counted once.
    case tooFewDistinctRows(found: Int, needed: Int)
    /// All rows are equal: there is no variance to share out, or to compare.
    case noVariance(of: Subject)
    /// A plane of more dimensions than there are directions.
    case tooFewDirections(found: Int, needed: Int)
    /// Rows of more dimensions than are measured.
    case tooManyDimensions(found: Int, limit: Int)
    /// No direction was given, as where a data set knows no factors.
    case noTangents
    /// The tangents are zero at every embedding.
    case zeroTangents
    /// The tangents are zero or depend on each other at every embedding.
    case dependentTangents
    /// The head's derivative is zero at every embedding.
    case constantHead
    /// Rows that a head maps to zero, which has no direction.
    case zeroProjections(found: Int, of: Int)
  }

  /// What was passed that is wrong.
  public enum Problem: Equatable, Sendable {
    /// Not of two dimensions.
    case notAMatrix(Subject, shape: [Int])
    /// A matrix without columns.
    case noColumns(Subject, shape: [Int])
    /// Rows that hold NaN or infinity: how many of all, and the first one's number.
    case notFinite(Subject, rows: Int, of: Int, first: Int)
    /// Tensors that belong together element by element, of different shapes.
    case unequalShapes(Subject, [Int], Subject, [Int])
    /// Matrices of the same samples, of different numbers of rows.
    case unequalRowCounts(Subject, Int, Subject, Int)
    /// A linear head that does not read as many coordinates as the features have.
    case weightsDoNotFit(weights: [Int], features: [Int])
    /// Planes N×D×r that differ in number, dimension or rank.
    case incomparablePlanes([Int], [Int])
    /// Not one plane in the embeddings' space.
    case planeElsewhere(plane: [Int], embeddings: [Int])
    /// Not a label for each row.
    case labelCount(labels: Int, rows: Int)
    /// A class below zero.
    case negativeLabel(Int)
    /// Fewer than two views of each sample.
    case tooFewViews(Int)
    /// Fewer than three points of each path.
    case tooFewPathPoints(Int)
    /// An argument that is not within its bounds.
    case outOfRange(Argument, value: Double, Bounds)
    /// A source of rows that gave other ones than were asked for.
    case rowsOfShape([Int], expected: [Int], rows: Range<Int>)
  }

  /// Which input.
  public enum Subject: Equatable, Sendable {
    case embeddings
    case views
    case features
    case projections
    case weights
    case tangents
    /// What a head makes of tangents.
    case headTangents
    /// A head's Jacobians, a row an embedding.
    case jacobians
    /// The means of classes.
    case classMeans
    /// A file's embeddings, by its path.
    case file(String)
  }

  /// Which number that was asked for.
  public enum Argument: String, Sendable {
    case anchor
    case augmentationVariance = "augmentation variance"
    case augmentedDimensions = "number of augmented dimensions"
    case batchSize = "batch size"
    case dimension
    case discardedShare = "share of discarded ratios"
    case initialScale = "initial scale"
    case interval
    case learningRate = "learning rate"
    case neighborCount = "number of neighbours"
    case rank
    case sampleCount = "number of samples"
    case spacing
    case steps = "number of steps"
    case temperature
  }

  /// Where an argument may lie.
  public enum Bounds: Equatable, Sendable {
    case above(Double)
    case atLeast(Double)
    case within(ClosedRange<Double>)
    case from(Double, below: Double)

    func contains(_ value: Double) -> Bool {
      switch self {
      case .above(let bound): value > bound && value < .infinity
      case .atLeast(let bound): value >= bound && value < .infinity
      case .within(let range): range.contains(value)
      case .from(let lower, let upper): value >= lower && value < upper
      }
    }
  }
}

/// Checks an argument.
///
/// - Throws: `GeometryError` where it is out of its bounds, NaN included.
func check(
  _ argument: GeometryError.Argument, _ value: Double, _ bounds: GeometryError.Bounds
) throws(GeometryError) {
  guard bounds.contains(value) else {
    throw .wrongInput(.outOfRange(argument, value: value, bounds))
  }
}

/// Checks the rank of a plane that is wanted out of so many directions.
func checkRank(_ rank: Int, of directions: Int) throws(GeometryError) {
  try check(.rank, Double(rank), .atLeast(1))
  guard rank <= directions else {
    throw .notMeasurable(.tooFewDirections(found: directions, needed: rank))
  }
}
