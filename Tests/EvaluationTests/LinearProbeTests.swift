import Evaluation
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct LinearProbeTests {
  private func normals(_ seed: UInt64, _ rows: Int, _ columns: Int) -> Tensor {
    var random = CounterRandom(seed: seed)
    return Tensor(
      (0..<rows * columns).map { _ in Double(random.normal()) }, shape: [rows, columns])
  }

  /// Classes by the largest of the first three coordinates, blurred.
  private func problem(seed: UInt64, rows: Int, noise: Double) throws -> LabeledEmbeddings {
    let x = normals(seed, rows, 6)
    let scores = x.slice(0..<3, along: 1) + normals(seed + 100, rows, 3) * noise
    return try LabeledEmbeddings(
      embeddings: x * Tensor([1.0, 100, 0.01, 1, 5, 1]) + 3,
      labels: scores.argmax(along: 1).scalars(Int.self))
  }

  /// The rows whose largest of three scores is clear of the second.
  private func gapped(seed: UInt64, rows: Int) throws -> LabeledEmbeddings {
    let all = try problem(seed: seed, rows: rows, noise: 0)
    let scores = normals(seed, rows, 6).slice(0..<3, along: 1).scalars(Double.self)
    let clear = (0..<rows).filter { row in
      let sorted = scores[3 * row..<3 * row + 3].sorted()
      return sorted[2] - sorted[1] > 0.5
    }
    return try LabeledEmbeddings(
      embeddings: all.embeddings.gathered(Tensor(clear)), labels: clear.map { all.labels[$0] })
  }

  @Test func classesWithAGapBetweenThemAreToldWithoutAnError() throws {
    let probe = try LinearProbe(training: gapped(seed: 1, rows: 1500))
    #expect(probe.converged)
    #expect(probe.heldOutAccuracies.count == LinearProbe.penalties.count)
    // The boundary is known to far less than the gap of half a deviation.
    #expect(try probe.accuracy(on: gapped(seed: 2, rows: 500)) == 1)
  }

  @Test func aPenaltyThatIsGivenIsUsed() throws {
    let probe = try LinearProbe(
      training: problem(seed: 1, rows: 200, noise: 1), penalties: [0.25])
    #expect(probe.penalty == 0.25)
    #expect(probe.heldOutAccuracies.isEmpty)
  }

  @Test func thePenaltyThatServesHeldOutRowsBestIsChosen() throws {
    let probe = try LinearProbe(training: problem(seed: 5, rows: 120, noise: 2))
    let best = probe.heldOutAccuracies.map(\.accuracy).max()
    let chosen = probe.heldOutAccuracies.first { $0.penalty == probe.penalty }
    #expect(chosen?.accuracy == best)
  }

  @Test func theGradientIsThatOfTheObjective() {
    let regression = SoftmaxRegression(
      features: normals(1, 30, 4), labels: Tensor((0..<30).map { $0 % 3 }), classCount: 3)
    let point = normals(2, 3, 5)
    let direction = normals(3, 3, 5)
    let step = 1e-5
    let ahead = regression.objective(point + direction * step, penalty: 0.1).value
    let behind = regression.objective(point - direction * step, penalty: 0.1).value
    let gradient = regression.objective(point, penalty: 0.1).gradient
    // Central differences are off by step² times third derivatives of size 1, and by rounding/step.
    #expect(
      ((ahead - behind) / (2 * step))
        .isApproximately((gradient * direction).sum().item, within: 1e-9))
  }

  @Test func theFitIsTheMinimumHoweverLittlePenalty() {
    let features = normals(1, 400, 20)
    // Correlated and, without a penalty, separable: slow for an ordinary descent.
    let mixed = features.matmul(normals(2, 20, 20))
    let labels = features.slice(0..<4, along: 1).argmax(along: 1)
    let regression = SoftmaxRegression(features: mixed, labels: labels, classCount: 4)
    for penalty in [1, 1e-3, 1e-6] {
      let fit = regression.fit(penalty: penalty)
      #expect(fit.converged)
      #expect(fit.steps < 500)
      let gradient = regression.objective(fit.point, penalty: penalty).gradient
      #expect(abs(gradient).max().item <= 1e-9)
    }
  }

  @Test func theFitDoesNotDependOnItsStartEvenWhereNoRowBends() {
    let features = normals(1, 300, 8)
    let labels = features.slice(0..<3, along: 1).argmax(along: 1)
    let regression = SoftmaxRegression(features: features, labels: labels, classCount: 3)
    let fit = regression.fit(penalty: 1e-2)
    // Every row is told right there, with probabilities of 0 and 1: the penalty alone has a curvature.
    let settled = Tensor.eye(9, .float64)[0..<3] * 1e7
    let other = regression.fit(penalty: 1e-2, from: settled)
    #expect(other.converged)
    // A gradient below 10⁻⁹, curvature at least 10⁻².
    #expect(abs(other.point - fit.point).max().item < 1e-6)
  }

  @Test func shiftAndScaleOfACoordinateDoNotMatter() throws {
    let training = try problem(seed: 1, rows: 300, noise: 0.5)
    let moved = try LabeledEmbeddings(
      embeddings: training.embeddings * Tensor([2.0, 3, 1e-3, 1e4, 1, 7]) - 11,
      labels: training.labels)
    let one = try LinearProbe(training: training, penalties: [1e-2])
    let other = try LinearProbe(training: moved, penalties: [1e-2])
    #expect(
      try one.predictions(for: training.embeddings) == other.predictions(for: moved.embeddings))
  }

  @Test func aCoordinateThatNeverVariesIsHarmless() throws {
    let training = try problem(seed: 1, rows: 300, noise: 0.5)
    let constant = Tensor.full([300, 1], 0.1, .float64)
    let widened = try LabeledEmbeddings(
      embeddings: Tensor.concatenated([training.embeddings, constant], along: 1),
      labels: training.labels)
    let probe = try LinearProbe(training: widened)
    #expect(probe.converged)
    let without = try LinearProbe(training: training)
    #expect(probe.penalty == without.penalty)
    #expect(
      try probe.predictions(for: widened.embeddings)
        == without.predictions(for: training.embeddings)
    )
  }

  @Test func everyFifthOfEachClassIsHeldOut() {
    let split = HeldOut(stratifiedBy: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    // By class: rows 0, 2, 4, 6, 8 and 1, 3, 5, 7, 9.
    #expect(split.heldOut == [8, 9])
    #expect(split.fitted == [0, 1, 2, 3, 4, 5, 6, 7])
  }
}
