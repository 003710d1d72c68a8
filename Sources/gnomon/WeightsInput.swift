import ArgumentParser
import Contrastive
import Interchange
import Measures
import Runs

/// The settings of images, views and the encoder's input, which anybody's weights are measured with.
enum MeasuringSettings: SettingScope {
  static var settings: [any SettingDeclaration] {
    let all = RunConfiguration.settings
    return [
      all.dataset, all.data, all.imageSize, all.trainCount, all.heldOutCount, all.strict, all.stem,
      all.normalise, all.policy, all.strength, all.seed, all.device, all.threads,
    ]
  }
}

/// Somebody else's model: its weights, and the settings that it is measured with.
struct WeightsInput: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Weights of a ResNet or vision transformer: a safetensors file, or a checkpoint that PyTorch wrote (.pth, "
        + ".pt, .ckpt).",
      valueName: "file"))
  var weights: String?
  @Option(
    help: ArgumentHelp(
      "What the encoder is: \(EncoderArchitecture.allCases.map(\.rawValue).joined(separator: ", ")), as timm's with "
        + "or without a size as in _224 (default: what its shapes say).", valueName: "name"),
    completion: .list(EncoderArchitecture.allCases.map(\.rawValue)))
  var architecture: EncoderArchitecture?
  @Option(
    help: ArgumentHelp(
      "The head's weights, if they are not in the encoder's file.", valueName: "file"))
  var head: String?
  @Option(
    help: ArgumentHelp(
      "What stands before the encoder's names, as in backbone. (default: the likeliest).",
      valueName: "text"))
  var prefix: String?
  @Option(
    help: ArgumentHelp(
      "What stands between the head's layers: relu, gelu, tanh or sigmoid (default: relu; gelu for DINO's).",
      valueName: "name"))
  var headActivation: HeadArchitecture.Activation?
  @Flag(help: "Make DINO's prototypes a part of the head: z is then the score of each.")
  var headPrototypes = false
  @OptionGroup(title: "Settings of --weights") var settings: SettingOptions<MeasuringSettings>

  /// Refuses what goes with `--weights`, where that was not given.
  func expectNothingGiven() throws {
    let isGiven =
      architecture != nil || head != nil || prefix != nil || headActivation != nil
      || headPrototypes || !settings.given.isEmpty
    guard !isGiven else {
      throw Failure.usage("--architecture, --head and the settings go with --weights FILE")
    }
  }

  /// The model, with a line on standard error for each thing that was found, or was not.
  func model(_ path: String, layers: MeasuredModel.Layers) throws -> MeasuredWeights {
    var request = MeasuredWeights.Request(weights: path)
    request.head = head
    request.prefix = prefix
    request.architecture = architecture
    request.activation = headActivation
    request.prototypes = headPrototypes
    var configuration = try RunConfiguration(file: nil, options: settings.given)
    configuration.layers = layers
    let model = try MeasuredWeights(request, configuration)
    model.notes.forEach(Terminal.note)
    return model
  }
}

extension EncoderArchitecture: ExpressibleByArgument {
  /// A name, after which timm writes the side of the images that it trained with.
  public init?(argument: String) {
    let parts = argument.split(separator: "_")
    let isSized = (parts.last.flatMap { Int($0) } ?? 0) > 0
    self.init(rawValue: isSized ? parts.dropLast().joined(separator: "_") : argument)
  }
}
extension HeadArchitecture.Activation: ExpressibleByArgument {}
extension WeightsFormat: ExpressibleByArgument {}
