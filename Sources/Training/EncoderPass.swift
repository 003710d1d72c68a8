import Torch
import TorchNN

/// The way of one batch through the encoder and back.
///
/// With a limit on the images held at a time it is a gradient cache (Gao et al. 2021, arXiv 2101.06983): the
/// images run through in parts without a graph; once the gradient at h is known for all of them, each part
/// runs again with its graph and takes its share of the way back. Memory is that of one part, the loss that
/// of the whole batch, at the cost of a second forward pass. The gradient is exact where images do not
/// meet in the encoder; batch normalisation in training takes its statistics from each part alone.
struct EncoderPass {
  /// h, (views·N)×D: a leaf, cut off from the encoder.
  let h: Tensor
  private let output: Tensor?
  private let parts: [Tensor]
  private let encode: (Tensor) -> Tensor

  /// Runs the images through `encode`, at most `limit` at a time.
  init(of images: Tensor, limit: Int?, encode: @escaping (Tensor) -> Tensor) {
    self.encode = encode
    let limit = limit ?? images.size(0)
    if images.size(0) > limit {
      parts = images.split(limit)
      // The second run through keeps the running statistics.
      h = withoutRunningStatistics {
        EncoderPass.embeddings(of: images, limit: limit, encode: encode)
      }
      output = nil
    } else {
      let whole = encode(images)
      h = whole.detached()
      output = whole
      parts = []
    }
    h.requiresGradient = true
  }

  /// h without a graph, of images that run through `encode`, at most `limit` at a time.
  static func embeddings(
    of images: Tensor, limit: Int?, encode: (Tensor) -> Tensor
  ) -> Tensor {
    withoutGradients {
      let parts = images.split(limit ?? images.size(0))
      return parts.count == 1 ? encode(images) : Tensor.concatenated(parts.map(encode))
    }
  }

  /// Adds the encoder's share of a gradient at h to the gradients of its parameters; they are expected for the last time in the last part.
  func backward(from gradient: Tensor, expecting sums: GradientSums? = nil) {
    if output != nil { sums?.expect() }
    output?.backward(seed: gradient)
    var row = 0
    for (index, part) in parts.enumerated() {
      let end = row + part.size(0)
      if index + 1 == parts.count { sums?.expect() }
      encode(part).backward(seed: gradient[row..<end])
      row = end
    }
  }
}
