import Torch

extension Tensor {
  /// What keeps the elements from being a network's weights; nil where nothing does.
  var defectAsWeights: String? {
    guard dtype.isFloatingPoint else {
      return "holds \(dtype), where weights are floating-point numbers"
    }
    return isFinite ? nil : "holds NaN or infinity"
  }
}
