import Geometry
import TestSupport
import Testing
import Torch

@Suite struct ProcrustesTests {
  private func distance(_ x: Tensor, _ y: Tensor, components: Int = 64) throws -> Double {
    try ProcrustesShape(of: x, components: components)
      .distance(to: ProcrustesShape(of: y, components: components))
  }

  @Test func theDistanceIsThatOfSciPysBestRotation() throws {
    let fixture = try Fixture("measures.safetensors")
    let (x, y) = (fixture["procrustes.x"], fixture["procrustes.y"])
    for (components, key) in [(64, "wide"), (4, "narrow")] {
      let ours = try distance(x, y, components: components)
      #expect(ours.isApproximately(fixture.number("procrustes.\(key)"), relative: 1e-9), "\(key)")
      #expect(ours.isApproximately(try distance(y, x, components: components), relative: 1e-12))
    }
  }

  @Test func rotationScaleShiftAndMoreCoordinatesChangeNothing() throws {
    let x = normalMatrix(seed: 1, rows: 60, columns: 9)
    let embedded = x.matmul(
      normalMatrix(seed: 2, rows: 200, columns: 9).orthonormalized().transposed())
    // 1 − ‖AᵀB‖ is a difference of ones.
    #expect(try distance(x, x.matmul(orthogonalMatrix(seed: 3, size: 9)) * 4 + 2) < 1e-13)
    #expect(try distance(x, embedded * -0.1 - 7) < 1e-13)
    let order = Tensor((0..<60).map { $0 * 7 % 60 })
    let y = normalMatrix(seed: 4, rows: 60, columns: 9)
    #expect(
      try distance(x.gathered(order), y.gathered(order))
        .isApproximately(distance(x, y), relative: 1e-11))
  }

  @Test func aStretchHasTheDistanceOfItsSingularValues() throws {
    // X = U·diag(s), Y = X·diag(t): AᵀB = diag(s·st)/(‖s‖‖st‖).
    let x = matrix(rows: 40, singularValues: [3, 2, 1], seed: 6)
    let (u, s, _) = x.singularValueDecomposition()
    let diagonal = u * s
    let stretched = diagonal * Tensor([1, 2, 5] as [Double])
    let inner = 9.0 + 8 + 5
    let expected = 2 - 2 * inner / (14.0.squareRoot() * (9.0 + 16 + 25).squareRoot())
    #expect(try distance(diagonal, stretched).isApproximately(expected, within: 1e-12))
  }

  @Test func layersThatShareNothingAreTwoApart() throws {
    // Centred columns of ±1 that are orthogonal to each other.
    let x = Tensor([1, 1, -1, -1] as [Double], shape: [4, 1])
    let y = Tensor([1, -1, 1, -1] as [Double], shape: [4, 1])
    #expect(try distance(x, y).isApproximately(2, within: 1e-15))
  }

  @Test func otherSamplesAndRowsThatDoNotVaryAreErrors() throws {
    let x = normalMatrix(seed: 1, rows: 10, columns: 3)
    #expect(throws: GeometryError.self) {
      try distance(x, normalMatrix(seed: 1, rows: 9, columns: 3))
    }
    #expect(throws: GeometryError.notMeasurable(.noVariance(of: .embeddings))) {
      try ProcrustesShape(of: Tensor.ones([5, 3], .float64))
    }
  }
}
