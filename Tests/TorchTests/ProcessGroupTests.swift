import Foundation
import TestSupport
import Testing
import Torch

/// What processes do in step. Threads stand for processes: each has its own connections.
@Suite(.serialized) struct ProcessGroupTests {
  @Test(arguments: [1, 2, 3]) func everyMemberHasTheSameSum(_ size: Int) throws {
    let results = try processes(size) { group in
      let small = Tensor([Double(group.rank), 1, -2])
      let large = Tensor.ones([300, 7], .float64) * Double(group.rank + 1)
      let work = try group.sum([small, large])
      let other = Tensor([Float(group.rank) * 0.5])
      try group.sum([other]).wait()
      try work.wait()
      return small.scalars(Double.self) + [large.sum().item, Double(other.item)]
    }
    let ranks = Double(size * (size - 1) / 2)
    for result in results {
      let n = Double(size)
      #expect(
        try result.get() == [ranks, n, -2 * n, 2_100 * (ranks + n), ranks * 0.5])
    }
    #expect(results.count == size)
  }

  @Test func tensorsAreGatheredInTheOrderOfRanksAndBroadcastFromOne() throws {
    let results = try processes(3) { group in
      let own = Tensor([Double(group.rank), 10], shape: [1, 2])
      let all = try group.gathered(own)
      let told = Tensor([Double(group.rank)])
      try group.broadcast(told, from: 2)
      try group.waitForAll()
      return all.scalars(Double.self) + [told.item]
    }
    for result in results { #expect(try result.get() == [0, 10, 1, 10, 2, 10, 2]) }
  }

  @Test func aMemberThatIsGoneFailsTheOthersInTime() throws {
    let start = ContinuousClock.now
    let results = try processes(2, timeout: 2) { group in
      if group.rank == 1 { return true }
      try group.sum([Tensor([1.0])]).wait()
      return false
    }
    #expect(try results[1].get())
    #expect(throws: TorchError.self) { try results[0].get() }
    #expect(start.duration(to: .now) < .seconds(20))
  }

  @Test func aGroupThatDoesNotMeetIsAnError() throws {
    let port = try freePort()
    let place = ProcessGroup.MeetingPoint(host: "127.0.0.1", port: port)
    let error = #expect(throws: TorchError.self) {
      try ProcessGroup(at: place, rank: 0, size: 2, timeout: 1)
    }
    #expect(error?.description.contains("join 2 processes at 127.0.0.1:\(port)") == true)
    #expect(error?.description.contains("\n") == false)
  }
}
