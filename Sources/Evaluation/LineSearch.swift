import Torch

extension TruncatedNewton {
  struct Trial {
    let length: Double
    package let point: Tensor
    let evaluation: Evaluation
    /// The derivative along the direction.
    let slope: Double
  }

  /// A step length that lowers the value enough and the slope's size enough: the strong Wolfe
  /// conditions with 10⁻⁴ and 0.9 (Nocedal and Wright, algorithms 3.5 and 3.6). Nil where rounding hides
  /// every decrease.
  func lineSearch(
    _ function: (Tensor) -> Evaluation, from origin: Tensor, _ start: Evaluation,
    along direction: Tensor
  ) -> Trial? {
    let startSlope = dot(start.gradient, direction)
    func trial(_ length: Double) -> Trial {
      let point = origin + direction * length
      let evaluation = function(point)
      return Trial(
        length: length, point: point, evaluation: evaluation,
        slope: dot(evaluation.gradient, direction))
    }
    // Near the minimum values, made of terms of order one, differ by rounding only: allow for that, and
    // let the slopes decide.
    let rounding = 1e-14 * Swift.max(1, Swift.abs(start.value))
    func isTooHigh(_ trial: Trial) -> Bool {
      let bound = start.value + 1e-4 * trial.length * startSlope + rounding
      return !(trial.evaluation.value <= bound)  // NaN is too high as well
    }
    func isFlat(_ trial: Trial) -> Bool { Swift.abs(trial.slope) <= -0.9 * startSlope }

    var low = Trial(length: 0, point: origin, evaluation: start, slope: startSlope)
    var high: Trial?
    var length = 1.0
    for _ in 0..<40 {
      let candidate = trial(length)
      if isTooHigh(candidate) {
        high = candidate
      } else if isFlat(candidate) {
        return candidate
      } else if candidate.slope < 0 {
        low = candidate
      } else {
        high = candidate
      }
      if let high {
        length = TruncatedNewton.interpolated(low, high)
        if high.length - low.length < 1e-12 * high.length { break }
      } else {
        length *= 2
      }
    }
    return low.length > 0 ? low : nil
  }

  /// Where the line through both slopes crosses zero, kept off the ends; the middle where it does not.
  private static func interpolated(_ low: Trial, _ high: Trial) -> Double {
    let width = high.length - low.length
    guard high.slope > 0, high.slope.isFinite else { return low.length + width / 2 }
    let offset = -low.slope * width / (high.slope - low.slope)
    return low.length + Swift.min(Swift.max(offset, 0.1 * width), 0.9 * width)
  }
}
