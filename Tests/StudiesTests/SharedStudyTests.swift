import Foundation
import Records
import RunStore
import TestSupport
import Testing

@testable import Studies

/// Processes that make a study together, by leases in its folder. Threads stand for them: each has a runner, and leases, of its own.
struct SharedStudyTests {
  private struct NotDone: Error {}

  private func run(
    _ runs: PretendedRuns, _ executor: StudyExecutor, in name: String = "study",
    shouldStop: () -> Bool = { false }, report: (StudyRunner.Event) -> Void = { _ in }
  ) throws -> StudyRecord {
    let runner = try StudyRunner(
      runs.study(), folder: runs.folder(name), executable: runs.program("gnomon"),
      executor: executor)
    switch try runner.run(shouldStop: shouldStop, report: report) {
    case .done(let record), .interrupted(let record): return record
    case .left: throw NotDone()
    }
  }

  private func shared(_ patience: Double = 60) -> StudyExecutor {
    .shared(jobs: 1, patience: patience)
  }

  private func withRuns(_ body: (PretendedRuns) throws -> Void) throws {
    try withTemporaryFolder { try body(PretendedRuns(in: $0)) }
  }

  @Test func runsAreSharedAndTheFilesAreThoseOfOneProcess() throws {
    try withRuns { runs in
      let alone = try run(runs, .local(jobs: 1), in: "alone")
      let keys = alone.runs.map(\.key)
      #expect(runs.starts() == keys)
      let records = concurrently(3) { _ in try run(runs, shared()) }
      for record in records { #expect(try record.get() == alone) }
      #expect(runs.starts().dropFirst(keys.count).sorted() == keys.sorted())
      let (one, many) = (runs.folder("alone"), runs.folder("study"))
      #expect(try many.readRecord() == one.readRecord())
      #expect(try text(of: many.record) == text(of: one.record))
      let names = try [one, many].map { folder in
        try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
          // A lock is made of each run that is found begun.
          .filter { !$0.hasSuffix("/.lock") }.sorted()
      }
      #expect(names[0] == names[1])
      // There is nothing to make any more.
      #expect(try run(runs, shared()) == alone)
      #expect(runs.starts().count == 2 * keys.count)
    }
  }

  @Test func theRunOfAHostThatIsGoneIsTakenOverByOne() throws {
    try withRuns { runs in
      let study = try runs.study()
      let leases = runs.folder("study").leases
      let processes = LeaseFolder(leases.appendingPathComponent("processes"))
      let held = LeaseFolder(leases.appendingPathComponent("runs"))
      let key = study.runs[2].key
      // It was killed while it had a run, and while it wrote the study's files.
      let left = try [
        processes.take("gone", after: nil, as: "gone"), held.take(key, after: nil, as: "gone"),
        LeaseFolder(leases).take("study", after: nil, as: "gone"),
      ]
      #expect(left.allSatisfy { $0 != nil })
      let records = concurrently(3) { _ in try run(runs, shared(2)) }
      for record in records {
        #expect(try record.get().runs.allSatisfy { $0.status == .finished })
      }
      #expect(runs.starts().sorted() == study.runs.map(\.key).sorted())
      #expect(!FileManager.default.fileExists(atPath: leases.path))
      left.forEach { $0?.beat() }
      #expect(left.allSatisfy { $0?.isLost == true })
    }
  }

  @Test func aRunThatFailsIsTriedOnceByAllAndAgainByTheNextCall() throws {
    try withRuns { runs in
      let key = try runs.study().runs[1].key
      try runs.fail(key)
      let records = concurrently(3) { _ in try run(runs, shared()) }
      for record in records {
        let failed = try record.get().runs.filter { $0.status == .failed }
        #expect(failed.map(\.key) == [key])
        #expect(failed.first?.failure == "it was told to fail")
      }
      #expect(runs.starts().filter { $0 == key }.count == 1)
      try runs.mend(key)
      let again = try run(runs, shared())
      #expect(again.runs.allSatisfy { $0.status == .finished && $0.failure == nil })
      #expect(runs.starts().count == again.runs.count + 1)
    }
  }

  @Test func whoIsStoppedGivesItsRunsBack() throws {
    try withRuns { runs in
      var hasBegun = false
      let stopped = try run(runs, shared(), shouldStop: { hasBegun }) { event in
        if case .started = event { hasBegun = true }
      }
      #expect(stopped.runs.allSatisfy { $0.status == .pending })
      #expect(!FileManager.default.fileExists(atPath: runs.folder("study").leases.path))
      let record = try run(runs, shared())
      #expect(record.runs.allSatisfy { $0.status == .finished })
    }
  }

  @Test func aProcessThatIsTakenForGoneLetsGo() throws {
    try withRuns { runs in
      let leases = runs.folder("study").leases
      let processes = LeaseFolder(leases.appendingPathComponent("processes"))
      #expect(throws: StudyError.takenForGone(path: runs.folder("study").url.path)) {
        try run(
          runs, shared(1),
          report: { event in
            if case .started = event { processes.keys.forEach(processes.remove) }
          })
      }
    }
  }

  @Test func aRunThatAnotherProcessStillWorksOnIsLetBe() throws {
    try withRuns { runs in
      let folder = runs.folder("study").run(try runs.study().runs[0].key)
      try folder.create()
      var lock: FileLock? = try folder.lock()
      var finished = 0
      let record = try run(
        runs, shared(),
        report: { event in
          if case .finished = event { finished += 1 }
          if finished == 5 { lock = nil }
        })
      withExtendedLifetime(lock) {}
      #expect(record.runs.allSatisfy { $0.status == .finished })
      #expect(runs.starts().last == record.runs[0].key && runs.starts().count == 6)
    }
  }

  @Test func whoSharesAStudyKeepsOutWhoMakesItAloneOrOtherwise() throws {
    try withRuns { runs in
      let path = runs.folder("study").url.path
      var refusals: [StudyError?] = []
      let others = try StudiesTests.study(runs.text.replacing("threads: 1", with: "threads: 2"))
      _ = try run(
        runs, shared(),
        report: { event in
          guard case .started = event, refusals.isEmpty else { return }
          for (study, executor) in [
            (try? runs.study(), StudyExecutor.local(jobs: 1)), (others, shared()),
          ] {
            guard let study else { continue }
            do {
              _ = try StudyRunner(
                study, folder: runs.folder("study"), executable: "/bin/false", executor: executor
              ).run(shouldStop: { false }) { _ in }
              refusals.append(nil)
            } catch {
              refusals.append(error as? StudyError)
            }
          }
        })
      #expect(refusals == [.isShared(path: path), .sharedOtherwise(path: path)])
      #expect(runs.starts().count == 6)
    }
  }
}
