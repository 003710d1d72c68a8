import Records

extension TrainingRun {
  /// What a run tells while it goes.
  public enum Event {
    /// Something the user should know; training goes on.
    case warning(String)
    /// A step was taken.
    case step(StepReport)
    /// Layers are being measured after an epoch. The last time, all steps are taken and nothing is written until
    /// `measured`: a process that ends in between loses nothing, and the run can be measured later.
    case measuring(epoch: Int, isLast: Bool)
    /// The last measurement is made, and about to be written.
    case measured
  }

  /// Where training stands after a step.
  public struct StepReport: Sendable {
    /// Steps taken, those before a resume included.
    public let step: Int
    /// Steps in all.
    public let totalSteps: Int
    /// The epoch being worked on, from 1.
    public let epoch: Int
    /// Epochs in all, rounded up.
    public let totalEpochs: Int
    /// The loss before this step.
    public let loss: Double
    /// Augmented images a second, over this process's steps so far.
    public let viewsPerSecond: Double
  }

  /// How a run ended.
  public enum Outcome {
    /// All steps were taken; the summary is written.
    case finished(RunSummary)
    /// It was asked to stop; a checkpoint of this step is written.
    case interrupted(step: Int)
    /// All steps are taken; another process of the group measures, and writes the summary.
    case followed
  }
}
