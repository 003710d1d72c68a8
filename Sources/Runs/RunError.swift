/// Why a run could not start or go on.
public enum RunError: Error, Equatable, Sendable {
  /// The folder for the run's files is there and not empty.
  case outputExists(path: String)
  /// The loss of a step was NaN or infinite.
  case nonFiniteLoss(step: Int, value: String, lastCheckpoint: Int?)
  /// A checkpoint is truncated, altered, or not of this run.
  case damagedCheckpoint(path: String, reason: String)
  /// A run to continue has no readable checkpoint; `damaged` says why of each that there is.
  case noCheckpoint(folder: String, damaged: [String])
  /// A folder to measure or continue holds no run's configuration.
  case notARun(path: String)
}

extension RunError: CustomStringConvertible {
  /// What was wrong and where, in one line.
  public var description: String {
    switch self {
    case .outputExists(let path): "\(path) exists and is not empty"
    case .nonFiniteLoss(let step, let value, let checkpoint):
      "the loss of step \(step) is \(value): training stopped; "
        + (checkpoint.map { "the checkpoint of step \($0) is kept" }
          ?? "no checkpoint was written yet")
    case .damagedCheckpoint(let path, let reason):
      "checkpoint \(path) cannot be used: \(reason)"
    case .noCheckpoint(let folder, let damaged):
      "\(folder) has no readable checkpoint" + damaged.map { "; \($0)" }.joined()
    case .notARun(let path): "\(path) is not a run folder: it has no readable config.yaml"
    }
  }
}
