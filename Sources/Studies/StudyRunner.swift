import Foundation
import Records
import RunStore

/// Who makes a study's runs.
public enum StudyExecutor: Sendable, Equatable {
  /// This process, so many at a time, and no other.
  case local(jobs: Int)
  /// This process, so many at a time, beside those of other hosts that see the same folder. After `patience` seconds of silence of one of
  /// them the others make its runs.
  case shared(jobs: Int, patience: Double)
  /// A cluster, as a job array of Slurm.
  case slurm(SlurmOptions)
}

/// Makes a study's runs, each by `gnomon train` as a process of its own, so that nothing a run does
/// can take the study along: on this machine, on several at once, or as jobs of a cluster.
public final class StudyRunner {
  /// What a study tells while it goes.
  public enum Event {
    /// Something to know.
    case note(String)
    /// Something to worry about; the study goes on.
    case warning(String)
    /// A run begins, or continues from a checkpoint.
    case started(key: String, resumed: Bool, StudyProgress)
    /// A run is finished, after so many seconds of training.
    case finished(key: String, seconds: Double?, StudyProgress)
    /// A run failed.
    case failed(key: String, reason: String, StudyProgress)
    /// Twice a second.
    case progress(StudyProgress)
  }

  /// How a study ended.
  public enum Outcome {
    /// Every run is finished or failed.
    case done(StudyRecord)
    /// It was asked to stop; its runs have written checkpoints.
    case interrupted(StudyRecord)
    /// It was asked to stop, and its runs go on in these jobs of Slurm's.
    case left(StudyRecord, jobs: [String])
  }

  let study: Study
  let folder: StudyFolder
  let starter: RunStarter
  let executor: StudyExecutor
  let slurm: SlurmCommands
  let book: StudyBook

  /// Prepares a study to run in `folder`; nothing is written yet.
  ///
  /// - Parameters:
  ///   - study: what is run.
  ///   - folder: where its runs and its record are.
  ///   - executable: the path of `gnomon`.
  ///   - executor: who makes the runs.
  ///   - subset: which runs are made; the others stay as they are.
  /// - Throws: `StudyError.otherStudy`, `.unknownSubset` and `.missingData`, and `RunStoreError` for a folder that cannot be read.
  public convenience init(
    _ study: Study, folder: StudyFolder, executable: String, executor: StudyExecutor,
    only subset: StudySubset = StudySubset()
  ) throws {
    try self.init(
      study, folder: folder, executable: executable, executor: executor, only: subset,
      slurm: SlurmCommands())
  }

  /// The same with other programs in the place of Slurm's.
  init(
    _ study: Study, folder: StudyFolder, executable: String, executor: StudyExecutor,
    only subset: StudySubset, slurm: SlurmCommands
  ) throws {
    self.study = study
    self.folder = folder
    self.executor = executor
    self.slurm = slurm
    starter = RunStarter(study: study, folder: folder, executable: executable)
    book = StudyBook(study, folder: folder, chosen: try subset.places(in: study))
    if let earlier = try folder.readRecord(), earlier.name != study.name {
      throw StudyError.otherStudy(path: folder.url.path, name: earlier.name)
    }
    try checkData()
  }

  /// Refuses to begin where data of runs that are to be made are not there.
  private func checkData() throws {
    for place in book.chosen.sorted() where try folder.finished(study.runs[place]) == nil {
      let configuration = study.runs[place].configuration
      // A pattern names files that only a reader finds.
      guard let path = configuration.data, !path.contains(where: { "*?[{".contains($0) }),
        !FileManager.default.fileExists(atPath: path)
      else { continue }
      throw StudyError.missingData(path: path, run: study.runs[place].key)
    }
  }

  /// Makes every run that is not finished.
  ///
  /// - Parameters:
  ///   - shouldStop: asked ten times a second.
  ///   - report: told what happens.
  /// - Throws: `StudyError` and `RunStoreError`; the runs in progress have then been stopped.
  public func run(shouldStop: () -> Bool, report: (Event) -> Void) throws -> Outcome {
    try folder.create()
    return try withoutActuallyEscaping(report) { report in
      // What writes the record may report, and does not outlive this.
      defer { book.save = { _ in } }
      switch executor {
      case .local, .slurm: return try runAlone(shouldStop: shouldStop, report: report)
      case .shared(let jobs, let patience):
        return try runWithOthers(
          jobs: jobs, patience: patience, shouldStop: shouldStop, report: report)
      }
    }
  }

  /// Judges the claims by the runs that are finished and writes how the study stands.
  func writeResults() throws {
    try book.write()
    book.set(claims: try StudyResults(study, in: folder).claims)
    try book.write()
  }

  /// Keeps the study's file, and says if there was another.
  func keepFile(_ report: (Event) -> Void) throws {
    if try folder.keep(study.text) {
      report(
        .note("\(study.source) has changed since the study was started: only new runs are made"))
    }
  }

  /// Says if the study's file has changed meanwhile.
  func compareFile(_ report: (Event) -> Void) {
    if FileManager.default.contents(atPath: study.source) != Data(study.fileText.utf8) {
      report(
        .warning(
          "\(study.source) changed while the study ran: these are the runs of the file as it was, "
            + "kept in \(folder.file.path); start the study again for those of the new one"))
    }
  }
}
