import Foundation

/// The Gaussian blur along one axis: weights exp(−k²/2σ²) for |k| up to 3σ, normalised, and no farther
/// than the mirror image of the other edge. Beyond an edge, pixels are mirrored about the outermost
/// one, as in torchvision's `gaussian_blur`.
struct GaussianKernel {
  let sigma: Float
  /// How far the kernel reaches.
  let radius: Int

  init(sigma: Float, side: Int) {
    self.sigma = sigma
    radius = min(Int((3 * sigma).rounded(.up)), side - 1)
  }

  /// The weights from the middle outwards: of k = 0, 1, … `radius`.
  func fill(_ weights: inout MutableSpan<Float>) {
    let exponent = -1 / (2 * Double(sigma) * Double(sigma))
    var sum = 0.0
    for offset in 0...radius {
      let height = exp(exponent * Double(offset * offset))
      weights[offset] = Float(height)
      sum += offset == 0 ? height : 2 * height
    }
    for offset in 0...radius { weights[offset] = Float(Double(weights[offset]) / sum) }
  }

  /// The pixel that stands at a position from −`side` + 1 to 2·`side` − 2.
  static func pixel(at position: Int, side: Int) -> Int {
    let folded = position < 0 ? -position : position
    return folded < side ? folded : 2 * side - 2 - folded
  }
}
