import Foundation
import Geometry
import Records
import TestSupport
import Testing
import Torch

@Suite struct ViewStatisticsTests {
  let first = normalMatrix(seed: 1, rows: 40, columns: 6) + 2
  let second = normalMatrix(seed: 2, rows: 40, columns: 6) * 0.3 + 2

  private func rows(_ tensor: Tensor) -> [[Double]] {
    (0..<tensor.size(0)).map { tensor[$0].scalars(Double.self) }
  }

  private func squaredDistance(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  @Test func invarianceIsTheRatioOverAllPairs() throws {
    let (a, b) = (rows(first), rows(second))
    let within = (0..<40).map { squaredDistance(a[$0], b[$0]) }.reduce(0, +) / 40
    var between: [Double] = []
    for i in 0..<40 {
      for j in 0..<40 where i != j {
        between.append(squaredDistance(a[i], b[j]))
      }
    }
    let expected = within / (between.reduce(0, +) / Double(between.count))
    #expect(try invariance(first, second).isApproximately(expected, relative: 1e-12))
  }

  @Test func invarianceIsZeroForEqualViewsAndAboutOneForUnrelatedOnes() throws {
    #expect(try invariance(first, first) == 0)
    let a = normalMatrix(seed: 3, rows: 4000, columns: 8)
    let b = normalMatrix(seed: 4, rows: 4000, columns: 8)
    // The squared distances' relative deviation is 0.5, over √4000 of them: four deviations.
    #expect(try invariance(a, b).isApproximately(1, within: 0.032))
  }

  @Test func invarianceIgnoresShiftScaleAndRotation() throws {
    let rotation = orthogonalMatrix(seed: 7, size: 6)
    let moved = [first, second].map { $0.matmul(rotation) * 5 - 3 }
    #expect(
      try invariance(moved[0], moved[1])
        .isApproximately(invariance(first, second), relative: 1e-11))
  }

  @Test func uniformityIsTheMeanOverDifferentPairs() throws {
    let unit = rows(first).map { row in
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
    var kernels: [Double] = []
    for i in 0..<40 {
      for j in 0..<i { kernels.append(exp(-2 * squaredDistance(unit[i], unit[j]))) }
    }
    let expected = log(kernels.reduce(0, +) / Double(kernels.count))
    #expect(try uniformity(first).isApproximately(expected, relative: 1e-12))
  }

  @Test func uniformityInTilesIsUniformityInOnePiece() throws {
    let x = normalMatrix(seed: 9, rows: 2500, columns: 3)
    let unit = x.normalized()
    let kernel = exp((unit.matmul(unit.transposed()) * 2 - 2) * 2).sum().item
    let expected = log((kernel - 2500) / (2500 * 2499))
    #expect(try uniformity(x).isApproximately(expected, relative: 1e-11))
  }

  /// Squares of these are zero or infinite in float32.
  @Test(arguments: [1e-30, 1e-13, 1e25]) func whatIsOfUnitRowsSeesNoScale(_ scale: Double) throws {
    let x = normalMatrix(seed: 5, rows: 50, columns: 6).to(.float32)
    let y = (normalMatrix(seed: 6, rows: 50, columns: 6).to(.float32) + x).contiguous()
    for (one, other) in [
      (try uniformity(x), try uniformity(x * scale)),
      (try alignment(x, y), try alignment(x * scale, y * scale)),
      (try neighborJaccard(x, y), try neighborJaccard(x * scale, y)),
    ] {
      #expect(one.isApproximately(other, relative: 1e-5), "float32's rounding")
    }
    let zeros = Tensor.zeros([2, 6]).unitRows()
    #expect(zeros.scalars(Float.self).allSatisfy { $0 == 0 })
    // One long row does not hide the others.
    let mixed = Tensor.concatenated([x, x[0..<1] * scale])
    let expected = Tensor.concatenated([x, x[0..<1]])
    #expect(try uniformity(mixed).isApproximately(uniformity(expected), relative: 1e-5))
  }

  @Test func uniformityHasItsExtremes() throws {
    #expect(try uniformity(Tensor.ones([10, 3], .float64)).isApproximately(0, within: 1e-12))
    let opposite = Tensor([1.0, 0, -1, 0], shape: [2, 2])
    #expect(try uniformity(opposite).isApproximately(-8, relative: 1e-12))
  }

  @Test func alignmentAndOrbitSpreadOfTwoViewsAreFourToOne() throws {
    let aligned = try alignment(first, second)
    // Two views lie half their distance from their centroid.
    #expect(
      try orbitSpread(views: [first, second]).isApproximately(aligned / 4, relative: 1e-12))
    #expect(try orbitSpread(views: [first, first, first * 2]).isApproximately(0, within: 1e-30))
  }

  @Test func orbitSpreadOfAnArrayOfOrbitsIsThePlainFormula() throws {
    // samples × views × dimension.
    let (samples, views, dimension) = (12, 7, 5)
    let orbits = normalMatrix(seed: 8, rows: samples * views, columns: dimension)
      .reshaped([samples, views, dimension])
    var sum = 0.0
    for sample in 0..<samples {
      let unit = rows(orbits[sample]).map { row in
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / length }
      }
      let centroid = (0..<dimension).map { axis in
        unit.reduce(0) { $0 + $1[axis] } / Double(views)
      }
      sum += unit.reduce(0) { $0 + squaredDistance($1, centroid) }
    }
    let spread = try orbitSpread(views: (0..<views).map { orbits.select($0, along: 1) })
    #expect(spread.isApproximately(sum / Double(samples * views), relative: 1e-12))
  }

  @Test func theRatioOfTheSpreadsOfTwoLayersIsTheOneTheyWereBuiltWith() throws {
    // Views at ±a about a direction of the sample's own: their centroid is cos a long, and sin²a is their spread.
    func views(_ angle: Double) -> [Tensor] {
      [1.0, -1].map { sign in
        Tensor(
          (0..<9).flatMap { sample -> [Double] in
            let turn = 0.7 * Double(sample) + sign * angle
            return [3 * cos(turn), 3 * sin(turn)]
          }, shape: [9, 2])
      }
    }
    let (h, z) = (try orbitSpread(views: views(0.8)), try orbitSpread(views: views(0.1)))
    #expect(h.isApproximately(pow(sin(0.8), 2), within: 1e-14))
    #expect((h / z).isApproximately(pow(sin(0.8) / sin(0.1), 2), relative: 1e-12))
  }
}
