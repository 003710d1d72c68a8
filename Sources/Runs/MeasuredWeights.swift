import Contrastive
import Interchange
import Measures
import Records
import Torch
import TorchNN
import Training

/// Anybody's weights as a model to be measured: the encoder of a file, and the head that is found beside it.
public struct MeasuredWeights {
  /// Which weights.
  public struct Request: Sendable {
    /// The encoder's file.
    public var weights: String
    /// The head's file; nil for the encoder's.
    public var head: String?
    /// What stands before the encoder's names; nil for the likeliest.
    public var prefix: String?
    /// What the encoder should be; nil for what its shapes say.
    public var architecture: EncoderArchitecture?
    /// What stands between the head's layers; nil for ReLU, which cannot be seen in weights.
    public var activation: HeadArchitecture.Activation?

    /// Whether DINO's prototypes are part of the head.
    public var prototypes = false

    /// A request for an encoder's file.
    public init(weights: String) { self.weights = weights }
  }

  /// What measures it.
  public let model: MeasuredModel
  /// What the model is: the members `weights`, `encoder`, `prefix`, `head`, `normalise` and `dataset`; of a ResNet `stem` and
  /// `width`, of a vision transformer `pool` and `positions_of`, the side of the images that the file's positions are for.
  public let description: [String: JSONValue]
  /// Lines that say what was found in the files, and that no head was.
  public let notes: [String]

  /// Reads weights and images.
  ///
  /// - Parameters:
  ///   - request: which weights.
  ///   - configuration: the images, the policy, and how the encoder's input is normalised; by what the file says
  ///     unless it is set, or as ImageNet's images.
  /// - Throws: `WeightsError`, `ConfigurationError` or `DatasetError`, one line each. A head that was asked for by its
  ///   file must be there; one that is not beside the encoder is a note.
  public init(_ request: Request, _ configuration: RunConfiguration) throws {
    let file = try WeightsFile(path: request.weights)
    let found = try EncoderWeights(in: file, prefix: request.prefix)
    if let architecture = request.architecture { try found.require(architecture) }
    let isStemGiven = configuration.stem != nil
    let normalization = configuration.normalise ?? file.normalization
    var configuration = configuration
    configuration.normalise = normalization
    switch found.form {
    case .resNet(let depth, let stem, let width):
      configuration.encoder = depth.architecture
      configuration.width = width
      configuration.stem = configuration.stem ?? file.stem ?? stem
    case .visionTransformer(_, let imageSize, _):
      guard !isStemGiven else {
        throw ConfigurationError.settingOfOtherEncoders(
          key: RunConfiguration.settings.stem.key, encoder: found.form.description)
      }
      if !configuration.has(RunConfiguration.settings.imageSize) {
        configuration.imageSize = imageSize
      }
    }
    configuration.head = .none
    configuration.schedule = .none
    configuration = try configuration.resolved()
    Runtime.threads = configuration.threads
    Runtime.keepLargeBlocks()
    let device = try configuration.availableDevice()
    let encoder = try found.makeEncoder(
      stem: configuration.stem, imageSize: configuration.imageSize, normalization: normalization)
    let (head, headNote, headPrefix) = try MeasuredWeights.head(request, file, found)
    encoder.move(to: device)
    head.move(to: device)
    var model = MeasuredModel(
      encoder: encoder, head: head, splits: try configuration.loadData(),
      policy: try configuration.augmentationPolicy(), policyChoice: configuration.policy,
      softmax: nil, seed: configuration.measurementSeed, device: device,
      layers: configuration.layers)
    model.hasControls = configuration.controls
    model.untrained = { [form = encoder.form, architecture = head.architecture] in
      Initializer.seeded(by: configuration.measurementSeed) {
        let encoder = form.makeEncoder(normalization: normalization)
        let head = ProjectionHead(architecture, inputs: encoder.outputDimension)
        encoder.move(to: device)
        head.move(to: device)
        return (encoder, head)
      }
    }
    self.model = model
    let place = found.prefix.isEmpty ? "" : " under '\(found.prefix)'"
    var notes = [
      "encoder: \(encoder.form)\(place), input normalised by \(normalization)"
    ]
    if encoder.form != found.form, case .visionTransformer(_, let own, _) = found.form {
      notes.append(
        "its positions are those of images of \(own) pixels: interpolated as timm does it")
    }
    if !found.otherPrefixes.isEmpty {
      let others = found.otherPrefixes.map { "'\($0)'" }.joined(separator: ", ")
      notes.append("the file holds further encoders, which are left out: \(others)")
    }
    notes.append(headNote)
    if let leftOut = model.leftOut { notes.append(leftOut) }
    if case .resNet(_, .small, _) = encoder.form, file.stem == nil, !isStemGiven {
      notes.append(
        "how far a 3×3 stem pads cannot be seen in weights: stem small pads by 1 pixel; solo-learn's networks for "
          + "small images have small-padded")
    }
    let used = [found.prefix, headPrefix ?? found.prefix] + found.otherPrefixes
    let unused = file.tensors.keys.filter { name in
      !found.names.contains(name)
        && !used.contains { $0 != "" && $0 != found.prefix && name.hasPrefix($0) }
    }.sorted()
    if !unused.isEmpty {
      let more = unused.count > 4 ? " and \(unused.count - 4) more" : ""
      notes.append("left out: \(unused.prefix(4).joined(separator: ", "))\(more)")
    }
    self.notes = notes
    var description: [String: JSONValue] = [
      "weights": .string(request.weights),
      "encoder": .string(encoder.form.architecture?.rawValue ?? "\(encoder.form)"),
      "prefix": .string(found.prefix), "head": .string(head.architecture.description),
      "normalise": .string(normalization.description),
      "dataset": .string(configuration.dataset.rawValue),
      "policy": .string(configuration.policy.name), "strength": .double(configuration.strength),
    ]
    switch encoder.form {
    case .resNet(_, let stem, let width):
      description["stem"] = .string(stem.rawValue)
      description["width"] = .integer(width)
    case .visionTransformer(_, _, let pooling):
      description["pool"] = .string(pooling.rawValue)
      if case .visionTransformer(_, let own, _) = found.form {
        description["positions_of"] = .integer(own)
      }
    }
    if let headPrefix { description["head_prefix"] = .string(headPrefix) }
    self.description = description
  }

  private static func head(
    _ request: Request, _ file: WeightsFile, _ encoder: EncoderWeights
  ) throws -> (ProjectionHead, note: String, prefix: String?) {
    let inputs = encoder.form.outputDimension
    let found: HeadWeights
    if let path = request.head {
      found = try HeadWeights(
        in: WeightsFile(path: path), inputs: inputs, activation: request.activation,
        withPrototypes: request.prototypes)
    } else {
      do throws(WeightsError) {
        found = try HeadWeights(
          beside: encoder, in: file, activation: request.activation,
          withPrototypes: request.prototypes)
      } catch {
        if request.prototypes { throw error }
        return (ProjectionHead(.none, inputs: inputs), "\(error.fault): h alone is measured", nil)
      }
    }
    let place = found.prefix.isEmpty ? "" : " under '\(found.prefix)'"
    return (try found.makeHead(), "head: \(found.architecture)\(place)", found.prefix)
  }
}
