import Augmentations
import Contrastive
import Datasets
import Measures
import Torch
import Training

/// The settings of a run, each declared here and nowhere else: key, default, values and meaning.
///
/// A new setting is one more member. `RunConfiguration` then has it, files and studies read and write it,
/// `gnomon train` takes an option for it, and its help and Docs/Settings.md say what is said here.
public struct RunSettings: Sendable {
  // Which images.
  /// Which data.
  public let dataset = Setting(
    "dataset", DatasetKind.sprites, .choice(), "Which data; gnomon datasets says what each is")
  /// The folder of the data; nil for data that is generated.
  public let data = Setting(
    "data", .folder, unset: "none, for data that is generated",
    "The folder of the data's files, for some kinds a file or a pattern")
  /// Height and width that images are brought to, in pixels; packed images keep theirs where nothing sets it.
  public let imageSize = Setting(
    "image_size", 32, .whole(DatasetRequest.imageSizes),
    "Height and width that images are brought to, in pixels; packed images keep theirs unless it is set"
  )
  /// How many training images at most; nil for all, and 8,000 sprites.
  public let trainCount = Setting(
    "train_count", .whole(2...largestCount), unset: "all, and 8000 sprites",
    "How many training images at most")
  /// How many held-out images at most; nil for all, and 2,000 sprites.
  public let heldOutCount = Setting(
    "held_out_count", .whole(2...largestCount), unset: "all, and 2000 sprites",
    "How many held-out images at most")
  /// Whether an unreadable image stops the run rather than being skipped.
  public let strict = Setting(
    "strict", false, .flag, "Whether an unreadable image stops the run rather than being skipped")

  /// Whether the images of files are held in memory or read when they are needed.
  public let loading = Setting(
    "loading", ImageLoading.automatic, .choice(),
    "Whether images of files are decoded once and held, or read and decoded when they are needed; auto holds those of a "
      + "split that take up to a quarter of the machine's memory")
  /// The most memory that images of a split take which are decoded before they are needed, in MiB.
  public let readAhead = Setting(
    "read_ahead", 256, .whole(1...1_048_576),
    "Memory for images that are decoded before they are needed, in MiB a split, where they are not held"
  )

  // The model.
  /// The encoder.
  public let encoder = Setting(
    "encoder", EncoderArchitecture.resNet18, .choice(),
    "The encoder; a vision transformer's patches have 4, 8 or 16 pixels, and image_size is a multiple"
  )
  /// A ResNet's first layers; nil: small up to 64 pixels, ImageNet's above.
  public let stem = Setting<ResNet.Stem?>(
    "stem", SettingKind<ResNet.Stem>.choice(), unset: "small up to 64 pixels, else imagenet",
    "A ResNet's first layers")
  /// Channels in a ResNet's first stage.
  public let width = Setting(
    "width", 16, .whole(1...4096), "Channels in a ResNet's first stage")
  /// What h is of a vision transformer's tokens.
  public let pool = Setting(
    "pool", VisionTransformer.Pooling.token, .choice(),
    "A vision transformer's h: its class token, or the mean of its patches' tokens; timm's global_pool"
  )
  /// A file of weights that the encoder, and the head where its shape is the same, begin with; nil for random ones.
  public let `init` = Setting(
    "init", .file, unset: "random weights",
    "A safetensors file or PyTorch checkpoint that the encoder, and a head of the same shape, begin with"
  )
  /// What is done to images before the first layer; nil: nothing, or ImageNet's with `init`.
  public let normalise = Setting<InputNormalization?>(
    "normalise", SettingKind<InputNormalization>.normalization,
    unset: "none; imagenet for others' weights",
    "Mean and standard deviation of the three channels that the encoder's input is normalised by")
  /// The projection head. Under schedule `none` there is none.
  public let head = Setting(
    "head", .mlp(hidden: [128], output: 64), .head,
    "The projection head; under schedule none there is none")
  /// Whether the head's hidden layers are batch-normalised, as by `bn` in its text.
  public let headBatchNorm = Setting(
    "head_batch_norm", false, .flag, "Whether the head's hidden layers are batch-normalised")

