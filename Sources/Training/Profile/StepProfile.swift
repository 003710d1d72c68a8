import Foundation

/// Where the time of training goes: spans of a number of steps after the first few, and of what is done between steps.
///
/// Times are those of the thread that works on a part. On a device, which works on what it has been given while its host goes on, they are
/// the host's: it waits in `loss`.
///
/// ```swift
/// let profile = StepProfile()
/// trainer.profile = profile
/// …
/// try profile.trace().write(to: file)
/// ```
public final class StepProfile: @unchecked Sendable {  // what changes is behind the lock
  /// What a span is of.
  public enum Part: String, Sendable, CaseIterable {
    /// A step, from the drawing of its views to its line in the log.
    case step
    /// Drawing and rendering views.
    case views
    /// The encoder's way forward, with a slow copy's where there is one.
    case encoder = "encoder forward"
    /// What the schedule does at h: the head, the loss, the head's optimiser, the gradient at h.
    case schedule
    /// The way back through the encoder.
    case backward
    /// Waiting for the loss, and what the head does after it.
    case loss
    /// Summing gradients over processes.
    case processes = "sum over processes"
    /// The encoder's optimiser, and its slow copy.
    case optimizer = "optimiser"
    /// How far the parameters move, for the log.
    case updates = "lengths of updates"
    /// The line in the log, with its statistics.
    case log
    /// Measuring layers.
    case measuring
    /// Writing a checkpoint.
    case checkpoint

    /// Whether it is a part of a step.
    public var isWithinStep: Bool {
      switch self {
      case .step, .measuring, .checkpoint: false
      default: true
      }
    }
  }

  /// What a part has to do.
  public struct Cost: Sendable, Equatable {
    /// What it has to read and write at the least; activations between layers are not counted.
    public var bytes: Double
    /// Floating-point operations, as `EncoderForm.forwardOperations` counts them.
    public var operations: Double

    /// Nothing, unless told otherwise.
    public init(bytes: Double = 0, operations: Double = 0) {
      self.bytes = bytes
      self.operations = operations
    }
  }

  /// A stretch of time on one thread.
  public struct Span: Sendable {
    /// What was done.
    public let part: Part
    /// Seconds since the profile began.
    public let start: Double
    /// Seconds.
    public let duration: Double
    /// The thread's number, by when it was first seen.
    public let thread: Int
    /// What was to be done.
    public let cost: Cost
  }

  /// Steps that are passed over first: shapes are new, and memory is not yet there.
  public static let usualWarmUp = 3
  /// Steps that are recorded unless told otherwise.
  public static let usualSteps = 50
  /// Spans between steps that are kept at most.
  private static let betweenStepsLimit = 1_000

  private let recordedSteps: Range<Int>
  private let began = ContinuousClock.now
  private let lock = NSLock()
  private var kept: [Span] = []
  private var between = 0
  private var seen = 0
  private var stepStart: Double?
  private var threads: [ObjectIdentifier] = []

  /// A profile of `steps` steps after `warmUp` others.
  public init(warmUp: Int = usualWarmUp, steps: Int = usualSteps) {
    recordedSteps = warmUp..<warmUp + steps
  }

  /// What was recorded, in the order in which it ended.
  public var spans: [Span] { lock.withLock { kept } }

  /// Begins a step.
  public func beginStep() {
    let now = now
    lock.withLock {
      stepStart = recordedSteps.contains(seen) ? now : nil
      seen += 1
    }
  }

  /// Ends the step.
  public func endStep() {
    guard let start = lock.withLock({ stepStart }) else { return }
    record(.step, from: start, to: now, Cost())
    lock.withLock { stepStart = nil }
  }

  /// Does something as a part of the step, or between two steps.
  func record<Result>(
    _ part: Part, _ cost: (Result) -> Cost, _ body: () throws -> Result
  ) rethrows -> Result {
    let isWanted = lock.withLock {
      if part.isWithinStep { return stepStart != nil }
      between += 1
      return between <= Self.betweenStepsLimit
    }
    guard isWanted else { return try body() }
    let start = now
    let result = try body()
    let end = now
    record(part, from: start, to: end, cost(result))
    return result
  }

  private var now: Double { began.duration(to: .now) / .seconds(1) }

  private func record(_ part: Part, from start: Double, to end: Double, _ cost: Cost) {
    let thread = ObjectIdentifier(Thread.current)
    lock.withLock {
      if !threads.contains(thread) { threads.append(thread) }
      let number = (threads.firstIndex(of: thread) ?? 0) + 1
      kept.append(
        Span(part: part, start: start, duration: end - start, thread: number, cost: cost))
    }
  }
}

extension StepProfile? {
  /// Does something, and records how long it takes where there is a profile.
  ///
  /// - Parameters:
  ///   - part: what is done.
  ///   - cost: what had to be done for it, asked for afterwards, of what came out, where there is a profile.
  package func span<Success>(
    _ part: StepProfile.Part, cost: (Success) -> StepProfile.Cost = { _ in StepProfile.Cost() },
    _ body: () throws -> Success
  ) rethrows -> Success {
    guard let self else { return try body() }
    return try self.record(part, cost, body)
  }
}
