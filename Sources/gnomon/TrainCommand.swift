import ArgumentParser
import Foundation
import RunStore
import Runs
import Torch
import Training

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train one model and measure every layer.",
    discussion: """
      Options override the configuration file, which overrides the defaults. A file has the options' \
      names with underscores for hyphens. The run's folder keeps the whole configuration, metrics, \
      checkpoints and a summary.
      """)

  @Option(help: ArgumentHelp("A YAML file of settings.", valueName: "file"))
  var config: String?

  @OptionGroup(title: "Settings") var settings: SettingOptions<AllSettings>

  @OptionGroup var assignments: SettingAssignments

  @Option(
    help: ArgumentHelp(
      "The run's folder, new or empty (default: runs/ and a name made of the settings).",
      valueName: "folder"), transform: namedPath)
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Continue the run in this folder from its newest checkpoint, under its own settings.",
      valueName: "folder"))
  var resume: String?

  @Flag(
    name: .customLong("continue"),
    help: "Continue the run in the output folder if it has begun: for jobs that are started again.")
  var continuing = false

  @Option(
    help: ArgumentHelp(
      "How long processes that torchrun, srun or mpirun started together wait for each other before they give up.",
      valueName: "seconds"))
  var processTimeout = 1_800

  @Option(
    help: ArgumentHelp(
      "Where the time goes, as a Chrome trace for chrome://tracing or Perfetto, and as a table at the end.",
      valueName: "file"))
  var profile: String?

  @Option(
    help: ArgumentHelp(
      "How many steps --profile records, after the first \(StepProfile.usualWarmUp).",
      valueName: "steps"))
  var profileSteps = StepProfile.usualSteps

  @Flag(help: "Print the summary as one JSON document on standard output.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    guard processTimeout > 0 else { throw ValidationError("--process-timeout must be above 0") }
    guard 1...10_000 ~= profileSteps else {
      throw ValidationError("--profile-steps must be from 1 to 10000")
    }
  }

  func run() throws {
    try Failure.classifying {
      Interruption.followParent()
      let launched = try LaunchedProcess(environment: ProcessInfo.processInfo.environment)
      let run = try makeRun(launched)
      run.processesHere = launched?.localSize ?? 1
      let quiet = quiet || (launched?.rank ?? 0) > 0
      if !quiet { run.notes.forEach(Terminal.note) }
      // One of several speaks for all.
      let trace = try (launched?.rank ?? 0) == 0 ? profile.map(begunTrace) : nil
      run.profile = trace?.profile
      var progress = ProgressBar(isQuiet: quiet)
      Interruption.listen()
      let outcome: TrainingRun.Outcome
      do {
        outcome = try run.run(shouldStop: { Interruption.isRequested }) { event in
          progress.handle(event)
          switch event {
          case .measuring(_, isLast: true):
            Interruption.endAtOnce(
              saying: "interrupted while measuring; all steps are taken: "
                + "measure with --resume \(run.folder.url.path)")
          case .measured: Interruption.endOnlyBetweenSteps()
          case .measuring, .step, .warning: break
          }
        }
      } catch {
        progress.finishLine()
        // What went wrong with the run is what matters.
        try? trace?.finish(isQuiet: true)
        throw error
      }
      progress.finishLine()
      try trace?.finish(isQuiet: quiet)
      switch outcome {
      case .interrupted(let step):
        throw Failure(
          message: "interrupted after step \(step); continue with --resume \(run.folder.url.path)",
          code: Interruption.exitCode)
      case .finished(let summary):
        try Output.show(summary, asJSON: json)
        if !quiet { Terminal.note("wrote \(run.folder.url.path)") }
      case .followed: break
      }
    }
  }

  /// A trace that is to be written, and can be.
  private func begunTrace(_ path: String) throws -> ProfileTrace {
    try ProfileTrace(path: path, StepProfile(steps: profileSteps))
  }

  /// The run, alone or with the processes that torchrun, srun or mpirun started beside this one.
  private func makeRun(_ launched: LaunchedProcess?) throws -> TrainingRun {
    let (folder, configuration) = try begun(launched)
    let processes = try launched?.join(
      for: configuration?.resolved() ?? RunConfiguration(of: folder).resolved(),
      timeout: Double(processTimeout))
    guard let configuration else {
      return try TrainingRun(
        resuming: folder, waitingFor: patience, processes: processes, warn: Terminal.warning)
    }
    return try TrainingRun(
      configuration, folder: folder, waitingFor: patience, processes: processes)
  }

  /// Where the run is, and its settings if it begins; nil for one that goes on.
  private func begun(_ launched: LaunchedProcess?) throws -> (RunFolder, RunConfiguration?) {
    let given = try assignments.added(to: settings.given)
    if let resume {
      guard config == nil, output == nil, given.isEmpty, !continuing else {
        throw Failure.usage(
          "--resume continues a run under its own settings: leave out the other settings, "
            + "or start a new run with --output")
      }
      let folder = RunFolder(path: resume)
      guard folder.hasConfiguration else { throw RunError.notARun(path: folder.url.path) }
      return (folder, nil)
    }
    var configuration = try RunConfiguration(file: config, options: given)
    let folder = RunFolder(path: output ?? "runs/\(configuration.defaultName)")
    if let launched, configuration.threads == 0 {
      configuration.threads = launched.threads(
        ofCores: ProcessInfo.processInfo.activeProcessorCount)
    }
    // Of several processes that of rank 0 alone looks at the folder; the others get step and weights from it.
    guard continuing, launched?.rank ?? 0 == 0, folder.hasConfiguration else {
      return (folder, configuration)
    }
    guard try configuration.isContinued(by: RunConfiguration(of: folder)) else {
      throw Failure.usage(
        "the run in \(folder.url.path) has other settings: choose another --output, "
          + "or continue it under its own with --resume \(folder.url.path)")
    }
    return (folder, nil)
  }

  /// A study that was killed and started again may find the run it had still writing its checkpoint.
  private var patience: Double { Interruption.hasParent ? 60 : 0 }
}

extension RunConfiguration {
  /// Whether a run with the settings `other`, of a machine that may have more or fewer cores, is one with these.
  fileprivate func isContinued(by other: RunConfiguration) throws -> Bool {
    var wanted = self
    if wanted.threads == 0 { wanted.threads = other.threads }
    return try RunConfiguration.identity(of: wanted.resolved().json)
      == RunConfiguration.identity(of: other.json)
  }

  fileprivate var defaultName: String {
    "\(self.dataset.rawValue)-\(self.encoder.rawValue)-strength-\(self.strength)-seed-\(self.seed)"
  }
}
