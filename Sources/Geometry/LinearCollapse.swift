import Torch

/// The linear toy problem of arXiv 2110.09348, where strong augmentation collapses dimensions: x from
/// N(0, I), views x + noise on the last coordinates alone, z = W·x, and that paper's loss
///
///     L = −1/n Σ_i ln exp(−½‖z_i−z'_i‖²) / (Σ_{j≠i} exp(−½‖z_i−z_j‖²) + exp(−½‖z_i−z'_i‖²)).
///
/// Its gradient flow is dW/dt = W·X. So the singular values of W along training can be predicted, and
/// measured.
public struct LinearCollapse: Sendable, Equatable {
  /// How long x is, 16 in the paper.
  public var dimension = 16
  /// How many of the last coordinates are augmented, 8 in the paper.
  public var augmentedDimensions = 8
  /// The variance of the noise; that of the data is 1.
  public var augmentationVariance = 1.0
  /// How many samples are drawn, once: the problem is the same at each step.
  public var sampleCount = 256
  /// The standard deviation of W's elements at the start.
  public var initialScale = 0.1
  /// The length of a step of gradient descent, in units of the flow's time.
  public var learningRate = 0.05
  /// Which samples and which W at the start.
  public var seed: UInt64 = 0

  /// The paper's problem.
  public init() {}

  /// Singular values of W at one time, each falling.
  public struct Point: Sendable, Equatable {
    /// Gradient steps times their length.
    public let time: Double
    /// Of the W that gradient descent on the loss found, differentiated automatically.
    public let measured: [Double]
    /// Of the flow dW/dt = W·X(W), integrated with X in closed form (Runge and Kutta's fourth order).
    public let predicted: [Double]
    /// Of W(0)·exp(X(0)·t): the flow with X frozen at the start, as in the paper's theorem.
    public let frozen: [Double]
  }

  /// Trains, and predicts.
  ///
  /// - Parameters:
  ///   - steps: of gradient descent.
  ///   - interval: singular values are taken at the start and after every so many steps.
  /// - Throws: `GeometryError` for numbers that make no such problem.
  public func trajectory(steps: Int, every interval: Int) throws(GeometryError) -> [Point] {
    try check(.dimension, Double(dimension), .atLeast(1))
    try check(.augmentedDimensions, Double(augmentedDimensions), .within(0...Double(dimension)))
    try check(.sampleCount, Double(sampleCount), .atLeast(2))
    try check(.augmentationVariance, augmentationVariance, .atLeast(0))
    try check(.initialScale, initialScale, .above(0))
    try check(.learningRate, learningRate, .above(0))
    try check(.steps, Double(steps), .atLeast(0))
    try check(.interval, Double(interval), .atLeast(1))
    let (first, second) = views()
    let start = normals([dimension, dimension], stream: 2) * initialScale
    let (values, vectors) = contrastiveMatrix(start, first, second).symmetricEigen()
    var trained = start
    var flowing = start
    var points: [Point] = []
    for step in 0...steps {
      if step % interval == 0 {
        let time = Double(step) * learningRate
        let frozen = start.matmul(vectors) * exp(values * time)
        points.append(
          Point(
            time: time, measured: trained.singularValues().scalars(Double.self),
            predicted: flowing.singularValues().scalars(Double.self),
            frozen: frozen.singularValues().scalars(Double.self)))
      }
      trained = trained - lossGradient(trained, first, second) * learningRate
      flowing = flowStep(flowing, first, second)
    }
    return points
  }

  /// The samples and their views.
  private func views() -> (Tensor, Tensor) {
    let samples = normals([sampleCount, dimension], stream: 0)
    let scale = (0..<dimension).map {
      $0 < dimension - augmentedDimensions ? 0 : augmentationVariance.squareRoot()
    }
    return (samples, samples + normals([sampleCount, dimension], stream: 1) * Tensor(scale))
  }

  private func normals(_ shape: [Int], stream: UInt32) -> Tensor {
    var random = CounterRandom(seed: seed, stream)
    let values = (0..<shape.reduce(1, *)).map { _ in Double(random.normal()) }
    return Tensor(values, shape: shape)
  }

  /// dL/dW by automatic differentiation of the loss as it is written above.
  package func lossGradient(_ weights: Tensor, _ first: Tensor, _ second: Tensor) -> Tensor {
    withGradients {
      let leaf = weights.detached().copied()
      leaf.requiresGradient = true
      let z = first.matmul(leaf.transposed())
      let positive =
        (z - second.matmul(leaf.transposed())).squared().sum(
          along: [1], keepingDimensions: true) * -0.5
      let differences = z.unsqueezed(1) - z.unsqueezed(0)
      let own = Tensor.eye(first.size(0), .bool)
      let others = (differences.squared().sum(along: [2]) * -0.5)
        .filled(where: own, with: -.infinity)
      let all = Tensor.concatenated([others, positive], along: 1)
      let loss = (all.logSumExp(along: 1) - positive.squeezed(1)).mean()
      return gradients(of: loss, withRespectTo: [leaf])[0] ?? Tensor.zeros(like: weights)
    }
  }

  private func contrastiveMatrix(
    _ weights: Tensor, _ first: Tensor, _ second: Tensor
  ) -> Tensor {
    let projections = (first.matmul(weights.transposed()), second.matmul(weights.transposed()))
    let batch = ContrastiveBatch(
      features: (first, second), projections: projections, .squaredDistance)
    return batch.data - batch.augmentation
  }

  private func flowStep(_ weights: Tensor, _ first: Tensor, _ second: Tensor) -> Tensor {
    let velocity = { (point: Tensor) in point.matmul(contrastiveMatrix(point, first, second)) }
    let k1 = velocity(weights)
    let k2 = velocity(weights + k1 * (learningRate / 2))
    let k3 = velocity(weights + k2 * (learningRate / 2))
    let k4 = velocity(weights + k3 * learningRate)
    return weights + (k1 + k2 * 2 + k3 * 2 + k4) * (learningRate / 6)
  }
}
