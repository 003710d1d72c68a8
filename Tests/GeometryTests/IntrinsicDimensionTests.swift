import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct IntrinsicDimensionTests {
  /// 1,500 points; d·1/√N is 2.6 % of d for TwoNN, and below 1 % for twenty neighbours.
  private let count = 1500

  @Test(arguments: [2, 5])
  func aSphereHasItsDimension(dimension: Int) throws {
    let sphere = normalMatrix(seed: 1, rows: count, columns: dimension + 1).normalized()
    let turned = sphere.matmul(orthogonalMatrix(seed: 2, size: 20)[0..<dimension + 1])
    let estimate = try IntrinsicDimension(of: turned)
    let expected = Double(dimension)
    #expect(estimate.twoNNCensored.isApproximately(expected, relative: 0.1))
    // Curvature and the edge of the neighbourhood count for more with twenty neighbours.
    #expect(estimate.maximumLikelihood.isApproximately(expected, relative: 0.12))
    #expect(estimate.twoNN.isApproximately(expected / 0.744, relative: 0.12))
  }

  @Test func aSwissRollIsASurface() throws {
    var random = CounterRandom(seed: 5)
    let points = (0..<count).flatMap { _ -> [Double] in
      let turn = 1.5 * Double.pi * (1 + 2 * Double(random.uniform()))
      return [turn * cos(turn), 21 * Double(random.uniform()), turn * sin(turn)]
    }
    let estimate = try IntrinsicDimension(of: Tensor(points, shape: [count, 3]))
    #expect(estimate.twoNNCensored.isApproximately(2, relative: 0.1))
    #expect(estimate.maximumLikelihood.isApproximately(2, relative: 0.12))
  }

  @Test func shiftRotationAndScaleDoNotMatter() throws {
    let x = normalMatrix(seed: 1, rows: 300, columns: 4)
    let moved = x.matmul(orthogonalMatrix(seed: 2, size: 4)) * 1000 - 17
    let one = try IntrinsicDimension(of: x)
    let other = try IntrinsicDimension(of: moved)
    #expect(one.twoNN.isApproximately(other.twoNN, relative: 1e-9))
    #expect(one.maximumLikelihood.isApproximately(other.maximumLikelihood, relative: 1e-9))
  }

  @Test func nearPointsFarFromTheOriginAreToldApart() throws {
    // In float32 the product of all pairs has lost them; the distances have not.
    let x = normalMatrix(seed: 1, rows: 200, columns: 3).to(.float32)
    let clusters = Tensor((0..<200).map { Float($0 % 2) * 4096 }, shape: [200, 1])
    let nearest = try NearestRows(of: x + clusters, count: 3)
    let exact = try NearestRows(of: (x + clusters).to(.float64), count: 3)
    #expect(nearest.indices.scalars(Int.self) == exact.indices.scalars(Int.self))
    #expect(difference(nearest.distances, exact.distances) == 0)
  }

  @Test func copiesCountOnceAndZeroIsOneNumber() throws {
    let x = normalMatrix(seed: 1, rows: 60, columns: 3)
    x[0].fill(0)
    let copies = Tensor.concatenated([x, x[5..<9], x[0..<1] * -1])
    #expect(try IntrinsicDimension(of: copies) == IntrinsicDimension(of: x))
  }

  @Test func tooFewDistinctPointsAreRefused() {
    let copies = Tensor.concatenated([Tensor.ones([30, 2]), Tensor.zeros([30, 2])])
    let error = #expect(throws: GeometryError.self) { try IntrinsicDimension(of: copies) }
    #expect(error == .notMeasurable(.tooFewDistinctRows(found: 2, needed: 21)))
  }
}

@Suite struct SimilarityTests {
  @Test func alignmentIgnoresRotationScaleAndShift() throws {
    let x = normalMatrix(seed: 1, rows: 60, columns: 5)
    let moved = x.matmul(orthogonalMatrix(seed: 2, size: 5)) * 3 + 1
    let same = try CenteredKernelAlignment(x, moved)
    #expect(same.value.isApproximately(1, within: 1e-12))
    #expect(try #require(same.debiased).isApproximately(1, within: 1e-12))
  }

  @Test func debiasingTakesAwayWhatFewSamplesShareByChance() throws {
    var sum = (0.0, 0.0)
    for seed in 0..<40 {
      let x = normalMatrix(seed: UInt64(seed), rows: 30, columns: 20)
      let y = normalMatrix(seed: UInt64(seed + 100), rows: 30, columns: 20)
      let similarity = try CenteredKernelAlignment(x, y)
      sum.0 += similarity.value / 40
      sum.1 += (similarity.debiased ?? .nan) / 40
    }
    // E‖YᵀX‖² = 29·20·20 and E‖XᵀX‖² = 29·20·(29+20+1) for 29 degrees of freedom: 20/50, and the ratio's
    // own bias of a few thousandths. Single draws deviate by 0.031 and 0.049: four errors of forty.
    #expect(sum.0.isApproximately(0.4, within: 4 * 0.031 / 40.0.squareRoot()))
    #expect(sum.1.isApproximately(0, within: 4 * 0.049 / 40.0.squareRoot()))
  }

  @Test func belowFourSamplesThereIsNothingToDebias() throws {
    let x = normalMatrix(seed: 1, rows: 10, columns: 2)
    #expect(try CenteredKernelAlignment(x[0..<3], x[0..<3]).debiased == nil)
  }

  @Test func lidarCountsTheDirectionsThatTellSamplesApart() throws {
    // Samples differ along three axes alike, views along all: three directions count.
    let samples = normalMatrix(seed: 1, rows: 3000, columns: 6) * Tensor([9.0, 9, 9, 0, 0, 0])
    let views = (2...4).map { samples + normalMatrix(seed: $0, rows: 3000, columns: 6) }
    let rank = try lidar(views: views)
    // Directions of views alone have 1/3 against 81⅓. Equal variances are spread by √(2/3000) of themselves
    // in a sample, which takes some 0.004 from the rank.
    let shares: [Double] = [244.0 / 735, 1.0 / 735]
    let entropies: [Double] = shares.map { -3 * $0 * log($0) }
    let entropy = entropies[0] + entropies[1]
    #expect(rank.isApproximately(exp(entropy), within: 0.01))
    // And without variance within samples but the constant: up to 0.003 below 3.
    #expect(try lidar(views: [samples, samples]).isApproximately(3, within: 0.01))
  }
}
