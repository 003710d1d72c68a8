import Contrastive
import Torch
import Training

/// A run that several processes work on. The one of rank 0 reads and writes the folder; the others take their part in each step.
extension TrainingRun {
  /// Whether this process writes the run's files.
  var isWriter: Bool { processes.map { $0.rank == 0 } ?? true }

  /// This process' share of a batch's samples.
  func share(of samples: ArraySlice<Int>) -> ArraySlice<Int> {
    guard let processes else { return samples }
    let count = samples.count / processes.size
    let start = samples.startIndex + processes.rank * count
    return samples[start..<start + count]
  }

  /// Brings all processes to the step and the weights of rank 0.
  ///
  /// - Throws: `RunError.otherData` when they do not see as many images, `RunError.lostProcess` when one does not take part.
  func meet() throws {
    guard let processes else { return }
    do {
      let found = try processes.gathered(Tensor([step, splits.train.count])).scalars(Int.self)
      let counts = stride(from: 1, to: found.count, by: 2).map { found[$0] }
      guard Set(counts).count == 1 else { throw RunError.otherData(counts: counts) }
      step = found[0]
      try trainer.equalize()
    } catch let error as TorchError {
      throw lostProcess(error)
    }
  }

  /// Whether any of the processes is to stop: all of them do so after the same step.
  ///
  /// - Throws: `RunError.lostProcess` when one does not take part.
  func isAnyToStop(_ own: Bool) throws -> Bool {
    guard let processes else { return own }
    let votes = Tensor([own ? 1.0 : 0])
    do {
      try processes.sum([votes]).wait()
    } catch {
      throw lostProcess(error)
    }
    return votes.item > 0
  }

  /// Runs `body` while the other processes wait, on the threads of all that share this machine.
  func onThreadsOfAll<Result>(_ body: () throws -> Result) rethrows -> Result {
    let own = Runtime.threads
    defer { Runtime.threads = own }
    Runtime.threads = own * processesHere
    return try body()
  }

  /// What it means that an operation with the other processes failed; the error itself where there are none.
  func lostProcess(_ error: TorchError) -> any Error {
    guard processes != nil else { return error }
    return RunError.lostProcess(
      step: step, lastCheckpoint: isWriter ? checkpoints.newestStep : nil,
      reason: Self.withoutPlacesInGloo("\(error)"))
  }

  /// Gloo's messages begin with a line of its sources and end in guesses.
  private static func withoutPlacesInGloo(_ message: String) -> String {
    let words = message.replacing(#/\[\S+\.(cc|cpp|h):\d+\]\s/#, with: "")
    return words.firstRange(of: ". This is typically").map { String(words[..<$0.lowerBound]) }
      ?? words
  }

  /// What `step` gives, a step that all processes take.
  ///
  /// - Throws: `RunError.nonFiniteLoss`, and `RunError.lostProcess` when one does not take part.
  func shared(_ step: () throws -> Trainer.Step) throws -> Trainer.Step {
    do {
      return try step()
    } catch let error as NonFiniteLoss {
      throw RunError.nonFiniteLoss(
        step: self.step + 1, value: error.value.isNaN ? "nan" : "\(error.value)",
        lastCheckpoint: isWriter ? checkpoints.newestStep : nil)
    } catch let error as TorchError {
      throw lostProcess(error)
    }
  }
}
