import Contrastive
import Torch

/// What an encoder is, by the shapes of its tensors alone. That the largest tensors are there is seen here, before a
/// network of that size is built: a file of a few bytes cannot ask for much memory.
extension EncoderForm {
  /// Depth, stem and width of a ResNet in torchvision's names.
  static func ofResNet(
    _ state: [String: Tensor]
  ) throws(WeightsError.Fault) -> EncoderForm {
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
      throw refusal(
        "stages of \(list) \(isBottleneck ? "bottleneck" : "basic") blocks"
          + lacking(state, isBottleneck: isBottleneck))
    }
    let kernel = isBottleneck ? 1 : 3
    let last = [8 * width, (isBottleneck ? 16 : 4) * width, kernel, kernel]
    guard state["layer4.0.conv1.weight"]?.shape == last else {
      throw refusal(
        "layer4.0.conv1.weight does not map \(last[1]) channels to \(last[0]) by \(kernel)×\(kernel)"
      )
    }
    return .resNet(depth, stem: stem, width: width)
  }

  /// What the ResNet with the least blocks that has all of these lacks of its blocks' first convolutions; empty where none has.
  private static func lacking(_ state: [String: Tensor], isBottleneck: Bool) -> String {
    let first = { (stage: Int, block: Int) in "layer\(stage).\(block).conv1.weight" }
    func names(_ depth: ResNet.Depth) -> [String] {
      depth.blocks.enumerated().flatMap { stage, count in
        (0..<count).map { first(stage + 1, $0) }
      }
    }
    let found = state.keys.filter {
      $0.hasPrefix("layer") && $0.hasSuffix(".conv1.weight")
    }
    let depth = ResNet.Depth.allCases.filter { depth in
      depth.isBottleneck == isBottleneck && Set(found).isSubset(of: names(depth))
    }.min { $0.blocks.reduce(0, +) < $1.blocks.reduce(0, +) }
    guard let depth else { return "" }
    let missing = names(depth).filter { state[$0] == nil }
    return "; of a \(depth.rawValue)'s it lacks \(missing.shortList)"
  }

  /// The widths whose heads of attention are 64 wide wherever timm and DINO have them: weights do not say how many there are. A
  /// width of 64 is one such head.
  private static let widthsOfUsualHeads = [64, 192, 384, 768, 1024]

  /// Size, images and pooling of a vision transformer in timm's names, which lies under `prefix`.
  static func ofVisionTransformer(
    _ state: [String: Tensor], prefix: String
  ) throws(WeightsError.Fault) -> EncoderForm {
    let refusal = { WeightsError.Fault.encoderShape(reason: $0) }
    guard let patches = state["patch_embed.proj.weight"]?.shape, patches.count == 4,
      patches[1] == 3, 1...1024 ~= patches[2], patches[2] == patches[3]
    else { throw refusal("patch_embed.proj.weight is no convolution of three channels") }
    let (width, patch) = (patches[0], patches[2])
    guard widthsOfUsualHeads.contains(width) else {
      let widths = widthsOfUsualHeads.map(String.init).joined(separator: ", ")
      throw refusal(
        "weights do not say how many heads of attention tokens of length \(width) have, as they do not differ for "
          + widths)
    }
    guard let positions = state["pos_embed"]?.shape else { throw refusal("pos_embed is missing") }
    guard positions.count == 3, positions[0] == 1, positions[2] == width else {
      throw refusal("pos_embed holds no positions of length \(width)")
    }
    let side = Int(Double(max(positions[1] - 1, 0)).squareRoot().rounded())
    guard side > 0, side * side + 1 == positions[1] else {
      throw refusal("\(positions[1]) positions are not a class token's and those of a square")
    }
    guard width != 384 || !isOfMoCo3(state, prefix: prefix) else {
      throw refusal(
        "a small vision transformer of MoCo v3's, by its fixed positions or its name: it has 12 heads of attention "
          + "where all others of its width have 6, and weights do not say so")
    }
    let last = state.keys.compactMap { name -> Int? in
      let parts = name.split(separator: ".", maxSplits: 2)
      return parts.first == "blocks" && parts.count == 3 ? Int(parts[1]) : nil
    }.max()
    guard let last, last < state.count else {
      throw refusal("its blocks are not numbered from 0 on")
    }
    let depth = last + 1
    for block in 0..<depth {
      for (part, shape) in [
        ("attn.qkv", [3 * width, width]), ("mlp.fc1", [4 * width, width]),
        ("mlp.fc2", [width, 4 * width]),
      ] {
        let name = "blocks.\(block).\(part).weight"
        guard let found = state[name]?.shape else { throw refusal("\(name) is missing") }
        guard found == shape else {
          throw refusal("\(name) does not map \(shape[1]) numbers to \(shape[0])")
        }
      }
    }
    return .visionTransformer(
      VisionTransformer.Size(patch: patch, width: width, depth: depth), imageSize: side * patch,
      pooling: state["fc_norm.weight"] == nil ? .token : .average)
  }

  /// Whether it is MoCo v3's by its name, or by positions that are sines and cosines rather than learned: zero for the class
  /// token, and sin 0, cos 0, sin 0, cos 0 for the first patch.
  private static func isOfMoCo3(_ state: [String: Tensor], prefix: String) -> Bool {
    let parts = prefix.split(separator: ".")
    if parts.last == "base_encoder" || parts.last == "momentum_encoder" { return true }
    guard let positions = state["pos_embed"] else { return false }
    let first = positions.slice(0..<2, along: 1).to(.float32).scalars(Float.self)
    let width = first.count / 2
    return first.indices.allSatisfy { index in
      let isCosine = index >= width && (index - width) / (width / 4) % 2 == 1
      return first[index] == (isCosine ? 1 : 0)
    }
  }

  /// The architecture's name, or what it is without one.
  var name: String { architecture?.rawValue ?? description }
}
