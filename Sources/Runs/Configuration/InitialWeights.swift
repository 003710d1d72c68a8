import Contrastive
import Interchange
import Torch
import TorchNN

/// The weights of a file that a run begins with.
struct InitialWeights {
  private let file: WeightsFile
  private let encoder: EncoderWeights

  /// Finds the encoder of a file and compares it with the configuration's.
  ///
  /// - Throws: `ConfigurationError` for a file that cannot be read, and for another network.
  init(path: String, _ configuration: RunConfiguration) throws(ConfigurationError) {
    do throws(WeightsError) {
      file = try WeightsFile(path: path)
      encoder = try EncoderWeights(in: file)
    } catch {
      throw .initialWeights(error)
    }
    let stem = configuration.stem ?? .small
    let pairs = [
      ("encoder", encoder.depth.rawValue, configuration.encoder.rawValue),
      ("width", "\(encoder.width)", "\(configuration.width)"),
      (
        "stem", encoder.stem.rawValue,
        stem.kernel == encoder.stem.kernel ? encoder.stem.rawValue : stem.rawValue
      ),
    ]
    for (key, found, expected) in pairs where found != expected {
      throw .otherInitialWeights(path: path, key: key, found: found, expected: expected)
    }
  }

  /// What the file's network expects of images. A file that cannot be read is refused where its weights are.
  static func normalization(of path: String) -> InputNormalization {
    guard path.hasSuffix(".safetensors"), let file = try? WeightsFile(path: path) else {
      return .imageNet
    }
    return file.normalization
  }

  /// Puts the weights into an encoder, and into its head where the file has one of the same shape.
  ///
  /// - Returns: lines that say what was taken.
  /// - Throws: `ConfigurationError` for names or shapes that do not fit.
  func load(
    into network: ResNet, _ head: ProjectionHead
  ) throws(ConfigurationError) -> [String] {
    do throws(StateMismatch) {
      try network.load(encoder.state)
    } catch {
      throw .initialWeights(WeightsError(file.path, .mismatch(error)))
    }
    return [
      "the encoder begins with \(encoder.depth.rawValue) of \(file.path)"
        + (encoder.prefix.isEmpty ? "" : ", \(encoder.prefix)"),
      load(into: head),
    ]
  }

  private func load(into head: ProjectionHead) -> String {
    guard head.architecture != .none else { return "there is no head to begin with weights" }
    let found: HeadWeights
    do throws(WeightsError) {
      found = try HeadWeights(beside: encoder, in: file, activation: head.architecture.activation)
    } catch {
      return "the head begins anew: \(error.fault)"
    }
    do throws(StateMismatch) {
      try head.load(found.state)
    } catch {
      return "the head begins anew: that of the file is \(found.architecture), "
        + "and \(head.architecture) is asked for"
    }
    return "the head begins with \(found.architecture) of \(found.prefix.dropLast())"
  }
}
