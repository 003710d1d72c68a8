import Contrastive
import Torch
import TorchNN

/// A ResNet found in a file, under whatever prefixes it lies: `state_dict.module.encoder_q.`, `backbone.`, …
public struct EncoderWeights {
  /// What stands before the network's names in the file.
  public let prefix: String
  /// The prefixes of further networks in the file: slow copies, for the most part.
  public let otherPrefixes: [String]
  /// The network's depth.
  public let depth: ResNet.Depth
  /// The network's first layers. How far a 3×3 convolution pads cannot be seen in its weights: `small` is taken.
  public let stem: ResNet.Stem
  /// Channels in the network's first stage.
  public let width: Int
  /// The tensors by torchvision's names.
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
  /// - Throws: `WeightsError` where there is no ResNet, or one of a shape that is not built here.
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
    for (name, tensor) in tensors.removingPrefix(chosen.prefix) {
      guard let own = chosen.names.torchvisionName(name) else { continue }
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
    (depth, stem, width) = try EncoderWeights.shape(of: state)
  }

  /// The network with these weights, in float32.
  ///
  /// - Parameters:
  ///   - stem: its first layers, where the weights leave open what they are; nil for `self.stem`.
  ///   - normalization: what is done to images before the first layer.
  /// - Throws: `WeightsError` with all names that are missing or unexpected.
  public func makeEncoder(
    stem: ResNet.Stem? = nil, normalization: InputNormalization = .none
  ) throws(WeightsError) -> ResNet {
    let stem = stem ?? self.stem
    guard stem.kernel == self.stem.kernel else {
      throw WeightsError(
        path,
        .otherArchitecture(
          found: "\(depth.rawValue) with stem \(self.stem.rawValue)",
          expected: "\(depth.rawValue) with stem \(stem.rawValue)"))
    }
    let encoder = ResNet(depth, stem: stem, width: width, normalization: normalization)
    do throws(StateMismatch) {
      try encoder.load(state)
    } catch {
      throw WeightsError(path, .mismatch(error))
    }
    return encoder
  }

  /// Refuses another network than this.
  ///
  /// - Throws: `WeightsError`.
  public func require(_ expected: ResNet.Depth) throws(WeightsError) {
    guard depth == expected else {
      throw WeightsError(
        path, .otherArchitecture(found: depth.rawValue, expected: expected.rawValue))
    }
  }

  /// Depth, stem and width by shapes alone. That the largest tensors are there is seen here, before a network
  /// of that size is built: a file of a few bytes cannot ask for much memory.
  private static func shape(
    of state: [String: Tensor]
  ) throws(WeightsError.Fault) -> (ResNet.Depth, ResNet.Stem, Int) {
    let refusal = { WeightsError.Fault.encoderShape(reason: $0) }
    guard let first = state["conv1.weight"]?.shape, first.count == 4, first[1] == 3,
      1...4096 ~= first[0], first[2] == first[3],
      let stem = [ResNet.Stem.small, .imageNet].first(where: { $0.kernel == first[2] })
    else { throw refusal("conv1.weight is no 3×3 or 7×7 convolution of three channels") }
    let width = first[0]
    let isBottleneck = state["layer1.0.conv3.weight"] != nil
    let blocks = (1...4).map { stage in
      (0..<state.count).prefix { state["layer\(stage).\($0).conv1.weight"] != nil }.count
    }
    guard
      let depth = ResNet.Depth.allCases.first(where: {
        $0.blocks == blocks && $0.isBottleneck == isBottleneck
      })
    else {
      let list = blocks.map(String.init).joined(separator: ", ")
      throw refusal("stages of \(list) \(isBottleneck ? "bottleneck" : "basic") blocks")
    }
    let last = [8 * width, (isBottleneck ? 16 : 4) * width]
    guard let shape = state["layer4.0.conv1.weight"]?.shape, Array(shape.prefix(2)) == last else {
      throw refusal("layer4.0.conv1.weight does not map \(last[1]) channels to \(last[0])")
    }
    return (depth, stem, width)
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
