import RunStore

/// Has a study's runs made, somewhere, and tells what becomes of them. The runs are named by their places in the study.
protocol RunMaker: AnyObject {
  /// The runs that are being made and can be looked at.
  var inProgress: [RunInProgress] { get }
  /// How many are being made at once, to judge by how long the others take.
  var width: Int { get }
  /// What a queue says of the runs, or which are made elsewhere; nil where there is nothing to say.
  var queue: String? { get }
  /// Whether all runs have ended, or are left to others.
  var isDone: Bool { get }

  /// Begins the runs that can be begun and finds those that have ended. Asked ten times a second.
  ///
  /// - Throws: `StudyError` and `RunStoreError` for what no further run would be spared.
  func advance() throws -> [RunNews]
  /// Takes note of what the study made of a run that ended.
  func settle(_ place: Int, _ outcome: RunOutcome)
  /// Begins nothing more; asks runs of this process to stop.
  func stop()
  /// Stops the runs of this process and waits for them, after an error.
  func abandon()
}

/// A run that is being made.
struct RunInProgress {
  let place: Int
  /// When it began here, or was first seen.
  let began = ContinuousClock.now
  /// The step it had then.
  let firstStep: Int
}

/// Something that happened to a run.
enum RunNews {
  /// It begins, or goes on from a checkpoint.
  case began(Int, isResumed: Bool)
  /// Another process makes it.
  case isElsewhere(Int)
  /// It waits again.
  case waits(Int)
  /// It ended.
  case ended(Int, RunEnding)
  /// Something to tell people.
  case note(String)
  /// Something for people to worry about.
  case warning(String)
}

/// How a run ended.
enum RunEnding: Equatable {
  /// Its process ended, here.
  case process(ProgramEnding)
  /// Its job ended on a cluster, which calls that `state`, and said the rest.
  case job(state: String, said: String)
  /// Another process made it.
  case elsewhere
  /// Another process tried to make it.
  case failedElsewhere(reason: String)

  /// Whether the run may have come to its end.
  var mayBeFinished: Bool {
    switch self {
    case .process(let ending): ending == .exited(0)
    case .job, .elsewhere: true
    case .failedElsewhere: false
    }
  }

  /// Whether it ended somewhere where others tell of it.
  var isElsewhere: Bool {
    switch self {
    case .process, .job: false
    case .elsewhere, .failedElsewhere: true
    }
  }
}

/// What a study made of a run that ended.
enum RunOutcome: Equatable {
  case finished
  case failed(String)
  /// It is still to be made.
  case pending
}
