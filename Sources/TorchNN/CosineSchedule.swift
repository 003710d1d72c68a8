import Foundation

/// A learning rate over steps: a linear rise, then half a cosine to zero (Loshchilov & Hutter 2017).
public struct CosineSchedule: Sendable, Equatable {
  /// The highest rate.
  public let base: Double
  /// Steps of the linear rise.
  public let warmupSteps: Int
  /// All steps.
  public let totalSteps: Int

  /// A schedule; a warm-up longer than the whole is cut to it.
  public init(base: Double, warmupSteps: Int, totalSteps: Int) {
    self.base = base
    self.warmupSteps = min(warmupSteps, totalSteps)
    self.totalSteps = totalSteps
  }

  /// The rate of step `step`, counted from 0.
  public func learningRate(at step: Int) -> Double {
    if step < warmupSteps { return base * Double(step + 1) / Double(warmupSteps) }
    let done = Double(step - warmupSteps) / Double(max(totalSteps - warmupSteps, 1))
    return base * 0.5 * (1 + cos(.pi * min(done, 1)))
  }
}
