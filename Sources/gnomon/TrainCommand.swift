import ArgumentParser
import Foundation
import RunStore
import Runs
import Torch

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
      valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Continue the run in this folder from its newest checkpoint, under its own settings.",
      valueName: "folder"))
  var resume: String?

  @Flag(help: "Print the summary as one JSON document on standard output.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  func run() throws {
    try Failure.classifying {
      Interruption.followParent()
      let run = try makeRun()
      if !quiet { run.notes.forEach(Terminal.note) }
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
        throw error
      }
      progress.finishLine()
      switch outcome {
      case .interrupted(let step):
        throw Failure(
          message: "interrupted after step \(step); continue with --resume \(run.folder.url.path)",
          code: Failure.interrupted)
      case .finished(let summary):
        try Output.show(summary, asJSON: json)
        if !quiet { Terminal.note("wrote \(run.folder.url.path)") }
      }
    }
  }

  private func makeRun() throws -> TrainingRun {
    let given = try assignments.added(to: settings.given)
    if let resume {
      guard config == nil, output == nil, given.isEmpty else {
        throw Failure.usage(
          "--resume continues a run under its own settings: leave out the other settings, "
            + "or start a new run with --output")
      }
      return try TrainingRun(
        resuming: RunFolder(path: resume), waitingFor: patience, warn: Terminal.warning)
    }
    let configuration = try RunConfiguration(file: config, options: given)
    let path = output ?? "runs/\(configuration.defaultName)"
    return try TrainingRun(
      configuration, folder: RunFolder(path: path), waitingFor: patience)
  }

  /// A study that was killed and started again may find the run it had still writing its checkpoint.
  private var patience: Double { Interruption.hasParent ? 60 : 0 }
}

extension RunConfiguration {
  fileprivate var defaultName: String {
    "\(self.dataset.rawValue)-\(self.encoder.rawValue)-strength-\(self.strength)-seed-\(self.seed)"
  }
}
