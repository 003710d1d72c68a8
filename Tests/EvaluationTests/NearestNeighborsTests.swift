import Evaluation
import Foundation
import Testing
import Torch

@Suite struct NearestNeighborsTests {
  private func onCircle(_ degrees: [Double]) -> Tensor {
    let angles = degrees.map { $0 * .pi / 180 }
    return Tensor(angles.flatMap { [cos($0), sin($0)] }, shape: [degrees.count, 2])
  }

  @Test func theNearestByAngleDecides() throws {
    let training = try LabeledEmbeddings(
      embeddings: onCircle([0, 90, 180]) * Tensor([1.0, 5, 0.1], shape: [3, 1]), labels: [0, 1, 2])
    let nearest = try NearestNeighbors(training: training, neighborCount: 1)
    // Lengths do not count.
    #expect(try nearest.predictions(for: onCircle([10, 50, 130, 170]) * 3) == [0, 1, 1, 2])
  }

  @Test func votesAreWeightedByTheExponentialOfTheCosine() throws {
    // At 0°: one neighbour at 5° against two at 40°, whose votes are exp((0.996−0.766)/0.07) = 27
    // times smaller, so that nearness wins; with a large temperature the majority does.
    let training = try LabeledEmbeddings(
      embeddings: onCircle([5, 40, -40]), labels: [0, 1, 1])
    let query = onCircle([0])
    #expect(
      try NearestNeighbors(training: training, neighborCount: 3).predictions(for: query) == [0])
    #expect(
      try NearestNeighbors(training: training, neighborCount: 3, temperature: 10)
        .predictions(for: query) == [1])
  }

  @Test func tilesDoNotChangePredictions() throws {
    var random = CounterRandom(seed: 4)
    let values = (0..<3000 * 4).map { _ in Double(random.normal()) }
    let embeddings = Tensor(values, shape: [3000, 4])
    let labels = (0..<3000).map { values[$0 * 4] > 0 ? 1 : 0 }
    let training = try LabeledEmbeddings(embeddings: embeddings, labels: labels)
    let nearest = try NearestNeighbors(training: training)
    // 3000 queries against 3000 samples are more than one tile; alone, a query is its own tile.
    let together = try nearest.predictions(for: embeddings)
    for row in [0, 1500, 2999] {
      #expect(try nearest.predictions(for: embeddings[row..<row + 1]) == [together[row]])
    }
    let right = zip(together, labels).count { $0 == $1 }
    #expect(try nearest.accuracy(on: training) == Double(right) / 3000)
  }

  @Test func neighborsAreTwentyThenTwoHundred() throws {
    #expect(NearestNeighbors.defaultNeighborCount(trainingSamples: 9_999) == 20)
    #expect(NearestNeighbors.defaultNeighborCount(trainingSamples: 10_000) == 200)
    let few = try LabeledEmbeddings(embeddings: onCircle([0, 90]), labels: [0, 1])
    #expect(try NearestNeighbors(training: few).neighborCount == 2)
  }
}
