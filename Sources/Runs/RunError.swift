/// Why a run could not start or go on.
public enum RunError: Error, Equatable, Sendable {
  /// The folder for the run's files is there and not empty.
  case outputExists(path: String)
  /// What is there in place of the folder for the run's files is none.
  case outputIsFile(path: String)
  /// The loss of a step was NaN or infinite.
  case nonFiniteLoss(step: Int, value: String, lastCheckpoint: Int?)
  /// A step left weights that are NaN or infinite, which no checkpoint keeps.
  case nonFiniteWeights(step: Int, lastCheckpoint: Int?)
  /// A checkpoint is truncated, altered, or not of this run.
  case damagedCheckpoint(path: String, reason: String)
  /// A run to continue has no readable checkpoint; `damaged` says why of each that there is.
  case noCheckpoint(folder: String, damaged: [String])
  /// Several processes work on the run, and its batch is no whole share for each.
  case unevenShares(batchSize: Int, processes: Int)
  /// Several processes of a machine are to work on the run, each on a CUDA device of its own, and there are fewer devices.
  case noDeviceOfItsOwn(process: Int, cudaCount: Int)
  /// There are not as many images to train on as there were before the run was stopped.
  case dataChanged(path: String, images: Int, before: Int)
  /// Several processes are to work on the run, and have found different numbers of training images.
  case otherData(counts: [Int])
  /// Another process of the run is gone, or took no part for as long as one waits.
  case lostProcess(step: Int, lastCheckpoint: Int?, reason: String)
  /// A folder to measure or continue holds no run's configuration.
  case notARun(path: String)
}

extension RunError: CustomStringConvertible {
  /// What was wrong and where, in one line.
  public var description: String {
    switch self {
    case .outputExists(let path): "\(path) exists and is not empty"
    case .outputIsFile(let path): "\(path) is a file, where a run needs a folder"
    case .nonFiniteLoss(let step, let value, let checkpoint):
      "the loss of step \(step) is \(value): training stopped; " + Self.kept(checkpoint)
    case .nonFiniteWeights(let step, let checkpoint):
      "weights are NaN or infinite after step \(step): training stopped; " + Self.kept(checkpoint)
    case .damagedCheckpoint(let path, let reason):
      "checkpoint \(path) cannot be used: \(reason)"
    case .noCheckpoint(let folder, let damaged):
      "\(folder) has no readable checkpoint" + damaged.map { "; \($0)" }.joined()
    case .unevenShares(let batchSize, let processes):
      "a batch of \(batchSize) samples is not divisible by the \(processes) processes that share it"
    case .noDeviceOfItsOwn(let process, let count):
      "each process of a machine needs a CUDA device of its own: there are \(count), and this is process \(process + 1)"
    case .dataChanged(let path, let images, let before):
      "the data of \(path) has changed: there are \(images) training images, and there were \(before)"
    case .otherData(let counts):
      "the processes of the run do not see the same data: in the order of their ranks they count "
        + counts.map(String.init).joined(separator: ", ") + " training images"
    case .lostProcess(let step, let lastCheckpoint, let reason):
      "after step \(step) another process of the run is gone or took no part in time (\(reason))"
        + (lastCheckpoint.map { "; the last checkpoint is of step \($0)" } ?? "")
    case .notARun(let path): "\(path) is not a run folder: it has no readable config.yaml"
    }
  }

  private static func kept(_ checkpoint: Int?) -> String {
    checkpoint.map { "the checkpoint of step \($0) is kept" } ?? "no checkpoint was written yet"
  }
}
