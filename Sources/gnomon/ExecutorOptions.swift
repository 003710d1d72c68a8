import ArgumentParser
import Foundation
import Studies
import Torch

/// Who makes a study's runs, and what each gets.
struct ExecutorOptions: ParsableArguments {
  enum Executor: String, ExpressibleByArgument, CaseIterable {
    case local, shared, slurm
  }

  @Option(
    help:
      "Who makes the runs: local, this process alone; shared, this process beside others on any hosts that see the study's folder; slurm, a job array of the cluster."
  )
  var executor = Executor.local
  @Option(help: "Runs made at once by this process; the cores are divided among them.")
  var jobs = 1
  @Option(
    help:
      "Threads of each run where the study file does not set them (default: the cores divided by --jobs; needed with shared and slurm, where machines differ)."
  )
  var threads: Int?
  @Option(
    help: ArgumentHelp(
      "With shared: after how long a silence another process's runs are taken over.",
      valueName: "seconds"))
  var takeoverAfter = 120
  @Option(help: "With slurm: the partition.") var partition: String?
  @Option(
    help: ArgumentHelp(
      "With slurm: how long a run may take until it is interrupted and queued again, as sbatch reads it: minutes, hours:minutes:seconds, or days-hours.",
      valueName: "limit"))
  var time: String?
  @Option(help: "With slurm: how many GPUs a run gets.") var gpusPerRun = 0
  @Option(help: "With slurm: how many runs go on at once, at most.") var arrayLimit: Int?
  @Option(
    help: ArgumentHelp(
      "With slurm: an option of sbatch, as after #SBATCH. May be repeated.", valueName: "option"))
  var sbatchLine: [String] = []

  func validate() throws {
    let cores = Self.cores
    guard (1...max(cores, 1)).contains(jobs) else {
      throw ValidationError("--jobs is \(jobs): use 1 to \(cores), the cores of this machine")
    }
    guard (1...1024).contains(threads ?? 1) else {
      throw ValidationError("--threads is \(threads ?? 0): use 1 to 1024")
    }
    guard (6...86_400).contains(takeoverAfter) else {
      throw ValidationError("--takeover-after is \(takeoverAfter): use 6 to 86400 seconds")
    }
    guard (0...1024).contains(gpusPerRun) else {
      throw ValidationError("--gpus-per-run is \(gpusPerRun): use 0 to 1024")
    }
    guard arrayLimit ?? 1 > 0 else { throw ValidationError("--array-limit must be above 0") }
    let options = try slurm
    switch executor {
    case .slurm where jobs != 1:
      throw ValidationError("--jobs does not go with --executor slurm: use --array-limit")
    case .local where options != SlurmOptions(), .shared where options != SlurmOptions():
      throw ValidationError(
        "--partition, --time, --gpus-per-run, --array-limit and --sbatch-line go with --executor slurm"
      )
    case .local, .shared, .slurm: break
    }
  }

  /// The executor that is asked for.
  var chosen: StudyExecutor {
    get throws {
      switch executor {
      case .local: .local(jobs: jobs)
      case .shared: .shared(jobs: jobs, patience: Double(takeoverAfter))
      case .slurm: .slurm(try slurm)
      }
    }
  }

  /// Threads of each run, where the study file does not say.
  var threadsOfRuns: Int { threads ?? Self.cores / jobs }

  /// How many runs are made at once, to judge by how long all take; a cluster's number shows when it makes them.
  var runsAtOnce: Int { arrayLimit ?? jobs }

  /// What the machines have that make the runs; nil for this one.
  var device: Device? {
    guard executor == .slurm else { return nil }
    return gpusPerRun > 0 ? .cuda() : .cpu
  }

  /// Refuses to let this machine's cores decide on runs that others make.
  func check(_ study: Study) throws(Failure) {
    guard executor != .local, threads == nil, study.leavesThreadsOpen else { return }
    throw .usage(
      "a run's bits depend on its threads, and machines differ: give --threads N, or set threads in the study file"
    )
  }

  static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  private var slurm: SlurmOptions {
    get throws {
      var options = SlurmOptions()
      options.partition = try partition.map { try Self.line($0, "--partition") }
      if let time {
        guard let limit = SlurmTime(time) else {
          throw ValidationError(
            "--time is '\(time)': use minutes, hours:minutes:seconds or days-hours:minutes")
        }
        options.time = limit
      }
      options.gpusPerRun = gpusPerRun
      options.arrayLimit = arrayLimit
      options.lines = try sbatchLine.map { try Self.line($0, "--sbatch-line") }
      return options
    }
  }

  /// What stands in a script's line must not begin another.
  private static func line(_ text: String, _ option: String) throws -> String {
    guard !text.isEmpty, !text.contains(where: \.isNewline) else {
      throw ValidationError("\(option) is '\(text)': give one line")
    }
    return text
  }
}
