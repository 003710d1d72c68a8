import Testing
import Torch
import TorchNN

/// Running statistics of one batch.
@Suite struct BatchStatisticsTests {
  @Test func everyNormTakesTheStatisticsOfTheBatchThatReachesIt() {
    let norms = Sequential([BatchNorm(2), BatchNorm(2)])
    let first = norms.layers.compactMap { $0 as? BatchNorm }[0]
    let second = norms.layers.compactMap { $0 as? BatchNorm }[1]
    norms.train(false)
    let batch = Tensor([1.0, 10, 3, 10, 5, 40] as [Float], shape: [3, 2])
    norms.settleStatistics { _ = norms(batch) }
    #expect(first.runningMean.tensor.scalars(Float.self) == [3, 20])
    #expect(first.runningVar.tensor.scalars(Float.self) == [4, 300])
    // What the first passes on has mean 0 and, divided by 3, variance 1: 1.5 divided by 2.
    for (mean, variance) in zip(
      second.runningMean.tensor.scalars(Float.self), second.runningVar.tensor.scalars(Float.self))
    {
      #expect(abs(mean) < 1e-6 && abs(variance - 1.5) < 1e-4)
    }
    #expect(!norms.isTraining && !first.isTraining)

    // Training goes on with the momentum that it had.
    norms.train(true)
    _ = first(batch + 10)
    let moved = first.runningMean.tensor.scalars(Float.self)
    #expect(abs(moved[0] - 4) < 1e-5 && abs(moved[1] - 21) < 1e-5)
  }
}
