import Foundation
import Kernels

/// A convolution of N×C×H×W whose kernels stay as they are, with what often follows: an addition, and max(x, 0).
///
/// In float32 on a processor all of it is one pass, with kernels that are laid out for it once: by Winograd's filtering where that is
/// faster, else by oneDNN. Elsewhere libtorch's operators do one after another. Nothing is recorded for differentiation.
package final class FixedConvolution: @unchecked Sendable {  // what is laid out is behind the lock
  private let weight: Tensor
  private let bias: Tensor
  private let stride: Int
  private let padding: Int
  private let fused: OneDNNConvolution?
  private let lock = NSLock()
  private var laidOut: Tensor?
  private var atPoints: Tensor?

  /// - Parameters:
  ///   - weight: out×C×k×k.
  ///   - bias: the offset of each output channel, out.
  ///   - stride: of the windows, both ways.
  ///   - padding: zeros on each side.
  package init(weight: Tensor, bias: Tensor, stride: Int, padding: Int) {
    self.weight = weight.channelsLast()
    self.bias = bias
    self.stride = stride
    self.padding = padding
    let isOwn = weight.device == .cpu && weight.dtype == .float32
    fused = isOwn ? OneDNNConvolution.available : nil
  }

  /// N×C×H×W to max(w∗x + b + `other`, 0).
  package func rectified(_ input: Tensor, adding other: Tensor? = nil) -> Tensor {
    result(of: input, bias, adding: other, isRectified: true)
  }

  /// w∗x + b.
  package func affine(_ input: Tensor) -> Tensor {
    result(of: input, bias, adding: nil, isRectified: false)
  }

  /// w∗x + `other`: what the convolution makes of a change of its input; zero where `activations`, what `rectified` gave, are.
  package func linear(
    _ input: Tensor, adding other: Tensor? = nil, whereActive activations: Tensor? = nil
  ) -> Tensor {
    result(of: input, nil, adding: other, whereActive: activations, isRectified: false)
  }

  private func result(
    of input: Tensor, _ bias: Tensor?, adding other: Tensor?,
    whereActive activations: Tensor? = nil, isRectified: Bool
  ) -> Tensor {
    if takesWinograd(input) {
      let kernels = laidOut(as: \.atPoints) { Operator.winogradWeight(weight) }
      return Operator.winograd(
        input, kernels, weight.size(0), bias, other, activations, isRectified)
    }
    let sum = convolved(input, bias, adding: other, isRectified: isRectified)
    return activations.map(sum.passedBackThroughReLU) ?? sum
  }

  /// By oneDNN's fused convolution, or libtorch's operators one after another.
  private func convolved(
    _ input: Tensor, _ bias: Tensor?, adding other: Tensor?, isRectified: Bool
  ) -> Tensor {
    guard let fused, !input.requiresGradient else {
      let product = input.convolved(weight: weight, bias: bias, stride: stride, padding: padding)
      let sum = other.map { product + $0 } ?? product
      return isRectified ? sum.relu() : sum
    }
    return fused(
      input, layout(for: input.shape, fused), bias, stride: stride, padding: padding,
      adding: other, isRectified: isRectified)
  }

  private func takesWinograd(_ input: Tensor) -> Bool {
    let (shape, kernels) = (input.shape, weight.shape)
    guard fused != nil, !input.requiresGradient, kernels[2...] == [3, 3], stride == 1, padding == 1
    else { return false }
    return kernels_take_winograd(
      Int64(shape[0]), Int64(shape[1]), Int64(kernels[0]), Int64(shape[2]), Int64(shape[3]))
  }

  /// The kernels as oneDNN wants them for the first input that came; for others it lays them out again where it has to.
  private func layout(for shape: [Int], _ fused: OneDNNConvolution) -> Tensor {
    laidOut(as: \.laidOut) {
      fused.layout(weight, stride: stride, padding: padding, inputShape: shape)
    }
  }

  private func laidOut(
    as place: ReferenceWritableKeyPath<FixedConvolution, Tensor?>, _ make: () -> Tensor
  ) -> Tensor {
    lock.lock()
    defer { lock.unlock() }
    if let made = self[keyPath: place] { return made }
    let made = make()
    self[keyPath: place] = made
    return made
  }
}

extension Operator {
  fileprivate static let winograd = ownOperator("gnomon::winograd")
  fileprivate static let winogradWeight = ownOperator("gnomon::winograd_weight")
}

/// oneDNN's convolutions with what follows them, which libtorch has for its compiler.
private struct OneDNNConvolution {
  private let plain: Operator
  private let withSum: Operator
  private let reorder: Operator

  /// Nil where libtorch was built without them.
  static let available: OneDNNConvolution? = {
    guard let plain = Operator(ifPresent: "mkldnn::_convolution_pointwise"),
      let withSum = Operator(ifPresent: "mkldnn::_convolution_pointwise", "binary"),
      let reorder = Operator(ifPresent: "mkldnn::_reorder_convolution_weight")
    else { return nil }
    return OneDNNConvolution(plain: plain, withSum: withSum, reorder: reorder)
  }()

  func layout(_ weight: Tensor, stride: Int, padding: Int, inputShape: [Int]) -> Tensor {
    reorder(weight, [padding, padding], [stride, stride], [1, 1], 1, inputShape)
  }

  func callAsFunction(
    _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: Int, padding: Int,
    adding other: Tensor?, isRectified: Bool
  ) -> Tensor {
    let (paddings, strides) = ([padding, padding], [stride, stride])
    guard let other else {
      return plain(
        input, weight, bias, paddings, strides, [1, 1], 1, isRectified ? "relu" : "none",
        [Double](), nil)
    }
    return withSum(
      input, other, weight, bias, paddings, strides, [1, 1], 1, "add", 1.0,
      isRectified ? "relu" : nil, [Double](), nil)
  }
}
