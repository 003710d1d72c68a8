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
    // Five useless weights cost some 5/1000, with a standard error of 2√5/1000: five of them.
    #expect(regression.score.isApproximately(-0.005, within: 0.022))
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
  }

  @Test func anAngleAsANumberOnALineIsReadUpToItsFirstHarmonic() throws {
    var random = CounterRandom(seed: 3)
    let hues = (0..<40_000).map { _ in Double(random.uniform()) }
    let angles = hues.map { 2 * Double.pi * $0 }
    let x = Tensor(angles.flatMap { [cos($0 + 1), sin($0 + 1)] }, shape: [40_000, 2])
    let linear = try AttributeRegression(
      training: x[0..<20_000], .linear([Double](hues[..<20_000])), test: x[20_000..<40_000],
      .linear([Double](hues[20_000...])))
    // u − ½ = −Σ sin(2πku)/(πk): the first term has 1/(2π²) of the variance 1/12. The standard error is 0.004.
    #expect(linear.score.isApproximately(6 / (Double.pi * Double.pi), within: 5 * 0.004))
  }

  @Test func aKindIsReadByTheProbe() throws {
    let x = normals(1, 300, 3)
    let kinds = x.argmax(along: 1).scalars(Int.self)
    let regression = try AttributeRegression(
      training: x[0..<200], .categorical([Int](kinds[..<200])), test: x[200..<300],
      .categorical([Int](kinds[200...])))
    let probe = try LinearProbe(
      training: LabeledEmbeddings(embeddings: x[0..<200], labels: [Int](kinds[..<200])))
    let test = try LabeledEmbeddings(embeddings: x[200..<300], labels: [Int](kinds[200...]))
    #expect(try regression.score == probe.accuracy(on: test))
    #expect(regression.penalty == probe.penalty)
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
}
