import ArgumentParser
import Contrastive
import Foundation
import Runs
import Training

/// The settings of a run as options. Values are text here: the configuration checks them, from
/// a file or from the command line alike.
struct SettingOptions: ParsableArguments {
  @OptionGroup var dataOptions: DataOptions
  @Option(help: "Use at most this many held-out images.")
  var heldOutCount: String?
  @Option(help: "resnet18, resnet34 or resnet50 (default: resnet18).")
  var encoder: String?
  @Option(help: "small or imagenet (default: small up to 64 pixels).")
  var stem: String?
  @Option(help: "Channels in the encoder's first stage (default: 16).")
  var width: String?
  @Option(
    help: ArgumentHelp(
      "The projection head (default: mlp:128-64).", discussion: "\(HeadArchitecture.forms)."))
  var head: String?
  @Flag(help: "Batch-normalise the head's hidden layers.")
  var headBatchNorm = false
  @Option(
    help: ArgumentHelp(
      "What scores embeddings (default: nt-xent).", discussion: "\(ObjectiveChoice.forms)."))
  var objective: String?
  @Option(help: "The objective's temperature (default: 0.2).")
  var temperature: String?
  @Option(
    help: ArgumentHelp(
      "How encoder and head take turns (default: joint).",
      discussion: "\(ScheduleChoice.forms)."))
  var schedule: String?
  @Option(help: "The family of augmentations (default: simclr).")
  var policy: String?
  @Option(
    help:
      "Strength of the augmentations: 0 is none, 1 is SimCLR's on ImageNet, at most 2 (default: 0.5)."
  )
  var strength: String?
  @Option(help: "Passes over the training images (default: 10).")
  var epochs: String?
  @Option(help: "Training steps, instead of epochs.")
  var steps: String?
  @Option(help: "Samples a step (default: 256).")
  var batchSize: String?
  @Option(help: "Views of each sample (default: 2).")
  var views: String?
  @Option(
    help:
      "Samples the encoder holds at a time; a larger batch runs through it twice (default: all).")
  var encoderBatchSize: String?
  @Option(help: "sgd, lars or adamw (default: adamw).")
  var optimizer: String?
  @Option(help: "The highest learning rate (default: 0.002).")
  var learningRate: String?
  @Option(help: "Weight decay (default: 0.0001).")
  var weightDecay: String?
  @Option(help: "Momentum of sgd and lars (default: 0.9).")
  var momentum: String?
  @Option(help: "Epochs of rising learning rate; a cosine follows (default: 1).")
  var warmupEpochs: String?
  @Option(help: "The head's learning rate over the encoder's (default: 1).")
  var headLearningRateFactor: String?
  @Option(help: "Weight decay of the head (default: the encoder's).")
  var headWeightDecay: String?
  @Option(help: "Momentum of the head's sgd or lars (default: the encoder's).")
  var headMomentum: String?
  @Option(help: "Epochs of the head's rising learning rate (default: the encoder's).")
  var headWarmupEpochs: String?
  @Option(help: "Seed of weights, order and views (default: 0).")
  var seed: String?
  @Option(help: "cpu, cuda, cuda:INDEX or auto (default: auto).")
  var device: String?
  @Option(help: "bf16, fp32, or auto: bf16 where there are instructions for it (default: auto).")
  var precision: String?
  @Option(help: "Threads, 0 for one a core (default: 0).")
  var threads: String?
  @Option(help: "Epochs between checkpoints (default: 1).")
  var checkpointEvery: String?
  @Option(help: "How many of the newest checkpoints are kept, 0 for all (default: 3).")
  var keep: String?
  @Option(help: "Keep every Nth epoch's checkpoint for good, 0 for none (default: 0).")
  var keepEvery: String?
  @Option(help: "Epochs between measurements, 0 for at the end only (default: 0).")
  var measureEvery: String?
  @Option(
    help: ArgumentHelp(
      "What measuring between epochs may cost, as a share of training (default: 0.1).",
      discussion: "Decides on how many held-out images, and how often if these are too few."))
  var measureBudget: String?
  @Option(help: "Steps between lines of the metrics (default: 10).")
  var logEvery: String?
  @Option(help: "Head steps of the best-response gap, 0 to leave it out (default: 10).")
  var gapSteps: String?

  /// What was given, as keys and texts of a configuration.
  var given: [(key: String, text: String)] {
    let options: [(String, String?)] = [
      ("held_out_count", heldOutCount),
      ("encoder", encoder), ("stem", stem), ("width", width),
      ("head", head), ("head_batch_norm", headBatchNorm ? "true" : nil), ("objective", objective),
      ("temperature", temperature), ("schedule", schedule), ("policy", policy),
      ("strength", strength), ("epochs", epochs), ("steps", steps), ("batch_size", batchSize),
      ("views", views), ("encoder_batch_size", encoderBatchSize),
      ("optimizer", optimizer), ("learning_rate", learningRate), ("weight_decay", weightDecay),
      ("momentum", momentum), ("warmup_epochs", warmupEpochs),
      ("head_learning_rate_factor", headLearningRateFactor),
      ("head_weight_decay", headWeightDecay), ("head_momentum", headMomentum),
      ("head_warmup_epochs", headWarmupEpochs), ("seed", seed), ("device", device),
      ("precision", precision), ("threads", threads), ("checkpoint_every", checkpointEvery),
      ("keep", keep), ("keep_every", keepEvery),
      ("measure_every", measureEvery), ("measure_budget", measureBudget),
      ("log_every", logEvery), ("gap_steps", gapSteps),
    ]
    return dataOptions.given + options.compactMap { key, text in text.map { (key, $0) } }
  }
}

/// The settings that decide which images there are.
struct DataOptions: ParsableArguments {
  @Option(help: "sprites, cifar10, cifar100, idx or folder (default: sprites).")
  var dataset: String?
  @Option(help: ArgumentHelp("The folder of the data's files.", valueName: "folder"))
  var data: String?
  @Option(help: "Height and width of the images, in pixels (default: 32).")
  var imageSize: String?
  @Option(help: "Use at most this many training images.")
  var trainCount: String?
  @Flag(help: "Refuse a folder with an unreadable image rather than skip it.")
  var strict = false

  /// What was given, as keys and texts of a configuration.
  var given: [(key: String, text: String)] {
    let options: [(String, String?)] = [
      ("dataset", dataset), ("data", data), ("image_size", imageSize),
      ("train_count", trainCount), ("strict", strict ? "true" : nil),
    ]
    return options.compactMap { key, text in text.map { (key, $0) } }
  }
}

extension RunConfiguration {
  /// A configuration file's settings, or the defaults, and over them what options gave.
  init(file: String?, options: [(key: String, text: String)]) throws {
    self = try file.map { path in try RunConfiguration(path: path) } ?? RunConfiguration()
    for (key, text) in options {
      do {
        try set(key, to: text)
      } catch {
        throw ConfigurationError("--" + "\(error)".replacingOccurrences(of: "_", with: "-"))
      }
    }
  }
}
