import Datasets
import Testing

@Suite struct EpochOrderTests {
  @Test func anEpochVisitsEverySampleOnce() {
    #expect(EpochOrder(count: 1000, seed: 3, epoch: 5).indices.sorted() == Array(0..<1000))
  }

  @Test func theOrderIsSetBySeedAndEpoch() {
    let order = EpochOrder(count: 100, seed: 3, epoch: 5).indices
    #expect(order == EpochOrder(count: 100, seed: 3, epoch: 5).indices)
    #expect(order != EpochOrder(count: 100, seed: 3, epoch: 6).indices)
    #expect(order != EpochOrder(count: 100, seed: 4, epoch: 5).indices)
    #expect(order != Array(0..<100))
  }

  @Test func everySampleIsAsLikelyToComeFirstAsAnyOther() {
    var first = [Int](repeating: 0, count: 5)
    for epoch in 0..<5000 { first[EpochOrder(count: 5, seed: 0, epoch: epoch).indices[0]] += 1 }
    // Binomial with mean 1000 and standard deviation 28: five of those.
    #expect(first.allSatisfy { abs($0 - 1000) < 141 })
  }

  @Test func batchesFollowTheOrderAndTheLastIncompleteOneIsDropped() throws {
    let order = EpochOrder(count: 10, seed: 1, epoch: 0)
    let batches = try order.batches(of: 4)
    #expect(batches.map(Array.init) == [Array(order.indices[0..<4]), Array(order.indices[4..<8])])
    #expect(try order.batches(of: 10).count == 1)
  }

  @Test func aBatchLargerThanTheDataIsRefusedWithBothNumbers() {
    let order = EpochOrder(count: 10, seed: 1, epoch: 0)
    let error = #expect(throws: DatasetError.self) { try order.batches(of: 11) }
    #expect(
      error?.description
        == "batch size: 11 is more than the 10 training images; choose 10 or less, or add images")
    for size in [0, -3, .min] {
      let error = #expect(throws: DatasetError.self) { try order.batches(of: size) }
      #expect(error == DatasetError("batch size", .outOfRange(size, allowed: 1...Int.max)))
    }
    let most = #expect(throws: DatasetError.self) { try order.batches(of: .max) }
    #expect(most?.fault == .batch(size: .max, imageCount: 10))
  }
}
