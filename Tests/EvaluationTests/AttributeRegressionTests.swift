import Evaluation
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct AttributeRegressionTests {
  private func normals(_ seed: UInt64, _ rows: Int, _ columns: Int) -> Tensor {
    var random = CounterRandom(seed: seed)
    return Tensor(
      (0..<rows * columns).map { _ in Double(random.normal()) }, shape: [rows, columns])
  }

  @Test func aLinearFactorIsReadExactly() throws {
    let x = normals(1, 200, 5)
    let values = (x.matmul(Tensor([1.0, -2, 0, 3, 0.5], shape: [5, 1])) + 4).scalars(Double.self)
    let regression = try AttributeRegression(
      training: x[0..<150], .linear([Double](values[..<150])), test: x[150..<200],
      .linear([Double](values[150...])))
    // Only the smallest L2 weight, 10⁻⁸, keeps it from 1.
    #expect(regression.score.isApproximately(1, within: 1e-12))
  }

  @Test func noiseIsNotRead() throws {
    let x = normals(1, 2000, 5)
    let noise = normals(2, 2000, 1).scalars(Double.self)
    let regression = try AttributeRegression(
      training: x[0..<1000], .linear([Double](noise[..<1000])), test: x[1000..<2000],
      .linear([Double](noise[1000...])))
    #expect(regression.score.isApproximately(0, within: 0.02))
  }

  @Test func halfTheVarianceExplainedIsAnRSquaredOfOneHalf() throws {
    let x = normals(1, 40_000, 2)
    let values = (x.sum(along: [1])).scalars(Double.self)
    let visible = x.slice(0..<1, along: 1)
    let regression = try AttributeRegression(
      training: visible[0..<20_000], .linear([Double](values[..<20_000])),
      test: visible[20_000..<40_000], .linear([Double](values[20_000...])))
    // The standard error of R² at ½ with 20,000 samples is 0.005.
    #expect(regression.score.isApproximately(0.5, within: 0.02))
  }

  @Test func anAngleIsReadThroughItsSineAndCosine() throws {
    var random = CounterRandom(seed: 3)
    let hues = (0..<300).map { _ in Double(random.uniform()) }
    let angles = hues.map { 2 * Double.pi * $0 }
    let x = Tensor(angles.flatMap { [cos($0 + 1), sin($0 + 1)] }, shape: [300, 2])
    let circular = try AttributeRegression(
      training: x[0..<200], .circular([Double](hues[..<200]), period: 1), test: x[200..<300],
      .circular([Double](hues[200...]), period: 1))
    #expect(circular.score.isApproximately(1, within: 1e-10))
    let linear = try AttributeRegression(
      training: x[0..<200], .linear([Double](hues[..<200])), test: x[200..<300],
      .linear([Double](hues[200...])))
    #expect(linear.score < 0.8, "the jump from 1 to 0 is no linear function of the circle")
  }

  @Test func aKindIsReadByTheProbe() throws {
    let x = normals(1, 300, 3)
    let kinds = x.argmax(along: 1).scalars(Int.self)
    let regression = try AttributeRegression(
      training: x[0..<200], .categorical([Int](kinds[..<200])), test: x[200..<300],
      .categorical([Int](kinds[200...])))
    #expect(regression.score > 0.9)
  }

  @Test func ridgeSolvesItsNormalEquations() {
    let x = normals(1, 60, 4)
    let y = normals(2, 60, 2)
    let mean = x.mean(along: [0], keepingDimensions: true)
    let scale = sqrt((x - mean).squared().mean(along: [0], keepingDimensions: true))
    let standardized = (x - mean) / scale
    let left =
      standardized.transposed().matmul(standardized) / 60 + Tensor.eye(4, .float64) * 0.3
    let offset = y.mean(along: [0], keepingDimensions: true)
    let right = standardized.transposed().matmul(y - offset) / 60
    let expected = standardized.matmul(left.solve(right)) + offset
    let difference = RidgeRegression(x).predictions(for: x, fitting: y, penalty: 0.3) - expected
    #expect(abs(difference).max().item < 1e-13)
  }

  @Test func mismatchesAreRefusedInOneLine() {
    let x = normals(1, 10, 2)
    let values = Attribute.linear([Double](repeating: 0, count: 10))
    for (left, right) in [
      (values, Attribute.linear([1])),
      (values, .circular([Double](repeating: 0, count: 10), period: 1)),
      (.linear([Double](repeating: .nan, count: 10)), values), (values, values),
    ] {
      let error = #expect(throws: EvaluationError.self) {
        try AttributeRegression(training: x, left, test: x, right)
      }
      #expect(error?.description.contains("\n") == false)
    }
  }
}
