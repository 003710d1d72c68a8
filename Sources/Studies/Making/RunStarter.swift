import Foundation
import Records
import RunStore
import Runs

/// Starts `gnomon train` for runs of a study, on this machine.
struct RunStarter {
  let study: Study
  let folder: StudyFolder
  /// The path of `gnomon`.
  let executable: String

  /// A run that this process has started.
  struct Started {
    let run: RunInProgress
    let process: ChildProcess
    /// Whether it goes on from a checkpoint.
    let isResumed: Bool
  }

  /// Starts the run at a place, or lets it go on.
  ///
  /// - Throws: `StudyError.otherRun` for one that has ended as a run of other settings, `.cannotStart`, and `RunStoreError`.
  func start(_ place: Int) throws -> Started {
    let run = study.runs[place]
    let runFolder = folder.run(run.key)
    var arguments = ["train", "--resume", runFolder.url.path, "--quiet"]
    var isResumed = true
    switch try RunState(of: runFolder) {
    case .resumable: break
    case .finished: throw StudyError.otherRun(path: runFolder.url.path)
    case .broken, .absent:
      isResumed = false
      // What a run left that ended before its first checkpoint.
      if runFolder.exists { try FileManager.default.removeItem(at: runFolder.url) }
      try writeConfiguration(of: run)
      arguments = [
        "train", "--config", folder.config(run.key).path, "--output", runFolder.url.path, "--quiet",
      ]
    }
    var start = ProgramStart(executable, arguments)
    start.environment["GNOMON_PARENT"] = "\(getpid())"
    start.errors = .file(folder.log(run.key).path)
    let process = try ChildProcess(start)
    let firstStep = isResumed ? MetricsTail.last(of: runFolder)?.step ?? 0 : 0
    return Started(
      run: RunInProgress(place: place, firstStep: firstStep), process: process, isResumed: isResumed
    )
  }

  /// Writes what `gnomon train` is given.
  func writeConfiguration(of run: StudyRun) throws(RunStoreError) {
    try AtomicFile.write(Data(run.configuration.yaml.utf8), to: folder.config(run.key))
  }
}
