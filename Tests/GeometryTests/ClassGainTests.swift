import Geometry
import TestSupport
import Testing
import Torch

@Suite struct ClassGainTests {
  private let h = normalMatrix(seed: 1, rows: 100, columns: 4)

  @Test func meansAreThoseOfTheClassesThatThereAre() throws {
    let rows = Tensor([1, 2, 3, 4, 5, 6, 7, 9] as [Double], shape: [4, 2])
    let means = try classMeans(of: rows, labels: [7, 2, 7, 2])
    #expect(means.scalars(Double.self) == [5, 6.5, 3, 4])
  }

  @Test func twoClassesAreStretchedAsTheLineBetweenThem() throws {
    // Along the first axis by 3, and a random direction by √(9x² + y² + z² + w²), from directions of this test's own.
    let means = Tensor([0, 1, 1, 1, 5, 1, 1, 1] as [Double], shape: [2, 4])
    let scale = Tensor([3, 1, 1, 1] as [Double])
    let directions = normalMatrix(seed: 5, rows: 100_000, columns: 4).normalized()
    let random = (directions * scale).norm(along: 1).mean().item
    let gain = try classGain(at: h, between: means) { $0 * scale }
    // 800 random directions of mean stretch 1.6 that deviates by 0.55: five errors.
    #expect(gain.isApproximately(3 / random, relative: 5 * 0.55 / 1.6 / 800.0.squareRoot()))
  }

  @Test func aHeadThatOnlyRotatesAndScalesHasAGainOfOne() throws {
    let means = normalMatrix(seed: 3, rows: 5, columns: 4)
    let turn = orthogonalMatrix(seed: 4, size: 4)
    let gain = try classGain(at: h, between: means) { $0.matmul(turn) * 7 + 2 }
    #expect(gain.isApproximately(1, within: 1e-12))
  }

  @Test func shiftsAndScalesOfTheMeansChangeNothing() throws {
    let means = normalMatrix(seed: 3, rows: 5, columns: 4)
    let scale = Tensor([3, 1, 0.5, 2] as [Double])
    let gain = try classGain(at: h, between: means) { $0 * scale }
    let moved = try classGain(at: h, between: means * 9 - 4) { $0 * scale }
    #expect(gain.isApproximately(moved, relative: 1e-12))
  }

  @Test func aRandomWideHeadPrefersNoClass() throws {
    let means = normalMatrix(seed: 3, rows: 10, columns: 4)
    let weights = normalMatrix(seed: 6, rows: 4, columns: 2000)
    // ‖Wᵀv‖² of 2,000 normal columns deviates by √(2/2000), its root by half of that.
    #expect(
      try classGain(at: h, between: means) { $0.matmul(weights) }
        .isApproximately(1, within: 4 * 0.016))
  }

  @Test func oneClassAndAConstantHeadHaveNone() {
    let means = normalMatrix(seed: 3, rows: 2, columns: 4)
    #expect(throws: GeometryError.notMeasurable(.constantHead)) {
      try classGain(at: h, between: means) { $0 * 0 }
    }
    #expect(
      throws: GeometryError.notMeasurable(.tooFewRows(of: .classMeans, found: 1, needed: 2))
    ) { try classGain(at: h, between: means[0..<1]) { $0 } }
    #expect(throws: GeometryError.notMeasurable(.zeroTangents)) {
      try classGain(at: h, between: Tensor.ones([3, 4], .float64)) { $0 }
    }
  }
}
