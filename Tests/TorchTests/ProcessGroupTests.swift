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
    let results = try processes(2, timeout: 20) { group in
      if group.rank == 1 { return true }
      try group.sum([Tensor([1.0])]).wait()
      return false
    }
    #expect(try results[1].get())
    #expect(throws: TorchError.self) { try results[0].get() }
    #expect(start.duration(to: .now) < .seconds(60))
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

  @Test func aMemberWithAnotherIdentityOrARankThatIsTakenIsRefused() throws {
    let place = ProcessGroup.MeetingPoint(host: "127.0.0.1", port: try freePort())
    let results = concurrently(2) { rank in
      try ProcessGroup(
        at: place, rank: rank, size: 2, agreeingOn: "version \(rank)", timeout: 60
      ).size
    }
    for result in results {
      let error = #expect(throws: TorchError.self) { try result.get() }
      #expect(
        error?.description.contains(
          "process 1 is not of this job: it is one of 2 (version 1), and process 0 is one of 2 (version 0)"
        ) == true, "\(error?.description ?? "")")
    }

    let other = ProcessGroup.MeetingPoint(host: "127.0.0.1", port: try freePort())
    // The group stays until the last has asked.
    let twice = concurrently(3) { number in
      try ProcessGroup(at: other, rank: min(number, 1), size: 2, timeout: 60)
    }
    let refusals = twice.compactMap { result -> String? in
      guard case .failure(let error) = result else { return nil }
      return "\(error)"
    }
    #expect(refusals.count == 1)
    #expect(
      refusals.allSatisfy { $0.contains("has come as process 1 of 2 already") }, "\(refusals)")
  }

  @Test(.enabled(if: Device.cudaCount == 0))
  func aGroupOnCUDADevicesIsAnErrorWhereThereAreNone() throws {
    let place = ProcessGroup.MeetingPoint(host: "127.0.0.1", port: try freePort())
    let error = #expect(throws: TorchError.self) {
      try ProcessGroup(at: place, rank: 0, size: 1, device: .cuda(), timeout: 60)
    }
    // Of a libtorch without CUDA, and of one with it.
    let reasons = ["this libtorch has no NCCL", "no GPUs found"]
    #expect(reasons.contains { error?.description.contains($0) == true }, "\(error as Any)")
  }

  @Test(.enabled(if: Device.cudaCount > 0))
  func tensorsOfACUDADeviceGoByNCCLAndOthersBesideThem() throws {
    let place = ProcessGroup.MeetingPoint(host: "127.0.0.1", port: try freePort())
    let group = try ProcessGroup(at: place, rank: 0, size: 1, device: .cuda(), timeout: 60)
    for device in [Device.cuda(), .cpu] {
      let values = Tensor([1.0, 2, 3]).to(device)
      try group.sum([values]).wait()
      try group.sum([values, values + 1]).wait()
      try group.broadcast(values)
      let all = try group.gathered(values)
      #expect(all.device == device && all.shape == [1, 3])
      #expect(all.to(.cpu).scalars(Double.self) == [1, 2, 3])
    }
    try group.waitForAll()
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/net/tcp")))
  func membersListenAtTheAddressOfTheMeetingPointAlone() throws {
    let before = try listeningAddresses()
    let found = try processes(2) { group in
      try group.waitForAll()
      let found = try listeningAddresses()
      try group.waitForAll()
      return found
    }
    let addresses = try Set(found[0].get().subtracting(before).map { $0.prefix { $0 != ":" } })
    // 127.0.0.1, as the kernel writes it.
    #expect(addresses == ["0100007F"])
  }
}

/// Where something listens, in the kernel's notation, address and port.
private func listeningAddresses() throws -> Set<String> {
  let tables = try ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map {
    try String(contentsOfFile: $0, encoding: .utf8)
  }
  let rows = tables.joined(separator: "\n").split(separator: "\n").map { $0.split(separator: " ") }
  return Set(rows.filter { $0.count > 3 && $0[3] == "0A" }.map { String($0[1]) })
}
