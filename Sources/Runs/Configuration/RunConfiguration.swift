import Augmentations
import Contrastive
import Datasets

/// Everything that decides what a run computes. Equal configurations on the same machine give the
/// same bits.
public struct RunConfiguration: Sendable, Equatable {
  /// Which data.
  public var dataset: DatasetKind = .sprites
  /// The folder of the data; nil for data that is generated.
  public var data: String?
  /// Height and width that images are brought to, in pixels.
  public var imageSize = 32
  /// How many training images at most; nil for all (8,000 for sprites).
  public var trainCount: Int?
  /// How many held-out images at most; nil for all (2,000 for sprites).
  public var heldOutCount: Int?
  /// Whether an unreadable image stops the run rather than being skipped.
  public var strict = false

  /// The encoder's depth.
  public var encoder: ResNet.Depth = .resNet18
  /// The encoder's first layers; nil: small up to 64 pixels, ImageNet's above.
  public var stem: ResNet.Stem?
  /// Channels in the encoder's first stage.
  public var width = 16
  /// The head, as `HeadArchitecture` reads it.
  public var head = "mlp:128-64"
  /// Whether the head's hidden layers are batch-normalised.
  public var headBatchNorm = false

  /// What scores embeddings, as `ObjectiveChoice` reads it.
  public var objective = "nt-xent"
  /// The temperature τ, for objectives that have one.
  public var temperature = 0.2
  /// How encoder and head take turns, as `ScheduleChoice` reads it. Under `none` there is no head.
  public var schedule = "joint"

  /// The family of augmentations.
  public var policy: PolicyChoice = "simclr"
  /// The strength of augmentations, from 0 (none) to 2.
  public var strength = 0.5

  /// Passes over the training images.
  public var epochs = 10
  /// Training steps; overrides `epochs`.
  public var steps: Int?
  /// Samples a step.
  public var batchSize = 256
  /// Views of each sample.
  public var views = 2
  /// Samples whose views the encoder holds at a time; nil for the whole batch.
  public var encoderBatchSize: Int?
  /// What changes the parameters.
  public var optimizer: OptimizerName = .adamW
  /// The highest learning rate.
  public var learningRate = 2e-3
  /// Weight decay of the encoder.
  public var weightDecay = 1e-4
  /// Momentum, for SGD and LARS.
  public var momentum = 0.9
  /// Epochs over which the learning rate rises from zero, then falls along a cosine.
  public var warmupEpochs = 1.0
  /// The head's learning rate over the encoder's.
  public var headLearningRateFactor = 1.0
  /// Weight decay of the head; nil for the encoder's.
  public var headWeightDecay: Double?
  /// Momentum of the head's SGD or LARS; nil for the encoder's.
  public var headMomentum: Double?
  /// Epochs over which the head's learning rate rises; nil for the encoder's.
  public var headWarmupEpochs: Double?

  /// The seed of data, weights, order and views.
  public var seed = 0
  /// Where to compute: cpu, cuda, cuda:INDEX or auto.
  public var device = "auto"
  /// The encoder's arithmetic in training.
  public var precision: Precision = .automatic
  /// Threads an operator may use; 0 for one a core.
  public var threads = 0

  /// Epochs between checkpoints; one is always written at the end.
  public var checkpointEvery = 1
  /// How many of the newest checkpoints are kept; 0 for all.
  public var keep = 3
  /// Every so many epochs' checkpoint is kept for good besides; 0 for none.
  public var keepEvery = 0
  /// Epochs between measurements; 0 to measure at the end only.
  public var measureEvery = 0
  /// What measuring along training may cost, as a share of what training cost so far. `MeasurementPlan` says
  /// how both are counted, and what is left out.
  public var measureBudget = 0.1
  /// Steps between lines of the metrics.
  public var logEvery = 10
  /// Further head steps of the best-response gap, which the first line of each epoch holds; 0 for none.
  public var gapSteps = 10

  /// The defaults.
  public init() {}

  /// Optimisers by name.
  public enum OptimizerName: String, Sendable, CaseIterable {
    case sgd
    case lars
    case adamW = "adamw"
  }

  /// The encoder's arithmetic in training.
  public enum Precision: String, Sendable, CaseIterable {
    /// bf16 where the processor or device has instructions for it, else fp32.
    case automatic = "auto"
    /// bf16 products and convolutions with images channels-last; weights and loss in fp32.
    case bfloat16 = "bf16"
    /// Everything in fp32.
    case float32 = "fp32"
  }
}
