import Geometry
import TestSupport
import Testing
import Torch

/// Labels are names: what they are called, and how large the numbers are, changes nothing.
@Suite struct LabelTests {
  private let rows = [[0, 1, 1], [2, 1, 0], [5, 5, 1], [7, 5, 2], [-4, 0, 3]]

  private func embeddings() -> Tensor {
    Tensor(rows.flatMap { $0.map(Double.init) }, shape: [5, 3])
  }

  /// Σ n_c‖m_c − m‖² over Σ‖x − m‖², by loops.
  private func share(_ groups: [[Int]]) -> Double {
    func mean(_ members: [Int]) -> [Double] {
      (0..<3).map { column in
        members.map { Double(rows[$0][column]) }.reduce(0, +) / Double(members.count)
      }
    }
    let center = mean(Array(0..<5))
    func distance(_ point: [Double]) -> Double {
      zip(point, center).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    }
    let between = groups.map { Double($0.count) * distance(mean($0)) }.reduce(0, +)
    return between / rows.map { distance($0.map(Double.init)) }.reduce(0, +)
  }

  @Test(arguments: [[0, 0, 1, 1, 2], [3_000_000_000, 3_000_000_000, 7, 7, Int.max]])
  func theShareBetweenClassesTakesLabelsOfAnySize(_ labels: [Int]) throws {
    let expected = share([[0, 1], [2, 3], [4]])
    // A few sums in float64.
    #expect(
      try betweenClassShare(of: embeddings(), labels: labels)
        .isApproximately(expected, relative: 1e-13))
  }

  @Test func theNullSpaceTakesLabelsOfAnySize() throws {
    let plane = try Planes.spanned(by: [Tensor([1.0, 0, 0], shape: [1, 3])]).planes
    let small = try NullSpaceEnergy(of: embeddings(), labels: [0, 0, 1, 1, 2], outside: plane)
    let large = try NullSpaceEnergy(
      of: embeddings(), labels: [4, 4, 9, 9, 8_000_000_000], outside: plane)
    #expect(small.betweenClasses != nil && small == large)
  }
}
