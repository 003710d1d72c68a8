import Torch

/// x·Wᵀ + b. `weight` is out×in, `bias` is out.
public final class Linear: Module, UnaryLayer {
  /// The matrix W, out×in.
  public let weight: Parameter
  /// The offset b; nil without one.
  public let bias: Parameter?

  /// A layer initialised as PyTorch's: weight and bias uniform in ±1/√inputs.
  public init(_ inputs: Int, _ outputs: Int, bias hasBias: Bool = true) {
    weight = Parameter(Initializer.uniform([outputs, inputs], fanIn: inputs))
    bias = hasBias ? Parameter(Initializer.uniform([outputs], fanIn: inputs)) : nil
  }

  /// …×in to …×out.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.linear(weight: weight.tensor, bias: bias?.tensor)
  }
}

/// A two-dimensional convolution of N×C×H×W.
public final class Convolution: Module, UnaryLayer {
  /// The kernels, out×in×k×k.
  public let weight: Parameter
  /// The offset of each output channel; nil without one.
  public let bias: Parameter?
  private let stride: Int
  private let padding: Int

  /// A layer initialised as PyTorch's `nn.Conv2d`: uniform in ±1/√(in·k²).
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    bias hasBias: Bool = true
  ) {
    let fanIn = inputs * kernel * kernel
    weight = Parameter(Initializer.uniform([outputs, inputs, kernel, kernel], fanIn: fanIn))
    bias = hasBias ? Parameter(Initializer.uniform([outputs], fanIn: fanIn)) : nil
    self.stride = stride
    self.padding = padding
  }

  /// N×in×H×W to N×out×H′×W′.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.convolved(weight: weight.tensor, bias: bias?.tensor, stride: stride, padding: padding)
  }
}

/// Batch normalisation over every dimension but the second (Ioffe & Szegedy 2015): in training by
/// the batch's mean and variance, in evaluation by running ones.
public final class BatchNorm: Module, UnaryLayer {
  /// The scale of each channel.
  public let weight: Parameter
  /// The offset of each channel.
  public let bias: Parameter
  /// The running mean of each channel.
  public let runningMean: Buffer
  /// The running unbiased variance of each channel.
  public let runningVar: Buffer
  /// How many training batches have passed.
  public let numBatchesTracked: Buffer
  /// How much of a batch's statistics enters the running ones.
  var momentum: Double
  /// What is added to the variance.
  package let epsilon: Double

  /// PyTorch's ε.
  public static let standardEpsilon = 1e-5

  /// A layer initialised as PyTorch's: scale 1, offset 0.
  public init(
    _ channels: Int, momentum: Double = 0.1, epsilon: Double = BatchNorm.standardEpsilon
  ) {
    weight = Parameter(.ones([channels]))
    bias = Parameter(.zeros([channels]))
    runningMean = Buffer(.zeros([channels]))
    runningVar = Buffer(.ones([channels]))
    numBatchesTracked = Buffer(.zeros([], .int64))
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// N×C or N×C×H×W, normalised, in the same shape.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    self(input, adding: nil, rectified: false)
  }

  /// N×C or N×C×H×W, normalised; then with `residual`, of the same shape, added; then max(·, 0) of it if `rectified`.
  public func callAsFunction(_ input: Tensor, adding residual: Tensor? = nil, rectified: Bool)
    -> Tensor
  {
    // Without running statistics libtorch normalises by the batch's and keeps nothing of them.
    let usesRunning = !isTraining || RunningStatistics.areTracked
    if isTraining && usesRunning { numBatchesTracked.tensor.increment(by: 1) }
    return input.batchNormalized(
      weight: weight.tensor, bias: bias.tensor,
      runningMean: usesRunning ? runningMean.tensor : nil,
      runningVariance: usesRunning ? runningVar.tensor : nil, training: isTraining,
      momentum: momentum, epsilon: epsilon, adding: residual, rectified: rectified,
      over: isTraining ? BatchStatistics.group : nil)
  }
}

/// Layer normalisation over the last dimension (Ba et al. 2016).
public final class LayerNorm: Module, UnaryLayer {
  /// The scale of each coordinate.
  public let weight: Parameter
  /// The offset of each coordinate.
  public let bias: Parameter
  /// What is added to the variance.
  package let epsilon: Double

  /// A layer initialised as PyTorch's: scale 1, offset 0.
  public init(_ width: Int, epsilon: Double = 1e-5) {
    weight = Parameter(.ones([width]))
    bias = Parameter(.zeros([width]))
    self.epsilon = epsilon
  }

  /// …×width, normalised, in the same shape.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.layerNormalized(weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
  }
}

enum BatchStatistics {
  @TaskLocal static var group: ProcessGroup?
}

/// Runs `body`, in which batch normalisation in training takes the statistics of all processes' batches together; of each
/// process' own where there is no group. What it gives is differentiable once.
public func withBatchStatistics<Success>(
  over group: ProcessGroup?, _ body: () throws -> Success
) rethrows -> Success {
  try BatchStatistics.$group.withValue(group, operation: body)
}

enum RunningStatistics {
  @TaskLocal static var areTracked = true
}

/// Runs `body` with batch normalisation that, in training, uses the batch's statistics as ever but
/// leaves the running ones as they are.
public func withoutRunningStatistics<Success, Failed: Error>(
  _ body: () throws(Failed) -> Success
) throws(Failed) -> Success {
  // `withValue` forgets the error's type, so the outcome passes through it as a value.
  let outcome = RunningStatistics.$areTracked.withValue(false) { Result(catching: body) }
  return try outcome.get()
}

/// The largest value under each window of N×C×H×W.
public final class MaxPool: Module, UnaryLayer {
  private let kernel: Int
  private let stride: Int
  private let padding: Int

  /// A layer with square windows.
  public init(kernel: Int, stride: Int, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// N×C×H×W to N×C×H′×W′.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.maxPooled(kernel: kernel, stride: stride, padding: padding)
  }
}
