import Contrastive
import TorchNN

extension GraphBuilder {
  /// Adds a ResNet whose weights have torchvision's names.
  mutating func addResNet(
    _ depth: ResNet.Depth, _ stem: ResNet.Stem, _ images: String, output: String
  ) {
    let first = convolution(
      images, "conv1", kernel: stem.kernel, stride: stem.stride, padding: stem.padding)
    var features = add("Relu", [batchNormalization(first, "bn1")], "relu1")
    if stem.isPooled {
      features = add("MaxPool", [features], "maxpool", window(kernel: 3, stride: 2, padding: 1))
    }
    for (stage, count) in depth.blocks.enumerated() {
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)"
        let stride = block == 0 && stage > 0 ? 2 : 1
        features =
          depth.isBottleneck
          ? bottleneckBlock(features, name, stride: stride)
          : basicBlock(features, name, stride: stride)
      }
    }
    let pooled = add("GlobalAveragePool", [features], "avgpool")
    add("Flatten", [pooled], output, [.integer("axis", 1)])
  }

  private mutating func basicBlock(_ input: String, _ name: String, stride: Int) -> String {
    let first = convolution(input, "\(name).conv1", kernel: 3, stride: stride, padding: 1)
    let active = add("Relu", [batchNormalization(first, "\(name).bn1")], "\(name).relu1")
    let second = convolution(active, "\(name).conv2", kernel: 3, padding: 1)
    return joined(batchNormalization(second, "\(name).bn2"), input, name, stride: stride)
  }

  private mutating func bottleneckBlock(_ input: String, _ name: String, stride: Int) -> String {
    let first = convolution(input, "\(name).conv1", kernel: 1)
    let narrow = add("Relu", [batchNormalization(first, "\(name).bn1")], "\(name).relu1")
    let second = convolution(narrow, "\(name).conv2", kernel: 3, stride: stride, padding: 1)
    let active = add("Relu", [batchNormalization(second, "\(name).bn2")], "\(name).relu2")
    let third = convolution(active, "\(name).conv3", kernel: 1)
    return joined(batchNormalization(third, "\(name).bn3"), input, name, stride: stride)
  }

  /// A block's output with its shortcut added.
  private mutating func joined(
    _ output: String, _ input: String, _ name: String, stride: Int
  ) -> String {
    var shortcut = input
    if hasWeight("\(name).downsample.0.weight") {
      let narrowed = convolution(input, "\(name).downsample.0", kernel: 1, stride: stride)
      shortcut = batchNormalization(narrowed, "\(name).downsample.1")
    }
    return add("Relu", [add("Add", [output, shortcut], "\(name).sum")], "\(name).relu")
  }

  private mutating func convolution(
    _ input: String, _ name: String, kernel: Int, stride: Int = 1, padding: Int = 0
  ) -> String {
    add(
      "Conv", [input, weight("\(name).weight")], name,
      window(kernel: kernel, stride: stride, padding: padding))
  }

  private mutating func batchNormalization(_ input: String, _ name: String) -> String {
    let vectors = ["weight", "bias", "running_mean", "running_var"].map { weight("\(name).\($0)") }
    return add(
      "BatchNormalization", [input] + vectors, name, [.real("epsilon", BatchNorm.standardEpsilon)])
  }

  /// A square window over height and width.
  func window(kernel: Int, stride: Int, padding: Int = 0) -> [Onnx_AttributeProto] {
    [
      .integers("kernel_shape", [kernel, kernel]), .integers("strides", [stride, stride]),
      .integers("pads", [padding, padding, padding, padding]),
    ]
  }
}
