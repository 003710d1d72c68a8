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
    let pairs = InitialWeights.differences(encoder.form, configuration.encoderForm)
    for (key, found, expected) in pairs where found != expected {
      throw .otherInitialWeights(path: path, key: key, found: found, expected: expected)
    }
  }

  /// The settings by which two encoders may differ, with their values. Images of another size are none: positions are
  /// interpolated.
  private static func differences(
    _ found: EncoderForm, _ expected: EncoderForm
  ) -> [(key: String, found: String, expected: String)] {
    func name(_ form: EncoderForm) -> String { form.architecture?.rawValue ?? "\(form)" }
    let names = ("encoder", name(found), name(expected))
    switch (found, expected) {
    case (.resNet(_, let stem, let width), .resNet(_, let asked, let askedWidth)):
      // How far a 3×3 convolution pads cannot be seen.
      let seen = asked.kernel == stem.kernel ? stem : asked
      return [
        names, ("width", "\(width)", "\(askedWidth)"), ("stem", stem.rawValue, seen.rawValue),
      ]
    case (.visionTransformer(_, _, let pooling), .visionTransformer(_, _, let asked)):
      return [names, ("pool", pooling.rawValue, asked.rawValue)]
    default: return [names]
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
    into network: any DescribedEncoder, _ head: ProjectionHead
  ) throws(ConfigurationError) -> [String] {
    do throws(StateMismatch) {
      try network.load(state(for: network.form))
    } catch {
      throw .initialWeights(WeightsError(file.path, .mismatch(error)))
    }
    return [
      "the encoder begins with \(encoder.form.architecture?.rawValue ?? "weights") of \(file.path)"
        + (encoder.prefix.isEmpty ? "" : ", \(encoder.prefix)")
        + (isResized(for: network.form) ? ", its positions interpolated" : ""),
      load(into: head),
    ]
  }

  private func state(for form: EncoderForm) -> [String: Tensor] {
    guard case .visionTransformer(_, let imageSize, _) = form else { return encoder.state }
    return encoder.positioned(for: imageSize)
  }

  private func isResized(for form: EncoderForm) -> Bool {
    guard case .visionTransformer(_, let imageSize, _) = form,
      case .visionTransformer(_, let own, _) = encoder.form
    else { return false }
    return imageSize != own
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
