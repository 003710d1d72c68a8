import CTorch
import Kernels

extension Tensor {
  /// x·Wᵀ + b, for x of …×in, W of out×in, b of out.
  public func linear(weight: Tensor, bias: Tensor?) -> Tensor {
    Operator.linear(self, weight, bias)
  }

  /// A two-dimensional convolution of N×C×H×W with kernels of out×C×kH×kW.
  public func convolved(weight: Tensor, bias: Tensor?, stride: Int, padding: Int) -> Tensor {
    guard let bias else { return Operator.plainConvolution(self, weight, stride, padding) }
    return Operator.convolution(self, weight, bias, [stride, stride], [padding, padding])
  }

  /// Batch normalisation over all dimensions but the second, then the addition of `residual`, of the same shape, then
  /// max(·, 0) if `rectified`: in as few passes over memory as there can be. In training, batch statistics are used and the
  /// running ones updated in place. With a `group`, the statistics in training are those of all processes' inputs, as if they
  /// were one batch; the running ones stay equal in all processes, and the result is differentiable once.
  public func batchNormalized(
    weight: Tensor, bias: Tensor, runningMean: Tensor?, runningVariance: Tensor?, training: Bool,
    momentum: Double, epsilon: Double, adding residual: Tensor? = nil, rectified: Bool = false,
    over group: ProcessGroup? = nil
  ) -> Tensor {
    let result = Operator.normalization(
      self, residual, weight, bias, runningMean, runningVariance, training, momentum, epsilon,
      rectified, group.map { Int(bitPattern: $0.handle) } ?? 0)
    // Where a process is gone, what follows takes its shape for granted until the error is thrown.
    return group == nil || result.shape == shape ? result : self
  }

  /// Layer normalisation of rows, the last dimension (Ba et al. 2016): their mean taken off, divided by the root of their
  /// variance plus `epsilon`, scaled and shifted.
  public func layerNormalized(weight: Tensor, bias: Tensor, epsilon: Double) -> Tensor {
    Operator.layerNorm(self, [size(-1)], weight, bias, epsilon)
  }

  /// Attention of these queries, …×n×d, to `keys` and `values`, …×m×d: softmax(q·kᵀ/√d)·v. Fused, but while a
  /// forward-mode derivative is taken: libtorch's fused kernels have none.
  public func attention(keys: Tensor, values: Tensor) -> Tensor {
    if !ForwardMode.isActive {
      guard dtype == .bfloat16, device.kind == .cpu else {
        return Operator.attention(self, keys, values)
      }
      // libtorch multiplies the small matrices of its fused kernel far more slowly in bfloat16 than in float32.
      let wide = [self, keys, values].map { $0.to(.float32) }
      return withAutocast(nil, on: .cpu) { Operator.attention(wide[0], wide[1], wide[2]) }
        .to(.bfloat16)
    }
    let scale = 1 / Double(size(-1)).squareRoot()
    return ((self * scale).matmul(keys.transposed())).softmax(along: -1).matmul(values)
  }

  /// max(x, 0).
  public func relu() -> Tensor { Operator.relu(self) }

  /// max(x, 0), in place of the input: for a temporary that nothing else holds and whose operator does
  /// not need its output to be differentiated.
  package func reluInPlace() -> Tensor { Operator.reluInPlace(self) }

  /// These gradients where `activations`, what `relu` gave, are above zero; zero elsewhere.
  package func passedBackThroughReLU(_ activations: Tensor) -> Tensor {
    Operator.thresholdBackward(self, activations, 0.0)
  }

  /// x·Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016).
  public func gelu() -> Tensor { Operator.gelu(self) }

  /// The largest value under each k×k window of N×C×H×W.
  public func maxPooled(kernel: Int, stride: Int, padding: Int) -> Tensor {
    Operator.maxPool(self, [kernel, kernel], [stride, stride], [padding, padding])
  }

  /// The same, with the place of each value among the H·W of its channel, row after row, in int64.
  package func maxPooledWithPlaces(
    kernel: Int, stride: Int, padding: Int
  ) -> (values: Tensor, places: Tensor) {
    let results = Operator.maxPoolWithPlaces.results(
      self, [kernel, kernel], [stride, stride], [padding, padding])
    guard let values = results[0], let places = results[1] else {
      fatalError("max-pooling without values or places")
    }
    return (values, places)
  }

  /// The mean over height and width: N×C×H×W to N×C.
  public func globalAveragePooled() -> Tensor { mean(along: [2, 3]) }

  /// Mean cross-entropy of rows of logits with int64 targets.
  public func crossEntropy(_ targets: Tensor) -> Tensor { Operator.crossEntropy(self, targets) }

  /// The mean over rows of minus the entry that an int64 target names: the cross-entropy of rows of
  /// logarithms of probabilities.
  public func negativeLogLikelihood(_ targets: Tensor) -> Tensor {
    Operator.negativeLogLikelihood(self, targets)
  }
}

extension Operator {
  static let linear = ownOperator("gnomon::linear")
  static let convolution = Operator("aten::conv2d")
  static let plainConvolution = ownOperator("gnomon::convolution")
  static let normalization = ownOperator("gnomon::normalization")
  static let layerNorm = Operator("aten::layer_norm")
  static let attention = Operator("aten::scaled_dot_product_attention")
  static let relu = Operator("aten::relu")
  static let reluInPlace = Operator("aten::relu_")
  static let thresholdBackward = Operator("aten::threshold_backward")
  static let gelu = Operator("aten::gelu")
  static let maxPool = Operator("aten::max_pool2d")
  static let maxPoolWithPlaces = Operator("aten::max_pool2d_with_indices")
  static let crossEntropy = Operator("aten::cross_entropy_loss")
  static let negativeLogLikelihood = Operator("aten::nll_loss")

  static func ownOperator(_ name: String) -> Operator {
    kernels_register()
    return Operator(name)
  }
}
