/// Why a study could not start or go on.
public enum StudyError: Error, Equatable, CustomStringConvertible {
  /// Another process works on the folder; nil when only runs of one that is gone are left.
  case inUse(path: String, process: Int32?)
  /// The folder belongs to a study of another name.
  case otherStudy(path: String, name: String)
  /// A run's folder holds a run of another configuration.
  case otherRun(path: String)
  /// The disk is full; the study can go on when there is room.
  case diskFull(run: String, reason: String)
  /// The program could not be started.
  case cannotStart(path: String, reason: String)
  /// There is no study in the folder.
  case notAStudy(path: String)
  /// A folder for the runs is named, of a study that is in its own folder already.
  case isAStudyFolder(path: String)
  /// Settings are given beside a study that was started with its own.
  case hasItsSettings(path: String)
  /// A file gives a run a seed that is none.
  case seed(path: String, run: String, seed: String)

  /// Runs are chosen by an axis, or by a value on it, that the study does not have.
  case unknownSubset(axis: String, value: String?, known: [String])
  /// A program of Slurm's could not be started, refused, or said what makes no sense.
  case slurm(program: String, reason: String)
  /// A job of Slurm's makes runs of the study.
  case inQueue(path: String, job: String)
  /// Processes of several hosts share the study's runs.
  case isShared(path: String)
  /// Those who share the study make other runs: of another file, another version, or with other threads.
  case sharedOtherwise(path: String)
  /// Those who share the study have taken this process for gone.
  case takenForGone(path: String)
  /// The files that a run is to be trained on are not there.
  case missingData(path: String, run: String)

  /// What was wrong and where, in one line.
  public var description: String {
    switch self {
    case .inUse(let path, .some(let process)):
      "process \(process) works on the study in \(path): wait for it, or stop it"
    case .inUse(let path, nil):
      "a run of an earlier process still works on the study in \(path): wait for it, or stop it"
    case .otherStudy(let path, let name): "\(path) holds the study '\(name)'"
    case .otherRun(let path):
      "\(path) holds a run of another configuration: move it away"
    case .diskFull(let run, let reason):
      "\(reason) (run \(run)); then start the study again, it continues"
    case .cannotStart(let path, let reason):
      "cannot start \(path): \(reason)"
    case .notAStudy(let path): "\(path) is no study's folder"
    case .isAStudyFolder(let path): "\(path) is a study's folder already"
    case .hasItsSettings(let path): "the study in \(path) has its settings"
    case .seed(let path, let run, let seed):
      "\(path) is damaged: the seed of run \(run) is \(seed), not a whole number from 0 to 2⁵³ − 1; "
        + "restore the file, or remove it and start the study again"
    case .unknownSubset(let axis, nil, let known):
      "'\(axis)' is no axis of the study, which has \(known.joined(separator: ", "))"
    case .unknownSubset(let axis, .some(let value), let known):
      "the study has no run with \(axis) '\(value)', only \(known.joined(separator: ", "))"
    case .slurm(let program, let reason): "\(program): \(reason)"
    case .inQueue(let path, let job):
      "job \(job) of Slurm makes runs of the study in \(path)"
    case .isShared(let path): "other processes share the study in \(path)"
    case .sharedOtherwise(let path):
      "others share the study in \(path) with other runs: all have to have the same file, version and device, and the same threads a run"
    case .takenForGone(let path):
      "the others who share the study in \(path) have heard nothing of this process for too long, and make its runs"
    case .missingData(let path, let run):
      "the data of run \(run) are not there: \(path)"
    }
  }
}
