import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct ContrastiveCovarianceTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("planes.safetensors") }

  private func measure(
    _ weighting: ContrastiveCovariance.Weighting, batchSize: Int? = nil
  ) throws -> ContrastiveCovariance {
    let first = fixture["contrastive.first"]
    let second = fixture["contrastive.second"]
    let projection = fixture["contrastive.projection"].transposed()
    return try ContrastiveCovariance(
      features: first, second, projections: first.matmul(projection), second.matmul(projection),
      weighting: weighting, batchSize: batchSize)
  }

  @Test func pairsAreWeightedAsInPlainLoops() throws {
    let temperature = fixture.number("contrastive.temperature")
    let symmetric = try measure(.ntXent(temperature: temperature))
    #expect(difference(symmetric.matrix, fixture["contrastive.ntxent"]) < 1e-12)
    #expect(Double(symmetric.predictedRank) == fixture.number("contrastive.ntxent_rank"))
    #expect(
      try #require(symmetric.negativeShare).isApproximately(
        fixture.number("contrastive.ntxent_negative_share"), relative: 1e-12))
    let oneSided = try measure(.squaredDistance)
    #expect(difference(oneSided.matrix, fixture["contrastive.squared"]) < 1e-12)
  }

  @Test func theGradientOfThePapersLossIsMinusWX() throws {
    let x = try measure(.squaredDistance).matrix
    let gradient = -fixture["contrastive.projection"].matmul(x)
    #expect(difference(gradient, fixture["contrastive.squared_loss_gradient"]) < 1e-12)
  }

  @Test func equalViewsPredictFullRankAndNoiseAloneNone() throws {
    let h = normalMatrix(seed: 1, rows: 200, columns: 5)
    let equal = try ContrastiveCovariance(
      features: h, h, projections: h, h, weighting: .ntXent(temperature: 0.5))
    #expect(equal.predictedRank == 5)
    // Rounding may leave a zero a little below.
    #expect(try #require(equal.negativeShare) < 1e-15)
    #expect(abs(equal.augmentation).max().item == 0)
    // Views that share nothing in the last two coordinates, and differ there by far more than samples
    // do, which only the first three tell apart.
    let scale = Tensor([1.0, 1, 1, 0, 0])
    let noise = Tensor([0.0, 0, 0, 3, 3])
    let samples = h * scale
    let first = samples + normalMatrix(seed: 2, rows: 200, columns: 5) * noise
    let second = samples + normalMatrix(seed: 3, rows: 200, columns: 5) * noise
    let noisy = try ContrastiveCovariance(
      features: samples, first, projections: samples, second, weighting: .squaredDistance)
    #expect(noisy.predictedRank == 3)
    let plane = try noisy.leadingPlane(rank: 3)
    let expected = try Planes.spanned(by: (0..<3).map { Tensor.eye(5, .float64)[$0..<$0 + 1] })
    // Samples do not differ in the noisy coordinates, nor views in the others: X falls into two blocks.
    #expect(
      try SubspaceOverlap(plane, expected.planes).overlap.isApproximately(1, within: 1e-12))
  }

  @Test func batchesAreAveraged() throws {
    let halves = try measure(.squaredDistance, batchSize: 7)
    let first = fixture["contrastive.first"]
    let second = fixture["contrastive.second"]
    let projection = fixture["contrastive.projection"].transposed()
    let parts = try [0..<7, 7..<14].map { rows in
      try ContrastiveCovariance(
        features: first[rows], second[rows], projections: first[rows].matmul(projection),
        second[rows].matmul(projection), weighting: .squaredDistance
      ).matrix
    }
    #expect(difference(halves.matrix, (parts[0] + parts[1]) / 2) < 1e-14)
    #expect(halves.sampleCount == 14 && halves.batchSize == 7)
    #expect(try measure(.squaredDistance, batchSize: 9).sampleCount == 9)
  }

  @Test func tilesDoNotChangeTheSum() throws {
    // 2 × 1100 anchors are more than one tile.
    let h = normalMatrix(seed: 1, rows: 1100, columns: 3)
    let views = h + normalMatrix(seed: 2, rows: 1100, columns: 3) * 0.3
    let tiled = try ContrastiveCovariance(
      features: h, views, projections: h, views, weighting: .ntXent(temperature: 0.5))
    let unit = Tensor.concatenated([h, views]).normalized()
    let own = Tensor.eye(2200, .bool)
    let weights = (unit.matmul(unit.transposed()) / 0.5).filled(where: own, with: -.infinity)
      .softmax(along: 1)
    let partner = Tensor((0..<2200).map { ($0 + 1100) % 2200 })
    let positives = weights.matmul(Tensor.eye(2200, .float64).gathered(partner)).diagonal()
    #expect(
      tiled.augmentation.diagonal().sum().item.isApproximately(
        ((1 - positives)
          * (Tensor.concatenated([h, views]) - Tensor.concatenated([views, h])).squared()
          .sum(along: [1])).mean().item, relative: 1e-9))
  }
}

@Suite struct LinearCollapseTests {
  @Test func gradientDescentFollowsThePredictedFlow() throws {
    var problem = LinearCollapse()
    problem.sampleCount = 60
    problem.learningRate = 0.01
    let points = try problem.trajectory(steps: 200, every: 50)
    #expect(points.map(\.time) == [0, 0.5, 1, 1.5, 2])
    for point in points {
      #expect(point.measured.count == 16)
      for (measured, predicted) in zip(point.measured, point.predicted) {
        // Steps of length δ leave the flow by some δ of the change.
        #expect(measured.isApproximately(predicted, within: 0.03 * point.predicted[0]))
      }
    }
  }

  @Test func frozenTheoryHoldsAtTheStart() throws {
    var problem = LinearCollapse()
    problem.sampleCount = 60
    problem.initialScale = 0.01
    problem.learningRate = 0.002
    let points = try problem.trajectory(steps: 100, every: 50)
    for point in points {
      for (measured, frozen) in zip(point.measured, point.frozen) {
        // X changes with the squares of z's lengths, some 16·10⁻⁴, which grow by a third in this time.
        #expect(measured.isApproximately(frozen, within: 0.005 * point.frozen[0]))
      }
    }
  }

  @Test func strongAugmentationCollapsesTheAugmentedHalfAndWeakDoesNot() throws {
    var strong = LinearCollapse()
    strong.sampleCount = 100
    strong.augmentationVariance = 8
    var weak = strong
    weak.augmentationVariance = 0.1
    #expect(try grown(strong) == 8)
    #expect(try grown(weak) == 16)
  }

  private func grown(_ problem: LinearCollapse) throws -> Int {
    let points = try problem.trajectory(steps: 400, every: 400)
    return zip(points[0].measured, points[1].measured).count { $0 < $1 }
  }
}
