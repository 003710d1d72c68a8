import Contrastive
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct LinearHeadCovarianceTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("planes.safetensors") }

  private func recorded(weights: Tensor? = nil) throws -> LinearHeadCovariance {
    try LinearHeadCovariance(
      features: fixture["contrastive.first"], fixture["contrastive.second"],
      weights: weights ?? fixture["contrastive.projection"],
      temperature: fixture.number("contrastive.temperature"))
  }

  /// −∂L/∂W by automatic differentiation of a loss of z = W·h.
  private func descent(_ weights: Tensor, _ loss: (Tensor) -> Tensor) throws -> Tensor {
    let leaf = weights.copied()
    leaf.requiresGradient = true
    return -(try #require(gradients(of: loss(leaf), withRespectTo: [leaf])[0]))
  }

  @Test func itIsTheSumOverPairsInPlainLoops() throws {
    #expect(difference(try recorded().matrix, fixture["contrastive.linear_head"]) < 1e-13)
  }

  @Test func theGradientOfPyTorchsCrossEntropyOfCosinesIsMinusWX() throws {
    let gradient = -fixture["contrastive.projection"].matmul(try recorded().matrix)
    #expect(difference(gradient, fixture["contrastive.ntxent_loss_gradient"]) < 1e-13)
  }

  @Test(arguments: [0.07, 0.5, 2])
  func theDescentOfInfoNCEIsWX(temperature: Double) throws {
    let (first, second) = (normalMatrix(seed: 1, rows: 30, columns: 9), noisy(30, 9))
    let weights = normalMatrix(seed: 3, rows: 5, columns: 9)
    let x = try LinearHeadCovariance(
      features: first, second, weights: weights, temperature: temperature
    ).matrix
    let h = Tensor.concatenated([first, second])
    let descent = try descent(weights) { weights in
      InfoNCE(temperature: temperature).loss(
        of: EmbeddedViews(h.matmul(weights.transposed()), views: 2))
    }
    // Both in float64; the gradient's elements are some 0.1.
    #expect(difference(weights.matmul(x), descent) < 1e-14)
  }

  @Test func aBiasIsAWeightOfAConstantFeature() throws {
    let (first, second) = (normalMatrix(seed: 1, rows: 12, columns: 4), noisy(12, 4))
    let one = Tensor.ones([12, 1], .float64)
    let longer = [first, second].map { Tensor.concatenated([$0, one], along: 1) }
    let weights = normalMatrix(seed: 3, rows: 3, columns: 5)
    let x = try LinearHeadCovariance(
      features: longer[0], longer[1], weights: weights, temperature: 0.3)
    let h = Tensor.concatenated([first, second])
    let descent = try descent(weights) { weights in
      let z = h.linear(
        weight: weights.slice(0..<4, along: 1), bias: weights.select(4, along: 1))
      return InfoNCE(temperature: 0.3).loss(of: EmbeddedViews(z, views: 2))
    }
    #expect(difference(weights.matmul(x.matrix), descent) < 1e-14)
  }

  /// The approximate covariance of h̃ is what is left of X, times τ, when the lengths of z are held fixed.
  @Test func theApproximateCovarianceIsTheSameWithoutTheNormalizationsDerivative() throws {
    let temperature = 0.4
    let (first, second) = (normalMatrix(seed: 1, rows: 20, columns: 6), noisy(20, 6))
    let weights = normalMatrix(seed: 3, rows: 4, columns: 6)
    let h = Tensor.concatenated([first, second])
    let z = h.matmul(weights.transposed())
    let scaled = h / sqrt(z.squared().sum(along: [1], keepingDimensions: true))
    let approximate = try ContrastiveCovariance(
      features: scaled[0..<20], scaled[20..<40], projections: z[0..<20], z[20..<40],
      weighting: .ntXent(temperature: temperature))
    let partners = Tensor((0..<40).map { ($0 + 20) % 40 })
    let descent = try descent(weights) { weights in
      let unit = scaled.matmul(weights.transposed())
      let distances = (unit.unsqueezed(1) - unit.unsqueezed(0)).squared().sum(along: [2])
      return (distances * (-0.5 / temperature))
        .filled(where: Tensor.eye(40, .bool), with: -.infinity).crossEntropy(partners)
    }
    #expect(difference(weights.matmul(approximate.matrix) / temperature, descent) < 1e-14)
  }

  @Test func theLengthOfProjectionsHasNoSay() throws {
    let weights = fixture["contrastive.projection"]
    let x = try recorded()
    let moved = weights.matmul(x.matrix).matmul(weights.transposed())
    #expect(moved.diagonal().sum().item.isApproximately(0, within: 1e-14))
    #expect(try #require(x.eigenvalues.first) > 0 && #require(x.eigenvalues.last) < 0)
    let longer = try recorded(weights: weights * 3)
    #expect(difference(longer.matrix * 9, x.matrix) < 1e-13)
  }

  @Test func rotatedWeightsHaveAsMuchNegativeAsPositive() throws {
    // tr(W·X·Wᵀ) = 0 is then tr(X) = 0, for paired features as for noise.
    let weights = orthogonalMatrix(seed: 4, size: 8) * 2
    for second in [noisy(40, 8), normalMatrix(seed: 9, rows: 40, columns: 8)] {
      let x = try LinearHeadCovariance(
        features: normalMatrix(seed: 1, rows: 40, columns: 8), second, weights: weights,
        temperature: 0.2)
      #expect(try #require(x.negativeShare).isApproximately(0.5, within: 1e-13))
    }
  }

  @Test func batchesAreAveragedAndWhatIsLeftOverIsLeftOut() throws {
    let (first, second) = (normalMatrix(seed: 1, rows: 17, columns: 5), noisy(17, 5))
    let weights = normalMatrix(seed: 3, rows: 3, columns: 5)
    func measure(_ rows: Range<Int>, batchSize: Int? = nil) throws -> LinearHeadCovariance {
      try LinearHeadCovariance(
        features: first[rows], second[rows], weights: weights, temperature: 0.5,
        batchSize: batchSize)
    }
    let batched = try measure(0..<17, batchSize: 8)
    let halves = try [measure(0..<8), measure(8..<16)].map(\.matrix)
    #expect(difference(batched.matrix, (halves[0] + halves[1]) / 2) < 1e-15)
    #expect(batched.sampleCount == 16 && batched.batchSize == 8)
  }

  @Test func badInputIsRefused() {
    let h = normalMatrix(seed: 1, rows: 4, columns: 2)
    func error(_ weights: Tensor, temperature: Double = 0.5) -> GeometryError? {
      #expect(throws: GeometryError.self) {
        try LinearHeadCovariance(features: h, h, weights: weights, temperature: temperature)
      }
    }
    let identity = Tensor.eye(2, .float64)
    #expect(
      error(Tensor.ones([2, 3]))
        == .wrongInput(.weightsDoNotFit(weights: [2, 3], features: [4, 2]))
    )
    #expect(
      error(identity, temperature: 0) == .wrongInput(.outOfRange(.temperature, value: 0, .above(0)))
    )
    #expect(
      error(Tensor.zeros([2, 2])) == .notMeasurable(.zeroProjections(found: 8, of: 8)))
  }

  private func noisy(_ rows: Int, _ columns: Int) -> Tensor {
    normalMatrix(seed: 1, rows: rows, columns: columns)
      + normalMatrix(seed: 2, rows: rows, columns: columns) * 0.4
  }
}

