import Datasets
import Foundation
import Synchronization
import Testing

@Suite struct ReadAheadTests {
  /// The numbers that were made, in order; the image of a number is the number.
  private final class Made: Sendable {
    let images = Mutex<[Int]>([])

    func make(_ image: Int) -> [UInt8] {
      images.withLock { $0.append(image) }
      return [UInt8(image)]
    }

    var count: Int { images.withLock { $0.count } }

    /// Waits until as many are made, and a little longer for more.
    func settle(at count: Int) {
      let end = Date().addingTimeInterval(20)
      while self.count < count && Date() < end { usleep(1_000) }
      usleep(30_000)
    }
  }

  private func reader(_ made: Made, limit: Int, threads: Int = 2) -> ReadAhead {
    ReadAhead(limit: limit, threads: threads) { made.make($0) }
  }

  @Test func noMoreIsMadeThanThereIsRoomFor() {
    let made = Made()
    let reader = reader(made, limit: 8)
    defer { reader.end() }
    reader.plan(Array(0..<100))
    var taken = 0
    made.settle(at: 8)
    #expect(made.count == 8)
    for start in stride(from: 0, to: 100, by: 5) {
      let images = reader.take(Array(start..<start + 5))
      taken += 5
      for (image, pixels) in images { #expect(pixels == [UInt8(image)]) }
      #expect(Set(images.keys).isSubset(of: start..<start + 5))
      #expect(made.count <= taken + 8)
    }
    #expect(Set(made.images.withLock { $0 }).count == made.count, "nothing is made twice")
  }

  @Test func imagesAreMadeInTheOrderOfThePlan() {
    let made = Made()
    let reader = reader(made, limit: 6, threads: 1)
    defer { reader.end() }
    let plan = [4, 9, 1, 7, 0, 3, 2, 5]
    reader.plan(plan)
    made.settle(at: 6)
    #expect(made.images.withLock { $0 } == Array(plan.prefix(6)))
    #expect(reader.take([4, 9]).keys.sorted() == [4, 9])
    made.settle(at: 8)
    #expect(made.images.withLock { $0 } == plan)
  }

  @Test func whatNobodyHasBegunWithIsLeftToTheCaller() {
    let made = Made()
    let reader = reader(made, limit: 2, threads: 1)
    defer { reader.end() }
    reader.plan(Array(0..<10))
    made.settle(at: 2)
    // The caller makes 2 and 3 itself, and nobody else does.
    #expect(reader.take([0, 1, 2, 3]).keys.sorted() == [0, 1])
    made.settle(at: 4)
    #expect(made.images.withLock { $0 } == [0, 1, 4, 5])
    #expect(reader.take([40]).isEmpty, "what was not planned")
    #expect(reader.take([4, 5]).keys.sorted() == [4, 5])
  }

  @Test func anotherPlanKeepsWhatItNeedsOfWhatIsMade() {
    let made = Made()
    let reader = reader(made, limit: 4, threads: 1)
    defer { reader.end() }
    reader.plan([0, 1, 2, 3])
    made.settle(at: 4)
    reader.plan([2, 3, 8, 9, 7])
    made.settle(at: 6)
    #expect(made.images.withLock { $0 } == [0, 1, 2, 3, 8, 9])
    #expect(reader.take([2, 3]).keys.sorted() == [2, 3])
    made.settle(at: 7)
    #expect(made.images.withLock { $0.last } == 7)
  }

  @Test func anImageThatIsNeededTwiceIsThereTwice() {
    let made = Made()
    let reader = reader(made, limit: 4, threads: 1)
    defer { reader.end() }
    reader.plan([5, 6, 5, 8])
    made.settle(at: 3)
    #expect(made.images.withLock { $0 } == [5, 6, 8])
    #expect(reader.take([5, 6]).count == 2)
    #expect(reader.take([5, 8]) == [5: [5], 8: [8]])
  }

  @Test func whatIsBeingMadeIsWaitedFor() {
    let mayEnd = DispatchSemaphore(value: 0)
    let hasBegun = DispatchSemaphore(value: 0)
    let reader = ReadAhead(limit: 1, threads: 1) { image in
      hasBegun.signal()
      mayEnd.wait()
      return [UInt8(image)]
    }
    defer { reader.end() }
    reader.plan([3])
    hasBegun.wait()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { mayEnd.signal() }
    #expect(reader.take([3]) == [3: [3]])
  }

  @Test func nothingIsMadeAfterTheEnd() {
    let made = Made()
    let reader = reader(made, limit: 4)
    reader.plan(Array(0..<50))
    made.settle(at: 4)
    reader.end()
    let count = made.count
    reader.plan(Array(0..<50))
    #expect(reader.take([0, 1]).isEmpty)
    made.settle(at: 0)
    #expect(made.count == count)
  }
}
