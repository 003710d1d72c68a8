import Torch

/// Coordinates shifted and scaled to mean 0 and variance 1 over the rows it was made from.
package struct Standardization {
  package let mean: Tensor
  package let scale: Tensor

  /// - Parameter matrix: N×D in float64. Coordinates that do not vary stay as they are.
  package init(of matrix: Tensor) {
    mean = matrix.mean(along: [0], keepingDimensions: true)
    let deviation = sqrt((matrix - mean).squared().mean(along: [0], keepingDimensions: true))
    // Below this a coordinate varies by rounding only, and scaling it up would make noise a feature.
    let varies = (deviation - abs(mean) * 1e-12).exceeds(0)
    scale = deviation.chosen(where: varies, else: Tensor.ones(like: deviation))
  }

  package func callAsFunction(_ matrix: Tensor) -> Tensor { (matrix - mean) / scale }
}

extension Tensor {
  static func ones(like other: Tensor) -> Tensor { Tensor.zeros(like: other) + 1 }

  /// The rows with the given indices, copied.
  func rows(_ indices: [Int]) -> Tensor { gathered(Tensor(indices).to(device)) }
}
