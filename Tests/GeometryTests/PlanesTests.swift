import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct PlanesTests {
  private func planes(_ bases: Tensor) throws -> Planes {
    // Spanned by their own columns, which are orthonormal already.
    try Planes.spanned(by: (0..<bases.size(2)).map { bases.select($0, along: 2) }).planes
  }

  @Test func overlapAndAnglesAreSciPys() throws {
    let fixture = try Fixture("planes.safetensors")
    let first = fixture["subspaces.first"]
    let second = fixture["subspaces.second"]
    for pair in 0..<first.size(0) {
      let overlap = try SubspaceOverlap(
        planes(first[pair..<pair + 1]), planes(second[pair..<pair + 1]))
      #expect(
        overlap.overlap.isApproximately(
          fixture["subspaces.overlaps"][pair].item, relative: 1e-12))
      #expect(overlap.random == 3.0 / 9)
      let angles: [Double] = fixture["subspaces.angles"][pair].scalars()
      for (ours, theirs) in zip(overlap.principalAngles, angles) {
        // The bases themselves are rounded to 10⁻¹⁶, however small the angle.
        #expect(ours.isApproximately(theirs, within: 1e-14))
      }
    }
  }

  @Test func aRotationOfAKnownPlaneHasItsAngle() throws {
    for angle in [1e-10, 1e-3, 0.7, 1.5] {
      let first = try planes(Tensor([1.0, 0, 0, 1, 0, 0, 0, 0], shape: [1, 4, 2]))
      let second = try planes(
        Tensor([cos(angle), 0, 0, 1, sin(angle), 0, 0, 0], shape: [1, 4, 2]))
      let overlap = try SubspaceOverlap(first, second)
      #expect(overlap.principalAngles[0].isApproximately(angle, relative: 1e-5))
      #expect(overlap.principalAngles[1].isApproximately(0, within: 1e-15))
      #expect(
        overlap.overlap.isApproximately((1 + cos(angle) * cos(angle)) / 2, relative: 1e-12))
    }
  }

  @Test func overlapDoesNotDependOnTheBasisOrTheAxes() throws {
    let first = normalMatrix(seed: 1, rows: 8, columns: 3)
    let second = normalMatrix(seed: 2, rows: 8, columns: 3)
    let mixed = second.matmul(normalMatrix(seed: 3, rows: 3, columns: 3))
    let rotation = orthogonalMatrix(seed: 4, size: 8)
    let plain = try SubspaceOverlap(planes(first.unsqueezed(0)), planes(second.unsqueezed(0)))
    let changed = try SubspaceOverlap(
      planes(rotation.matmul(first).unsqueezed(0)), planes(rotation.matmul(mixed).unsqueezed(0)))
    #expect(plain.overlap.isApproximately(changed.overlap, relative: 1e-12))
    for (left, right) in zip(plain.principalAngles, changed.principalAngles) {
      #expect(left.isApproximately(right, within: 1e-12))
    }
  }

  @Test func randomPlanesOverlapAsTheBaselineSays() throws {
    var draws: [Tensor] = []
    for seed in 0..<400 { draws.append(orthogonalMatrix(seed: UInt64(seed), size: 10)) }
    let bases = Tensor.stacked(draws).slice(0..<4, along: 2)
    let fixed = try planes(Tensor.eye(10, .float64).slice(0..<4, along: 1).unsqueezed(0))
    let overlap = try SubspaceOverlap(planes(bases), fixed)
    // The overlap's variance for 4 of 10 is 0.009; five standard errors over 400 draws.
    #expect(overlap.overlap.isApproximately(overlap.random, within: 5 * (0.009 / 400).squareRoot()))
  }

  @Test func neighboursAndTangentPlanesAreScikitLearns() throws {
    let fixture = try Fixture("planes.safetensors")
    let points = fixture["surface.points"]
    let nearest = try NearestRows(of: points, count: 12)
    #expect(nearest.indices.scalars(Int.self) == fixture["surface.neighbours"].scalars(Int.self))
    #expect(difference(nearest.distances, fixture["surface.distances"]) < 1e-12)
    let tangent = try Planes.tangent(to: points, rank: 2, neighborCount: 12)
    // The third singular value is far from the second, so rounding does not tilt the planes.
    #expect(difference(projectors(tangent.basis), fixture["surface.projectors"]) < 1e-10)
    let some = try Planes.tangent(to: points, at: [3, 149], rank: 2, neighborCount: 12)
    #expect(
      difference(projectors(some.basis), fixture["surface.projectors"].gathered(Tensor([3, 149])))
        < 1e-10)
  }

  @Test func theTangentPlaneOfAFlatSheetIsTheSheet() throws {
    let sheet = normalMatrix(seed: 1, rows: 100, columns: 3)
    let embedding = normalMatrix(seed: 2, rows: 3, columns: 12)
    let tangent = try Planes.tangent(to: sheet.matmul(embedding) + 4, rank: 3)
    let exact = try planes(embedding.transposed().unsqueezed(0))
    #expect(try SubspaceOverlap(tangent, exact).overlap.isApproximately(1, within: 1e-12))
  }

  @Test func factorsThatDoNotMoveAPointLeaveItOut() throws {
    let first = Tensor([1.0, 0, 0, 0, 0, 0, 2, 0, 0], shape: [3, 3])
    let second = Tensor([0.0, 3, 0, 0, 1, 0, 5, 0, 0], shape: [3, 3])
    let (planes, points) = try Planes.spanned(by: [first, second])
    #expect(points == [0], "at 1 the first is zero, at 2 they are parallel")
    #expect(planes.count == 1)
    #expect(
      difference(
        projectors(planes.basis)[0], Tensor([1.0, 0, 0, 0, 1, 0, 0, 0, 0], shape: [3, 3])) < 1e-15)
  }
}