/// Isotropic features whose two views have nothing in common: there is nothing to predict.
@Suite struct NoiseAloneTests {
  private func noise(
    seed: UInt64, rows: Int, columns: Int, temperature: Double
  ) throws -> ContrastiveCovariance {
    let h = normalMatrix(seed: 2 * seed, rows: rows, columns: columns)
    let other = normalMatrix(seed: 2 * seed + 1, rows: rows, columns: columns)
    return try ContrastiveCovariance(
      features: h, other, projections: h, other, weighting: .ntXent(temperature: temperature),
      batchSize: min(rows, 256))
  }

  @Test func equalWeightsPredictHalfOfTheDirectionsAndAShareOfOneHalf() throws {
    // X is then the sum over pairs of (s·sᵀ − d·dᵀ)/2N, s and d their independent and equally distributed sums
    // and differences. Over single draws the count deviates by 0.6, the share by 0.006: five errors of eight draws.
    let draws = try (0..<8).map {
      try noise(seed: $0, rows: 512, columns: 32, temperature: 1e6)
    }
    let rank = draws.map { Double($0.predictedRank) }.reduce(0, +) / 8
    #expect(rank.isApproximately(16, within: 5 * 0.6 / 8.0.squareRoot()))
    let share = try draws.map { try #require($0.negativeShare) }.reduce(0, +) / 8
    #expect(share.isApproximately(0.5, within: 5 * 0.006 / 8.0.squareRoot()))
  }

  @Test func aSoftmaxThatPrefersNearFeaturesLeansToTheNegative() throws {
    // NumPy, over other draws: 7.9 ± 0.6 and 0.893 ± 0.005, here to five deviations.
    let draw = try noise(seed: 0, rows: 512, columns: 32, temperature: 0.2)
    #expect((5...11).contains(draw.predictedRank))
    #expect(try #require(draw.negativeShare).isApproximately(0.893, within: 0.025))
  }

  @Test func featuresThatAreEqualHaveNoShareAndThoseOfViewsAloneAreAllNegative() throws {
    let first = Tensor([1.0, 0, 0, 1, 0, 0], shape: [2, 3])
    let second = Tensor([-1.0, 0, 0, -1, 0, 0], shape: [2, 3])
    let same = Tensor.ones([2, 3], .float64)
    let x = try ContrastiveCovariance(
      features: same, same, projections: first, second, weighting: .ntXent(temperature: 1))
    #expect(x.negativeShare == nil && x.predictedRank == 0)
    let apart = try ContrastiveCovariance(
      features: same, same * -1, projections: same, same, weighting: .squaredDistance)
    // Up to rounding, which does not count as positive either.
    #expect(try #require(apart.negativeShare).isApproximately(1, within: 1e-15))
    #expect(apart.predictedRank == 0)
  }
}
