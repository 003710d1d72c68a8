import Contrastive
import Torch
import TorchNN

/// A ResNet or a vision transformer found in a file, under whatever prefixes it lies: `state_dict.module.encoder_q.`,
/// `backbone.`, …
public struct EncoderWeights {
  /// What stands before the network's names in the file.
  public let prefix: String
  /// The prefixes of further networks in the file: slow copies, for the most part.
  public let otherPrefixes: [String]
  /// What the network is. How far a ResNet's 3×3 convolution pads cannot be seen in its weights: stem `small` is taken.
  public let form: EncoderForm
  /// The tensors by Gnomon's names: torchvision's of a ResNet, timm's of a vision transformer.
  public let state: [String: Tensor]
  /// The names in the file that `state` was taken from.
  public let names: Set<String>
  private let path: String

  /// Finds the network of a file.
  ///
  /// Of several the one is taken that is not called a slow copy or a student; a teacher counts as the model itself.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - prefix: what stands before the network's names, where the file holds several; with or without its last dot.
  /// - Throws: `WeightsError` where there is no encoder, or one of a shape that is not built here.
  public init(in file: WeightsFile, prefix: String? = nil) throws(WeightsError) {
    do throws(WeightsError.Fault) {
      try self.init(path: file.path, tensors: file.tensors, asked: prefix)
    } catch {
      throw WeightsError(file.path, error)
    }
  }

  private init(
    path: String, tensors: [String: Tensor], asked: String?
  ) throws(WeightsError.Fault) {
    let found = NetworkNames.allCases.flatMap { names in
      names.prefixes(among: tensors.keys).map { (prefix: $0, names: names) }
    }.sorted { ($0.prefix.rank, $0.prefix) < ($1.prefix.rank, $1.prefix) }
    guard let first = found.first else { throw .noEncoder(names: tensors.keys.sorted()) }
    var chosen = first
    if let asked {
      guard let match = found.first(where: { $0.prefix == asked || $0.prefix == asked + "." })
      else { throw .noPrefix(asked, known: found.map(\.prefix)) }
      chosen = match
    }
    self.path = path
    prefix = chosen.prefix
    otherPrefixes = found.map(\.prefix).filter { $0 != chosen.prefix }
    var state: [String: Tensor] = [:]
    var names: Set<String> = []
    for (name, tensor) in tensors.removingPrefix(chosen.prefix).sorted(by: { $0.key < $1.key }) {
      guard let own = chosen.names.ownName(name) else { continue }
      if !own.hasSuffix(".num_batches_tracked"), let reason = tensor.defectAsWeights {
        throw .tensor(name: chosen.prefix + name, reason: reason)
      }
      state[own] = tensor
      names.insert(chosen.prefix + name)
    }
    // Files of before PyTorch 0.4.1 do not count batches.
    for name in state.keys where name.hasSuffix(".running_mean") {
      let counter = name.replacing("running_mean", with: "num_batches_tracked")
      if state[counter] == nil { state[counter] = .zeros([], .int64) }
    }
    self.state = state
    self.names = names
    form =
      chosen.names == .visionTransformer
      ? try .ofVisionTransformer(state, prefix: chosen.prefix) : try .ofResNet(state)
  }

  /// The network with these weights, in float32.
  ///
  /// - Parameters:
  ///   - stem: a ResNet's first layers, where the weights leave open what they are; nil for those of `form`.
  ///   - imageSize: the side of the images that a vision transformer takes; nil for that of `form`. For another than that the
  ///     positions of its patches are interpolated as timm does it.
  ///   - normalization: what is done to images before the first layer.
  /// - Throws: `WeightsError` with all names that are missing or unexpected, for another stem, and for images whose side is
  ///   no multiple of a patch's.
  public func makeEncoder(
    stem: ResNet.Stem? = nil, imageSize: Int? = nil, normalization: InputNormalization = .none
  ) throws(WeightsError) -> any DescribedEncoder {
    var asked = form
    var state = state
    switch form {
    case .resNet(let depth, let own, let width):
      let stem = stem ?? own
      asked = .resNet(depth, stem: stem, width: width)
      guard stem.kernel == own.kernel else {
        throw WeightsError(
          path,
          .otherArchitecture(
            found: "\(depth.rawValue) with stem \(own.rawValue)",
            expected: "\(depth.rawValue) with stem \(stem.rawValue)"))
      }
    case .visionTransformer(let size, let own, let pooling):
      let imageSize = imageSize ?? own
      asked = .visionTransformer(size, imageSize: imageSize, pooling: pooling)
      guard imageSize.isMultiple(of: size.patch) else {
        throw WeightsError(path, .imageSize(imageSize, patch: size.patch))
      }
      state = positioned(for: imageSize)
    }
    let encoder = asked.makeEncoder(normalization: normalization)
    do throws(StateMismatch) {
      try encoder.load(state)
    } catch {
      throw WeightsError(path, .mismatch(error))
    }
    return encoder
  }

  /// The tensors for images of a side that is a multiple of the patch's: of a vision transformer with interpolated positions,
  /// of a ResNet as they are.
  public func positioned(for imageSize: Int) -> [String: Tensor] {
    guard case .visionTransformer(let size, _, _) = form, let own = state["pos_embed"] else {
      return state
    }
    var state = state
    state["pos_embed"] = VisionTransformer.positions(own, side: imageSize / size.patch)
    return state
  }

  /// Refuses another network than this.
  ///
  /// - Throws: `WeightsError`.
  public func require(_ expected: EncoderArchitecture) throws(WeightsError) {
    guard form.architecture == expected else {
      throw WeightsError(path, .otherArchitecture(found: form.name, expected: expected.rawValue))
    }
  }
}

extension String {
  /// How little likely a prefix is that of the model itself: slow copies last, shorter before longer.
  fileprivate var rank: Int {
    let slow = ["momentum", "encoder_k", "target", "ema", "student", "slow"]
    let words = split(separator: ".")
    let slowCount = words.count { word in
      slow.contains { word.hasPrefix($0) || word.hasSuffix("_\($0)") }
    }
    return 100 * slowCount + words.count
  }
}
