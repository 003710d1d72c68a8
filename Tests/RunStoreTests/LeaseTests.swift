import Foundation
import TestSupport
import Testing

@testable import RunStore

/// Claims that processes of several hosts make on things in one folder.
struct LeaseTests {
  private func leases(_ body: (LeaseFolder) throws -> Void) throws {
    try withTemporaryFolder { try body(LeaseFolder($0.appendingPathComponent("leases"))) }
  }

  private func take(_ leases: LeaseFolder, after seen: LeaseSight? = nil) throws -> Lease? {
    try leases.take("run", after: seen, as: "host")
  }

  private func expectOneName(_ leases: LeaseFolder) throws {
    #expect(try contents(of: leases.url) == ["run"])
  }

  @Test func whatOneHasTakenNobodyElseTakes() throws {
    try leases { leases in
      #expect(leases.sight("run") == nil)
      let first = try #require(try take(leases))
      #expect(try take(leases) == nil)
      #expect(leases.sight("run")?.nonce == first.nonce)
      #expect(leases.sight("run")?.state == .held && leases.keys == ["run"])
      try expectOneName(leases)
    }
  }

  @Test func ofManyThatTryAtOnceOneTakesALeaseAndOneFollowsIt() throws {
    try leases { leases in
      for _ in 0..<20 {
        leases.remove("run")
        let takers = concurrently(16) { _ in try leases.take("run", after: nil, as: "host") }
        #expect(try takers.compactMap { try $0.get() }.count == 1)
        let seen = try #require(leases.sight("run"))
        let followers = concurrently(16) { _ in try leases.take("run", after: seen, as: "host") }
        let winners = try followers.compactMap { try $0.get() }
        #expect(winners.count == 1 && leases.sight("run")?.nonce == winners.first?.nonce)
        try expectOneName(leases)
      }
    }
  }

  @Test func aLeaseThatWasFollowedIsLostAndItsHolderHarmsNobody() throws {
    try leases { leases in
      let frozen = try #require(try take(leases))
      let seen = try #require(leases.sight("run"))
      let next = try #require(try take(leases, after: seen))
      // What was seen before can be followed by nobody any more.
      #expect(try take(leases, after: seen) == nil)
      #expect(!frozen.isLost)
      frozen.beat()
      #expect(frozen.isLost && !frozen.settle(.settled("done")))
      next.beat()
      #expect(!next.isLost && leases.sight("run")?.nonce == next.nonce)
      #expect(leases.sight("run")?.state == .held)
      try expectOneName(leases)
    }
  }

  @Test func aTakerThatEndedBetweenItsTwoCallsIsFollowedInItsTurn() throws {
    try leases { leases in
      let dead = try #require(try take(leases))
      // As far as one comes that is killed before it renames.
      let half = try Lease("run", in: leases, holder: "host")
      #expect(try half.link(as: "run.after-\(dead.nonce)"))
      let seen = try #require(leases.sight("run"))
      #expect(seen.nonce == half.nonce)
      let next = try #require(try take(leases, after: seen))
      #expect(leases.sight("run")?.nonce == next.nonce)
      half.beat()
      #expect(half.isLost)
      leases.remove("run")
      #expect(try contents(of: leases.url).isEmpty)
    }
  }

  @Test func whatBecameOfALeaseIsRead() throws {
    try leases { leases in
      let lease = try #require(try take(leases))
      lease.beat()
      let beaten = try #require(leases.sight("run"))
      lease.beat()
      #expect(leases.sight("run")?.beat != beaten.beat && leases.sight("run")?.holder == "host")
      #expect(lease.settle(.settled("failed: no\nroom")))
      #expect(leases.sight("run")?.state == .settled("failed: no room"))
      let other = try #require(try leases.take("other", after: nil, as: "host"))
      #expect(other.settle(.free) && leases.sight("other")?.state == .free)
      other.beat()
      #expect(leases.sight("other")?.state == .free && !other.isLost)
    }
  }

  @Test(arguments: ["", "\n\n\n\n\n", "../../x\nh\n1\nheld\n\n", "no lease", "a\0b\nc\nd\ne\nf\n"])
  func aDamagedLeaseIsTakenForOneThatIsHeldAndIsFollowedByOne(_ text: String) throws {
    try leases { leases in
      try FileManager.default.createDirectory(at: leases.url, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: leases.url.appendingPathComponent("run"))
      let seen = try #require(leases.sight("run"))
      #expect(seen.state == .held && seen.nonce.hasPrefix("damaged-"))
      #expect(leases.sight("run") == seen)
      #expect(try take(leases, after: seen) != nil)
      #expect(try take(leases, after: seen) == nil)
      try expectOneName(leases)
    }
  }

  @Test func silenceIsCountedInSecondsThatWereWatched() throws {
    let start = SuspendingClock.now
    var watch = LeaseWatch(patience: 60)
    func sight(_ beat: String) -> LeaseSight {
      LeaseSight(nonce: "nonce-1234", holder: "", beat: beat, state: .held)
    }
    func isSilent(_ beat: String, _ second: Double) -> Bool {
      watch.isSilent("run", sight(beat), now: start + .seconds(second))
    }
    for second in 0..<60 { #expect(!isSilent("1", Double(second))) }
    #expect(isSilent("1", 60))
    // A beat begins the count anew.
    for second in 61..<121 { #expect(!isSilent("2", Double(second))) }
    #expect(isSilent("2", 121))
    // A watcher that slept for an hour has watched no more than a beat's time of it.
    #expect(!isSilent("3", 122))
    #expect(!isSilent("3", 3722))
    for second in 3723..<3772 { #expect(!isSilent("3", Double(second))) }
    #expect(isSilent("3", 3772))
  }

  @Test func aLeaseBeatsByItselfUntilItIsDropped() throws {
    try leases { leases in
      let beat = LeaseBeat(patience: 0.3)
      defer { beat.end() }
      let lease = try #require(try take(leases))
      beat.keep(lease)
      func waitForABeat() -> Bool {
        let last = leases.sight("run")
        let end = ContinuousClock.now + .seconds(30)
        while leases.sight("run") == last && .now < end { usleep(5_000) }
        return leases.sight("run") != last
      }
      #expect(waitForABeat() && waitForABeat())
      beat.drop(lease)
      usleep(200_000)
      let last = leases.sight("run")
      usleep(200_000)
      #expect(leases.sight("run") == last)
    }
  }

  @Test func aFolderThatCannotBeWrittenToIsAnErrorThatNamesIt() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      let leases = LeaseFolder(file.appendingPathComponent("leases"))
      let error = #expect(throws: RunStoreError.self) {
        try leases.take("run", after: nil, as: "host")
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(file.path))
    }
  }

  @Test func aSharedLockKeepsOutWhoWantsTheFolderAlone() throws {
    try withTemporaryFolder { folder in
      let one = try FileLock(sharing: folder)
      let two = try FileLock(sharing: folder)
      #expect(throws: RunStoreError.inUse(path: folder.path, process: nil)) {
        try FileLock(folder)
      }
      withExtendedLifetime((one, two)) {}
    }
    try withTemporaryFolder { folder in
      let alone = try FileLock(folder)
      #expect(throws: RunStoreError.self) { try FileLock(sharing: folder) }
      withExtendedLifetime(alone) {}
    }
  }
}
