/// How the parts of an encoder are called. Gnomon's own names of a ResNet are torchvision's, which are timm's too; those of a
/// vision transformer are timm's.
enum NetworkNames: CaseIterable {
  /// `conv1`, `bn1`, `layer1` … `layer4`.
  case torchvision
  /// The children of torchvision's network by number, as in `nn.Sequential(*list(resnet.children())[:-1])`.
  case children
  /// The children of a network without a pooling stem by number: lightly's for small images.
  case smallChildren
  /// `cls_token`, `pos_embed`, `patch_embed`, `blocks`, `norm`: a vision transformer as timm and DINO have it.
  case visionTransformer

  /// This naming's first components, and Gnomon's.
  private var parts: [String: String] {
    switch self {
    case .torchvision:
      [
        "conv1": "conv1", "bn1": "bn1", "layer1": "layer1", "layer2": "layer2", "layer3": "layer3",
        "layer4": "layer4",
      ]
    case .children:
      [
        "0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4",
      ]
    case .smallChildren:
      [
        "0": "conv1", "1": "bn1", "2": "layer1", "3": "layer2", "4": "layer3", "5": "layer4",
      ]
    case .visionTransformer:
      // The last four belong to transformers of other kinds, which their presence refuses.
      Dictionary(
        uniqueKeysWithValues: [
          "cls_token", "pos_embed", "patch_embed", "blocks", "norm", "fc_norm", "reg_token",
          "register_tokens", "dist_token", "norm_pre",
        ].map { ($0, $0) })
    }
  }

  /// Gnomon's name; nil for what is no part of the network.
  func ownName(_ name: String) -> String? {
    let components = name.split(separator: ".").map(String.init)
    guard let first = components.first, let part = parts[first] else { return nil }
    let rest = components.dropFirst().map { $0 == "shortcut" ? "downsample" : $0 }
    return ([part] + rest).joined(separator: ".")
  }

  /// What stands before the names of each network that is named so, in order.
  func prefixes(among names: some Collection<String>) -> [String] {
    let (stem, block) =
      switch self {
      case .torchvision: ("conv1.weight", "layer1.0.conv1.weight")
      case .children: ("0.weight", "4.0.conv1.weight")
      case .smallChildren: ("0.weight", "2.0.conv1.weight")
      case .visionTransformer: ("patch_embed.proj.weight", "blocks.0.attn.qkv.weight")
      }
    let all = Set(names)
    // Both numberings have a fourth child with blocks; only one has them in its second.
    let others = self == .children ? "2.0.conv1.weight" : ""
    return names.filter { $0.hasSuffix(block) }.map { String($0.dropLast(block.count)) }
      .filter { ($0.isEmpty || $0.hasSuffix(".")) && all.contains($0 + stem) }
      .filter { others.isEmpty || !all.contains($0 + others) }
  }
}
