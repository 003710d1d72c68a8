import TestSupport
import Testing
import Torch

@testable import Geometry

/// The plane in which embeddings are drawn.
@Suite struct PrincipalPlaneTests {
  @Test func pointsThatAreSpreadAlongKnownDirectionsComeBackThere() throws {
    // Orthogonal sums of squares 2·9 + 2·4 along two axes of three, far from the origin.
    let rows: [Double] = [103, 50, 7, 97, 50, 7, 100, 52, 7, 100, 48, 7]
    let plane = try PrincipalPlane(of: Tensor(rows, shape: [4, 3]))
    // float32 keeps seven digits.
    #expect(
      plane.points.scalars(Double.self).relativeDifference(from: [3, 0, -3, 0, 0, 2, 0, -2]) < 1e-6)
    // Shares of 18 and 8 of 26.
    #expect(abs(plane.shares[0] - 18.0 / 26) < 1e-12 && abs(plane.shares[1] - 8.0 / 26) < 1e-12)
  }

  @Test func theMapIsThatOfASingularValueDecompositionUpToSigns() throws {
    let rows = normalMatrix(seed: 5, rows: 300, columns: 7)
    let plane = try PrincipalPlane(of: rows)
    let centered = rows.to(.float64).centeredRows()
    let (_, values, directions) = centered.singularValueDecomposition()
    let expected = centered.matmul(directions.transposed().slice(0..<2, along: 1))
    let found = plane.points.to(.float64)
    for place in 0..<2 {
      let (a, b) = (found.select(place, along: 1), expected.select(place, along: 1))
      // float32 keeps seven digits of coordinates of order 3.
      #expect(min(abs(a - b).max().item, abs(a + b).max().item) < 1e-5)
      let squares = values.squared()
      let share = squares[place..<place + 1].sum().item / squares.sum().item
      #expect(abs(plane.shares[place] - share) < 1e-10)
    }
  }

  @Test func equalRowsAndOneCoordinateHaveAPlaceToo() throws {
    let equal = try PrincipalPlane(of: Tensor([Double](repeating: 5, count: 6), shape: [3, 2]))
    #expect(equal.points.scalars(Float.self) == [0, 0, 0, 0, 0, 0] && equal.shares == [0, 0])
    let line = try PrincipalPlane(of: Tensor([1.0, 3], shape: [2, 1]))
    #expect(line.points.scalars(Float.self) == [-1, 0, 1, 0] && line.shares == [1, 0])
    #expect(throws: GeometryError.self) { try PrincipalPlane(of: Tensor([1.0], shape: [1, 1])) }
    #expect(throws: GeometryError.self) {
      try PrincipalPlane(of: Tensor([1.0, .nan], shape: [2, 1]))
    }
  }
}