  // What is learnt, and how the two players take turns.
  /// What scores embeddings.
  public let objective = Setting(
    "objective", .ntXent(similarity: .cosine, learnsTemperature: false, tile: nil), .objective,
    "What scores the embeddings")
  /// The temperature τ, for objectives that have one.
  public let temperature = Setting(
    "temperature", 0.2, .real(1e-4...1e4), "The temperature τ of objectives that have one")
  /// How encoder and head take turns.
  public let schedule = Setting(
    "schedule", .joint, .schedule, "How encoder and head take turns")

  // Augmentations.
  /// The family of augmentations.
  public let policy = Setting(
    "policy", "simclr", .policy,
    "The family of augmentations; a configuration file can describe one of its own")
  /// The strength of augmentations, from 0 (none) to 2.
  public let strength = Setting(
    "strength", 0.5, .real(0...2),
    "Strength of the augmentations: 0 is none, 1 is the published policy")

  // Training.
  /// Passes over the training images.
  public let epochs = Setting(
    "epochs", 10, .whole(1...1_000_000), "Passes over the training images")
  /// Training steps; overrides `epochs`.
  public let steps = Setting(
    "steps", .whole(1...1_000_000_000), unset: "those of the epochs",
    "Training steps, instead of epochs")
  /// Samples a step.
  public let batchSize = Setting(
    "batch_size", 256, .whole(2...1_000_000), "Samples a step, each with its views")
  /// Views of each sample.
  public let views = Setting("views", 2, .whole(2...64), "Views of each sample")
  /// Samples whose views the encoder holds at a time; nil for the whole batch.
  public let encoderBatchSize = Setting(
    "encoder_batch_size", .whole(1...1_000_000), unset: "the whole batch",
    "Samples whose views the encoder holds at a time; a larger batch runs through it twice")
  /// What changes the parameters.
  public let optimizer = Setting(
    "optimizer", RunConfiguration.OptimizerName.adamW, .choice(), "What changes the parameters")
  /// The highest learning rate.
  public let learningRate = Setting(
    "learning_rate", 2e-3, .real(0...Double.greatestFiniteMagnitude), "The highest learning rate")
  /// Weight decay of the encoder.
  public let weightDecay = Setting(
    "weight_decay", 1e-4, .real(0...1), "Weight decay of the encoder")
  /// Momentum, for SGD and LARS.
  public let momentum = Setting("momentum", 0.9, .real(0...1), "Momentum of sgd and lars")
  /// Epochs over which the learning rate rises from zero, then falls along a cosine.
  public let warmupEpochs = Setting(
    "warmup_epochs", 1, .real(0...1e6), "Epochs of rising learning rate; a cosine follows")
  /// The head's learning rate over the encoder's.
  public let headLearningRateFactor = Setting(
    "head_learning_rate_factor", 1, .real(0...1e6), "The head's learning rate over the encoder's")
  /// Weight decay of the head; nil for the encoder's.
  public let headWeightDecay = Setting(
    "head_weight_decay", .real(0...1), unset: "the encoder's", "Weight decay of the head")
  /// Momentum of the head's SGD or LARS; nil for the encoder's.
  public let headMomentum = Setting(
    "head_momentum", .real(0...1), unset: "the encoder's", "Momentum of the head's sgd or lars")
  /// Epochs over which the head's learning rate rises; nil for the encoder's.
  public let headWarmupEpochs = Setting(
    "head_warmup_epochs", .real(0...1e6), unset: "the encoder's",
    "Epochs of the head's rising learning rate")

  // The machine.
  /// The seed of weights, order and views.
  public let seed = Setting(
    "seed", 0, .whole(0...largestExactInteger), "Seed of weights, order and views")
  /// Where to compute.
  public let device = Setting("device", .automatic, .device, "Where to compute")
  /// The encoder's arithmetic in training.
  public let precision = Setting(
    "precision", RunConfiguration.Precision.automatic, .choice(),
    "The encoder's arithmetic in training; auto is bf16 where the processor gains by it")
  /// Threads an operator may use; 0 for one a core.
  public let threads = Setting(
    "threads", 0, .whole(0...1024), "Threads an operator may use, 0 for one a core")

