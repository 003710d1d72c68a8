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
    case .missingData(let path, let run):
      "the data of run \(run) are not there: \(path)"
    }
  }
}
