import Torch

/// Why embeddings cannot be evaluated.
///
/// The first case says that a figure does not exist for embeddings that are sound: a measurement leaves it
/// out. The other is a mistake, which nothing should hide.
public enum EvaluationError: Error, Equatable, Sendable {
  /// The input is sound, and has not got what the figure needs.
  case notMeasurable(Obstacle)
  /// What was passed is not what it should be, or does not go together.
  case wrongInput(Problem)

  /// What embeddings, labels or factors have not got.
  public enum Obstacle: Equatable, Sendable {
    /// Fewer rows than needed.
    case tooFewRows(found: Int, needed: Int)
    /// Labels that are all the same: there is nothing to tell apart.
    case oneClass(rows: Int)
    /// A factor that does not vary in the test split: R² is 0/0.
    case constantFactor
  }

  /// What was passed that is wrong.
  public enum Problem: Equatable, Sendable {
    /// Not of two dimensions, or without columns.
    case notAMatrix(shape: [Int])
    /// Whole numbers or truth values where floating-point numbers should be.
    case notFloatingPoint(DType)
    /// NaN or infinity among the embeddings.
    case notFinite
    /// Not a label for each row.
    case labelCount(labels: Int, rows: Int)
    /// A class below zero.
    case negativeLabel(Int)
    /// Training and test embeddings of different layers.
    case unequalDimensions(training: Int, test: Int)
    /// Not a value of a factor for each row.
    case factorCount(values: Int, rows: Int)
    /// A factor of one kind, or period, in training and of another in the test split.
    case unequalFactors
    /// NaN or infinity among the values of a factor.
    case factorNotFinite
    /// L2 weights that are none, or not all above zero.
    case penalties([Double])
    /// A number of neighbours below 1.
    case neighborCount(Int)
    /// A temperature that is not above zero.
    case temperature(Double)
  }
}

extension EvaluationError: CustomStringConvertible {
  /// One line: what was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notMeasurable(let obstacle): obstacle.description
    case .wrongInput(let problem): problem.description
    }
  }
}

extension EvaluationError.Obstacle: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .tooFewRows(let found, let needed):
      "\(found) embeddings to learn from, where at least \(needed) are needed"
    case .oneClass(let rows): "all \(rows) labels are the same: nothing to tell apart"
    case .constantFactor: "the factor does not vary in the test split: R² is not defined"
    }
  }
}

extension EvaluationError.Problem: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .notAMatrix(let shape):
      "embeddings have shape \(shape): give a matrix, one embedding a row"
    case .notFloatingPoint(let dtype):
      "embeddings are of type \(dtype): give floating-point numbers"
    case .notFinite: "embeddings hold NaN or infinity: drop these rows first"
    case .labelCount(let labels, let rows):
      "\(labels) labels for \(rows) embeddings: give one for each row"
    case .negativeLabel(let label): "label \(label): classes are counted from 0"
    case .unequalDimensions(let training, let test):
      "training embeddings have \(training) coordinates and test embeddings \(test): give two "
        + "splits of one layer"
    case .factorCount(let values, let rows):
      "\(values) values of a factor for \(rows) embeddings: give one for each"
    case .unequalFactors: "the factor is of another kind in the test split than in training"
    case .factorNotFinite: "a factor holds NaN or infinity: leave these samples out"
    case .penalties(let penalties):
      "L2 weights \(penalties): give at least one, all above zero"
    case .neighborCount(let count): "\(count) nearest neighbours: ask for at least 1"
    case .temperature(let temperature): "temperature \(temperature): it must be above 0"
    }
  }
}