  /// Whose images a batch norm's statistics are of, where several processes share a run.
  public let processBatchNorm = Setting(
    "process_batch_norm", ProcessBatchNorm.synchronized, .choice(),
    "Where several processes share a run, whether batch norm takes the statistics of the whole batch (synchronized), or each process those of its own share (own)"
  )

  // What is written, and when.
  /// Epochs between checkpoints; one is always written at the end.
  public let checkpointEvery = Setting(
    "checkpoint_every", 1, .whole(1...1_000_000),
    "Epochs between checkpoints; one is always written at the end")
  /// How many of the newest checkpoints are kept; 0 for all.
  public let keep = Setting(
    "keep", 3, .whole(0...1_000_000), "How many of the newest checkpoints are kept, 0 for all")
  /// Every so many epochs' checkpoint is kept for good besides; 0 for none.
  public let keepEvery = Setting(
    "keep_every", 0, .whole(0...1_000_000),
    "Keep every Nth epoch's checkpoint for good besides, 0 for none")
  /// Epochs between measurements; 0 to measure at the end only.
  public let measureEvery = Setting(
    "measure_every", 0, .whole(0...1_000_000),
    "Epochs between measurements, 0 for at the end only")
  /// Which layers are measured.
  public let layers = Setting(
    "layers", MeasuredModel.Layers.head, .choice(),
    "Which layers are measured: head is h, the head's layers and z; tail is a ResNet's stage3 or the last block but one besides; all is all those of the encoder's trunk before h too"
  )
  /// Which figures are measured.
  public let figures = Setting(
    "figures", MeasuredFigures.all, .figures,
    "Which figures are measured: all, none, or keys with commas between them; those that are measured with them come along",
    tellsRunsApart: false)
  /// Whether controls are measured beside the figures at the end.
  public let controls = Setting(
    "controls", true, .flag,
    "Whether an untrained network, a Gaussian and shuffled labels are measured beside the figures at the end"
  )
  /// Whether a map of the layers is kept at the end.
  public let keepEmbeddings = Setting(
    "keep_embeddings", false, .flag,
    "Whether a map of the layers, of up to 10000 held-out images, is kept in the run at the end, for gnomon serve",
    tellsRunsApart: false)
  /// What measuring along training may cost, as a share of what training cost so far. `MeasurementPlan` says
  /// how both are counted, and what is left out.
  public let measureBudget = Setting(
    "measure_budget", 0.1, .real(0...100),
    "What measuring between epochs may cost, as a share of training; decides on how many held-out images, and how "
      + "often if these are too few")
  /// Steps between lines of the metrics.
  public let logEvery = Setting(
    "log_every", 10, .whole(1...1_000_000_000), "Steps between lines of the metrics")
  /// What is written for other programs while training.
  public let log = Setting(
    "log", RunConfiguration.Log.none, .choice(),
    "What is written for other programs while training: tensorboard is its event files and the projector's, in the "
      + "run's folder")
  /// Further head steps of the best-response gap, which the first line of each epoch holds; 0 for none.
  public let gapSteps = Setting(
    "gap_steps", 10, .whole(0...1_000_000),
    "Further head steps of the best-response gap, measured for the first line of each epoch; 0 leaves it out"
  )

  /// More images than any tensor here can index.
  private static let largestCount = Int(Int32.max)
  /// 2⁵³ − 1: up to here every reader of JSON and every double holds a whole number exactly.
  private static let largestExactInteger = (1 << 53) - 1
}

extension RunConfiguration {
  /// Optimisers by name.
  public enum OptimizerName: String, Sendable, CaseIterable {
    case sgd
    case lars
    case adamW = "adamw"
  }

  /// What is written for other programs while training.
  public enum Log: String, Sendable, CaseIterable {
    case none
    /// Event files for TensorBoard, and embeddings for its projector.
    case tensorboard
  }

  /// The encoder's arithmetic in training.
  public enum Precision: String, Sendable, CaseIterable {
    /// bf16 where the processor or device gains by it, else fp32.
    case automatic = "auto"
    /// bf16 products and convolutions with images channels-last; weights and loss in fp32.
    case bfloat16 = "bf16"
    /// Everything in fp32.
    case float32 = "fp32"
  }
}
