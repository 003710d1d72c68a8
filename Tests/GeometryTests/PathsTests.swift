import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct PathsTests {
  /// Five points on circles about the origin, a sample each, from angles of its own.
  private func circles(spacing: Double, speed: Double, samples: Int = 6) -> [Tensor] {
    (0..<5).map { step in
      Tensor(
        (0..<samples).flatMap { sample -> [Double] in
          let angle = Double(sample) + speed * spacing * Double(step)
          return [2 * cos(angle), 2 * sin(angle)]
        }, shape: [samples, 2])
    }
  }

  @Test func bothFiguresAreNumPys() throws {
    let fixture = try Fixture("measures.safetensors")
    let all = fixture["paths.points"]
    let points = (0..<5).map { all.select($0, along: 1) }
    let curvature = try pathCurvature(points: points, spacing: fixture.number("paths.spacing"))
    #expect(curvature.isApproximately(fixture.number("paths.curvature"), relative: 1e-9))
    #expect(
      try orbitSpread(views: points)
        .isApproximately(fixture.number("paths.orbit_spread"), relative: 1e-9))
  }

  @Test func aCircleBendsBySecondDifferencesAndInTheLimitBySpeedSquared() throws {
    for (spacing, speed) in [(0.1, 1.0), (0.05, 3.0)] {
      let points = circles(spacing: spacing, speed: speed)
      // |e^{iω(θ+Δ)} − 2e^{iωθ} + e^{iω(θ−Δ)}| = 2(1 − cos ωΔ).
      let expected = 2 * (1 - cos(speed * spacing)) / (spacing * spacing)
      let curvature = try pathCurvature(points: points, spacing: spacing)
      #expect(curvature.isApproximately(expected, relative: 1e-11))
      #expect(curvature.isApproximately(speed * speed, relative: pow(speed * spacing, 2) / 12))
    }
  }

  @Test func aLinearMapOfACircleThatKeepsLengthsBendsAsTheCircle() throws {
    let points = circles(spacing: 0.1, speed: 1)
    let map = orthogonalMatrix(seed: 2, size: 7)[0..<2] * 5
    let mapped = points.map { $0.matmul(map) }
    #expect(
      try pathCurvature(points: mapped, spacing: 0.1)
        .isApproximately(pathCurvature(points: points, spacing: 0.1), relative: 1e-11))
    // The centroid of angles −2Δ … 2Δ is (1 + 2cos Δ + 2cos 2Δ)/5 long.
    let length = (1 + 2 * cos(0.1) + 2 * cos(0.2)) / 5
    #expect(
      try orbitSpread(views: mapped).isApproximately(1 - length * length, relative: 1e-11))
  }

  @Test func whatDoesNotMoveOrOnlyInLengthDoesNotBend() throws {
    let x = normalMatrix(seed: 1, rows: 8, columns: 3)
    let points = (1...5).map { x * Double($0) }
    // Rounding of unit length over Δ².
    #expect(try pathCurvature(points: points, spacing: 0.1) < 1e-12)
  }

  @Test func tooFewPointsAndNoSpacingAreErrors() {
    let points = circles(spacing: 0.1, speed: 1)
    #expect(throws: GeometryError.wrongInput(.tooFewPathPoints(2))) {
      try pathCurvature(points: Array(points.prefix(2)), spacing: 0.1)
    }
    #expect(throws: GeometryError.self) { try pathCurvature(points: points, spacing: 0) }
  }
}
