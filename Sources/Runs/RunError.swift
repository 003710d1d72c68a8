/// Why a run could not start or go on, in one line.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The folder for the run's files is there and not empty.
  case outputExists(path: String)
  /// The loss of a step was NaN or infinite.
  case nonFiniteLoss(step: Int, value: String, lastCheckpoint: Int?)
  /// A checkpoint is truncated, altered, or not of this run.
  case damagedCheckpoint(path: String, reason: String)
  /// A run to continue has no readable checkpoint.
  case noCheckpoint(folder: String, damaged: [String])
  /// A run to measure or continue was not made by `gnomon train`.
  case notARun(path: String)
  /// Fewer images than a batch or a measure needs.
  case tooFewImages(what: String, count: Int, needed: Int)

  /// What was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .outputExists(let path):
      "\(path) exists and is not empty: choose another --output, or continue it with --resume \(path)"
    case .nonFiniteLoss(let step, let value, let checkpoint):
      "the loss of step \(step) is \(value): training stopped; "
        + (checkpoint.map { "the checkpoint of step \($0) is kept; " }
          ?? "no checkpoint was written yet; ")
        + "try a lower --learning-rate or a higher --temperature"
    case .damagedCheckpoint(let path, let reason):
      "checkpoint \(path) cannot be used: \(reason)"
    case .noCheckpoint(let folder, let damaged):
      "\(folder) has no readable checkpoint" + damaged.map { "; \($0)" }.joined()
    case .notARun(let path):
      "\(path) is not a run folder: it has no readable config.yaml"
    case .tooFewImages(let what, let count, let needed):
      "\(what): \(count) images, \(needed) needed"
    }
  }
}
