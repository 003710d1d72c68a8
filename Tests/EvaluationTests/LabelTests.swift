import Evaluation
import Testing
import Torch

/// Labels are names: what they are called, and how large the numbers are, changes nothing.
@Suite struct LabelTests {
  private let large = [7, 3_000_000_000, Int.max]

  private func rows(_ seed: UInt64, _ count: Int) -> Tensor {
    var random = CounterRandom(seed: seed)
    return Tensor(
      (0..<count * 3).map { Double(random.normal()) + ($0 / 3 % 3 == $0 % 3 ? 2 : 0) },
      shape: [count, 3])
  }

  private func embeddings(_ rows: Tensor, named names: [Int]) throws -> LabeledEmbeddings {
    try LabeledEmbeddings(
      embeddings: rows, labels: (0..<rows.size(0)).map { names[$0 % names.count] })
  }

  @Test func nearestNeighborsPredictLabelsOfAnySize() throws {
    let (training, test) = (rows(1, 120), rows(2, 60))
    let small = try NearestNeighbors(training: embeddings(training, named: [0, 1, 2]))
    let sparse = try NearestNeighbors(training: embeddings(training, named: large))
    let predictions = try small.predictions(for: test)
    #expect(Set(predictions).count == 3)
    #expect(try sparse.predictions(for: test) == predictions.map { large[$0] })
    #expect(
      try sparse.accuracy(on: embeddings(test, named: large))
        == small.accuracy(on: embeddings(test, named: [0, 1, 2])))
  }

  @Test func aProbePredictsLabelsOfAnySize() throws {
    let (training, test) = (rows(1, 120), rows(2, 60))
    let small = try LinearProbe(training: embeddings(training, named: [0, 1, 2]))
    let sparse = try LinearProbe(training: embeddings(training, named: large))
    #expect(sparse.penalty == small.penalty)
    #expect(sparse.heldOutAccuracies.map(\.accuracy) == small.heldOutAccuracies.map(\.accuracy))
    let predictions = try small.predictions(for: test)
    #expect(Set(predictions).count == 3)
    #expect(try sparse.predictions(for: test) == predictions.map { large[$0] })
  }

  @Test func classesAreTheLabelsThatThereAreInOrder() throws {
    let given = try LabeledEmbeddings(embeddings: rows(3, 4), labels: [9, 2, 9, 5_000_000_000])
    #expect(given.classes == [2, 9, 5_000_000_000])
  }
}
