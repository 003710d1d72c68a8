import ArgumentParser
import Foundation
import Records
import Studies
import Torch

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study", abstract: "A grid of runs, and the claims tested on it; resumable.",
    subcommands: [
      StudyRunCommand.self, StudyClaimsCommand.self, StudyTableCommand.self,
      StudySelectCommand.self,
    ],
    defaultSubcommand: StudyRunCommand.self)
}

struct StudyRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Make a study's runs, those that are not finished.",
    discussion: """
      A study file declares a grid over configuration keys and claims about its figures; Docs/Studies.md \
      says how. Finished runs are never made again, interrupted ones continue, a failed one does not stop \
      the others. Starting the study again goes on where it stopped.
      """)

  @OptionGroup var place: StudyArguments
  @Option(
    help: ArgumentHelp(
      "Make only the runs with these values of an axis: data_set=digits, or strength=0.1,1.0. May be repeated.",
      valueName: "axis=values"))
  var only: [String] = []
  @OptionGroup(title: "Who makes the runs") var executor: ExecutorOptions
  @Flag(help: "Show the runs, which are done, and how long the others take.")
  var dryRun = false
  @Flag(help: "Print the study's record as one JSON document.")
  var json = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws { _ = try subset }

  func run() throws {
    try Failure.classifying {
      let found = try place.find(threads: executor.threadsOfRuns, device: executor.device)
      try executor.check(found.study)
      let plan = try StudyPlan(
        found.study, in: found.folder, jobs: executor.runsAtOnce, cores: ExecutorOptions.cores,
        only: subset)
      if dryRun {
        try StudyOutput.show(plan, of: found, asJSON: json)
        return
      }
      if !quiet { StudyOutput.warnOfThreads(plan, threads: executor.threadsOfRuns) }
      try start(found)
    }
  }

  private var subset: StudySubset {
    get throws {
      StudySubset(
        try only.map { text in
          let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
          guard parts.count == 2 else {
            throw ValidationError("--only is '\(text)': use AXIS=VALUE, or AXIS=VALUE,VALUE")
          }
          return (parts[0], parts[1].split(separator: ",").map(String.init))
        })
    }
  }

  private func start(_ found: StudyPlace) throws {
    let runner = try StudyRunner(
      found.study, folder: found.folder, executable: StudyRunCommand.executable,
      executor: try executor.chosen, only: subset)
    var progress = StudyProgressBar(isQuiet: quiet)
    Interruption.listen()
    let outcome: StudyRunner.Outcome
    do {
      outcome = try runner.run(shouldStop: { Interruption.isRequested }) { progress.handle($0) }
    } catch {
      progress.finishLine()
      throw error
    }
    progress.finishLine()
    switch outcome {
    case .left(let record, let jobs):
      let names = jobs.joined(separator: " ")
      throw interruption(
        record,
        "the runs go on in job \(names) of Slurm: the same command follows them, scancel \(names) ends them"
      )
    case .interrupted(let record):
      let command =
        executor.executor == .local ? "gnomon study \(found.folder.url.path)" : "the same command"
      throw interruption(record, "continue with \(command)")
    case .done(let record):
      try StudyOutput.show(record, of: found, asJSON: json, isQuiet: quiet)
      let failed = record.runs.filter { $0.status == .failed }
      guard failed.isEmpty else {
        throw Failure(
          message: "\(failed.count) of \(record.runs.count) runs failed, the first of them "
            + "\(failed[0].key): \(failed[0].failure ?? "")", code: Failure.failed)
      }
    }
  }

  private func interruption(_ record: StudyRecord, _ advice: String) -> Failure {
    let finished = record.runs.count { $0.status == .finished }
    return Failure(
      message: "interrupted with \(finished) of \(record.runs.count) runs finished; \(advice)",
      code: Interruption.exitCode)
  }

  /// This program's own file.
  static var executable: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}

/// Which study, and where it is.
struct StudyArguments: ParsableArguments {
  @Argument(help: "A study file, or the folder of a study.") var study: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The study's folder (default: studies/ and its name).", valueName: "folder"),
    transform: namedPath)
  var output: String?
  @Flag(help: "The smaller study that the file's 'quick' describes.")
  var quick = false
  @OptionGroup var assignments: SettingAssignments

  func find(threads: Int, device: Device? = nil) throws -> StudyPlace {
    try StudyPlace(
      study, output: output, isQuick: quick,
      assignments: StudyAssignments(try assignments.added(to: [])), threads: threads, device: device
    )
  }

  /// What the study has measured so far.
  func results() throws -> StudyResults {
    let found = try find(threads: 1)
    return try StudyResults(found.study, in: found.folder)
  }
}
