/// How many floating-point operations an image takes: two for each multiplication in convolutions, linear layers and the two products of
/// attention. Norms, activations, sums, softmax and pooling are not counted.
extension EncoderForm {
  /// The operations of the way forward of one image of `side` pixels.
  public func forwardOperations(side: Int) -> Double {
    let (first, others) = products(side: side)
    return 2 * (first + others)
  }

  /// The operations of the way back: the gradients of weights and of activations, as many each as on the way forward, but for those of
  /// the image, which nobody needs.
  public func backwardOperations(side: Int) -> Double {
    let (first, others) = products(side: side)
    return 2 * (first + 2 * others)
  }

  /// The multiplications of the first layer, and of all others.
  private func products(side: Int) -> (first: Double, others: Double) {
    switch self {
    case .resNet(let depth, let stem, let width):
      EncoderForm.products(depth, stem, width: width, side: side)
    case .visionTransformer(let size, let imageSize, _):
      EncoderForm.products(size, imageSize: imageSize)
    }
  }

  private static func products(
    _ depth: ResNet.Depth, _ stem: ResNet.Stem, width: Int, side: Int
  ) -> (first: Double, others: Double) {
    func convolution(_ inputs: Int, _ outputs: Int, kernel: Int, side: Int) -> Double {
      Double(inputs * outputs * kernel * kernel) * Double(side * side)
    }
    func strided(_ side: Int, by stride: Int) -> Int { (side - 1) / stride + 1 }
    var side = (side + 2 * stem.padding - stem.kernel) / stem.stride + 1
    let first = convolution(3, width, kernel: stem.kernel, side: side)
    if stem.isPooled { side = strided(side, by: 2) }
    var (others, inputs) = (0.0, width)
    for (stage, count) in depth.blocks.enumerated() {
      let channels = width << stage
      let outputs = depth.isBottleneck ? 4 * channels : channels
      for block in 0..<count {
        let stride = block == 0 && stage > 0 ? 2 : 1
        let end = strided(side, by: stride)
        if depth.isBottleneck {
          others += convolution(inputs, channels, kernel: 1, side: side)
          others += convolution(channels, channels, kernel: 3, side: end)
          others += convolution(channels, outputs, kernel: 1, side: end)
        } else {
          others += convolution(inputs, channels, kernel: 3, side: end)
          others += convolution(channels, channels, kernel: 3, side: end)
        }
        if stride != 1 || inputs != outputs {
          others += convolution(inputs, outputs, kernel: 1, side: end)
        }
        (side, inputs) = (end, outputs)
      }
    }
    return (first, others)
  }

  private static func products(
    _ size: VisionTransformer.Size, imageSize: Int
  ) -> (first: Double, others: Double) {
    let patches = imageSize / size.patch * (imageSize / size.patch)
    let (width, tokens) = (Double(size.width), Double(patches + 1))
    let first = Double(3 * size.patch * size.patch * patches) * width
    // Queries, keys, values and their output take 4 matrices of width², the two layers after them 8.
    let block = 12 * width * width * tokens + 2 * tokens * tokens * width
    return (first, Double(size.depth) * block)
  }
}
