/// How evenly spaced samples are taken from the pixels of an image along one axis.
///
/// Pixel j covers [j, j + 1). A sample weighs the pixels about its centre c with the triangle
/// 1 − |j + ½ − c|/r, where r is 1, or the samples' distance where that is larger: linear
/// interpolation, and anti-aliasing where an image gets smaller. These are the weights of torchvision's
/// `resize` with `antialias=True` and of Pillow's bilinear filter.
struct AxisSampling: Equatable {
  /// The first sample's centre.
  var start: Double
  /// From one sample's centre to the next; negative where the view is mirrored.
  var step: Double
  /// How many samples.
  var count: Int
  /// The pixels that there are.
  var pixels: Range<Int>
  /// What stands in for others; nil where they are left out and the rest weighs the more.
  var border: Border?

  /// Half the width of the triangle, in pixels.
  var radius: Double { max(1, step.magnitude) }

  /// How many neighbouring pixels a sample weighs, at most.
  var tapCount: Int { Int((2 * radius).rounded(.up)) }

  /// Whether the samples are the pixels as they are.
  var isIdentity: Bool {
    step == 1 && count == pixels.count && start == Double(pixels.lowerBound) + 0.5
  }

  /// The first pixel that each sample weighs, and the weights of it and its `tapCount` − 1 successors.
  /// Pixels that do not exist can be among them: with a border they count, without they weigh 0.
  ///
  /// - Parameters:
  ///   - firsts: `count` positions.
  ///   - weights: `count`·`tapCount` weights, sample after sample.
  func taps(firsts: inout MutableSpan<Int32>, weights: inout MutableSpan<Float>) {
    let taps = tapCount
    let scale = 1 / radius
    for sample in 0..<count {
      let centre = start + Double(sample) * step
      let first = Int((centre - radius + 0.5).rounded(.down))
      firsts[sample] = Int32(first)
      var sum = 0.0
      for tap in 0..<taps {
        let pixel = first + tap
        let exists = border != nil || pixels.contains(pixel)
        let height = 1 - (Double(pixel) + 0.5 - centre).magnitude * scale
        let weight = exists ? max(0, height) : 0
        weights[sample * taps + tap] = Float(weight)
        sum += weight
      }
      if sum != 1 {
        for tap in 0..<taps {
          weights[sample * taps + tap] = Float(Double(weights[sample * taps + tap]) / sum)
        }
      }
    }
  }

  /// The pixel that stands at a position which may not exist; nil for black.
  @inline(__always)
  func pixel(at position: Int) -> Int? {
    let rule = border ?? .replicate
    return rule.position(of: position - pixels.lowerBound, count: pixels.count)
      .map { $0 + pixels.lowerBound }
  }
}
