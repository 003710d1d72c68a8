import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct NeighborJaccardTests {
  /// Points on a circle at rising angles: neighbours are neighbours in order.
  private func circle(_ angles: [Double]) -> Tensor {
    Tensor(angles.flatMap { [cos($0), sin($0)] }, shape: [angles.count, 2])
  }

  @Test func aLayerAgreesWithItselfAndWithItsRotatedAndScaledCopy() throws {
    let x = normalMatrix(seed: 1, rows: 60, columns: 5)
    let turned = Tensor([0, 1, 1, 0] as [Double], shape: [2, 2])
    #expect(try neighborJaccard(x, x) == 1)
    #expect(try neighborJaccard(x, x * 3) == 1)
    let points = circle((0..<30).map { Double($0 * $0) / 1000 })
    #expect(try neighborJaccard(points, points.matmul(turned)) == 1)
  }

  @Test func neighboursAreCountedAsByHand() throws {
    // Two neighbours of each of four points: {1,2}, {0,2}, {1,3}, {2,1} at rising angles.
    let first = circle([0, 0.1, 0.25, 0.45])
    // Points 1 and 3 have changed places: {3,2}, {2,3}, {3,1}, {0,2}.
    let second = circle([0, 0.45, 0.25, 0.1])
    // Shared of 2 and 2: {2} of 3, {2} of 3, both of 2, {2} of 3.
    let expected = (1.0 / 3 + 1.0 / 3 + 1 + 1.0 / 3) / 4
    #expect(
      try neighborJaccard(first, second, neighborCount: 2).isApproximately(expected, within: 1e-15))
  }

  @Test func unrelatedLayersShareNeighboursByChance() throws {
    let x = normalMatrix(seed: 2, rows: 400, columns: 8)
    let y = normalMatrix(seed: 3, rows: 400, columns: 8)
    // A shared neighbour counts 1/19; ten draws of ten among 399 share 100/399, with deviation 0.49 a sample.
    let mean = 100.0 / 399 / 19.75
    let value = try neighborJaccard(x, y)
    #expect(value.isApproximately(mean, within: 4 * 0.49 / 19.5 / 20))
  }

  @Test func fewerSamplesThanNeighboursAndUnequalLayersAreErrors() {
    let x = normalMatrix(seed: 1, rows: 10, columns: 3)
    #expect(throws: GeometryError.self) { try neighborJaccard(x, x) }
    #expect(throws: GeometryError.self) {
      try neighborJaccard(x, normalMatrix(seed: 1, rows: 9, columns: 3), neighborCount: 3)
    }
  }
}
