import Foundation
import Records
import RunStore
import TestSupport
import Testing

@testable import Studies

/// A study whose runs a cluster makes, with programs in the place of Slurm's: the queue is a file that the test writes.
struct SlurmStudyTests {
  /// A cluster of files.
  private struct Cluster {
    let runs: PretendedRuns
    let keys: [String]

    init(in url: URL) throws {
      runs = try PretendedRuns(in: url)
      keys = try runs.study().runs.map(\.key)
      try runs.write(
        "sbatch",
        """
        echo "$@" >> '\(url.path)/submitted'
        for word in "$@"; do
          case $word in --job-name=*) echo "${word#*=}" >> '\(url.path)/names' ;; esac
        done
        echo $(($(wc -l < '\(url.path)/names') + 6))
        """)
      try runs.write(
        "squeue",
        """
        [ ! -e '\(url.path)/down' ] || { echo 'Unable to contact slurm controller' >&2; exit 1; }
        cat '\(url.path)/queue' 2> /dev/null || true
        """)
      try runs.write("sacct", "exit 1")
      try runs.write("scontrol", "echo 'MaxArraySize = 1001'")
    }

    var folder: StudyFolder { runs.folder("study") }
    var slurm: URL { folder.url.appendingPathComponent("slurm") }

    func lines(_ name: String) -> [String] {
      let text = try? String(contentsOf: runs.url.appendingPathComponent(name), encoding: .utf8)
      return (text ?? "").split(separator: "\n").map(String.init)
    }

    /// Writes the queue: the states of an array's tasks, in order; an empty one for a task that is gone.
    func queue(_ states: [String], array: Int = 0) throws {
      let name = lines("names")[array]
      let lines = states.enumerated().filter { !$1.isEmpty }
        .map { "\(7 + array)|\($0)|\(name)|\($1)\($1.contains("|") ? "" : "|None")\n" }
      let file = runs.url.appendingPathComponent("queue")
      try AtomicFile.write(Data(lines.joined().utf8), to: file)
    }

    /// What a run of the cluster leaves.
    func finish(_ places: Int...) throws {
      for place in places {
        let run = folder.run(keys[place])
        try run.create()
        try FileManager.default.copyItem(at: runs.prepared(keys[place]), to: run.summary)
      }
    }

    /// Follows the study; `step` is told, ten times a second, how many steps have passed, and says whether to stop.
    func run(
      _ options: SlurmOptions = SlurmOptions(), only subset: StudySubset = StudySubset(),
      _ step: (Int) throws -> Bool = { _ in false },
      report: (StudyRunner.Event) -> Void = { _ in }
    ) throws -> StudyRunner.Outcome {
      let runner = try StudyRunner(
        runs.study(), folder: folder, executable: "/bin/false", executor: .slurm(options),
        only: subset,
        slurm: SlurmCommands(
          folder: runs.url.appendingPathComponent("bin").path, interval: .milliseconds(50)))
      var steps = 0
      var failure: (any Error)?
      let outcome = try runner.run(
        shouldStop: {
          steps += 1
          if steps > 600 { return true }
          do { return try step(steps) } catch { failure = error }
          return true
        }, report: report)
      if let failure { throw failure }
      return outcome
    }
  }

  private struct NotDone: Error {}

  private func withCluster(_ body: (Cluster) throws -> Void) throws {
    try withTemporaryFolder { try body(Cluster(in: $0)) }
  }

  private func done(_ outcome: StudyRunner.Outcome) throws -> StudyRecord {
    guard case .done(let record) = outcome else { throw NotDone() }
    return record
  }

  private func left(_ outcome: StudyRunner.Outcome) throws -> [String] {
    guard case .left(let record, let jobs) = outcome else { throw NotDone() }
    #expect(record.runs.allSatisfy { $0.status == .pending || $0.status == .finished })
    return jobs
  }

  @Test func anArrayHasTheRunsThatAreMissingAndItsQueueIsTheProgress() throws {
    try withCluster { cluster in
      try cluster.finish(1)
      var events: [String] = []
      var queues: Set<String> = []
      let queue = "1 pending, 2 pending (Resources), 2 running"
      var isOver = false
      let outcome = try cluster.run { step in
        if step == 2 {
          try cluster.queue([
            "RUNNING", "RUNNING", "PENDING|Resources", "PENDING|Resources", "PENDING",
          ])
        } else if queues.contains(queue) && !isOver {
          isOver = true
          try cluster.finish(0, 2, 3, 4, 5)
          try cluster.queue(["COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", ""])
        }
        return false
      } report: { event in
        switch event {
        case .started(let key, _, _): events.append("started \(key)")
        case .finished(let key, _, _): events.append("finished \(key)")
        case .note(let text): events.append(text)
        case .progress(let progress): queues.insert(progress.queue ?? "")
        case .failed: events.append("worse")
        case .warning: break
        }
      }
      let record = try done(outcome)
      #expect(record.runs.allSatisfy { $0.status == .finished })
      let submitted = cluster.lines("submitted")
      #expect(
        submitted.count == 1 && submitted[0].contains("--parsable --job-name=gnomon-pretended-"))
      #expect(submitted[0].contains("--array=0-4 "))
      #expect(events.first == "job 7 of Slurm has 5 runs" && !events.contains("worse"))
      #expect(events.count { $0.hasPrefix("started") } == 2)
      #expect(events.count { $0.hasPrefix("finished") } == 5)
      #expect(queues.contains(queue))
      #expect(!FileManager.default.fileExists(atPath: cluster.slurm.path))
      for key in [cluster.keys[0], cluster.keys[5]] {
        #expect(FileManager.default.fileExists(atPath: cluster.folder.config(key).path))
      }
      // Nothing is left to submit.
      _ = try done(try cluster.run())
      #expect(cluster.lines("submitted").count == 1)
    }
  }

  @Test func aSecondCallFollowsAnArrayThatGoesOnAndSubmitsOnlyWhatIsInNone() throws {
    try withCluster { cluster in
      let two = StudySubset([("seed", ["0", "1"])])
      let jobs = try left(
        try cluster.run(only: two) { step in
          if step == 2 { try cluster.queue(["RUNNING", "PENDING"]) }
          return step == 8
        })
      #expect(jobs == ["7"])
      let script = try #require(try contents(of: cluster.slurm).first { $0.hasSuffix(".sbatch") })
      #expect(try text(of: cluster.slurm.appendingPathComponent(script)).contains(cluster.keys[1]))
      #expect(throws: StudyError.inQueue(path: cluster.folder.url.path, job: "7")) {
        try StudyRunner(
          cluster.runs.study(), folder: cluster.folder, executable: "/bin/false",
          executor: .local(jobs: 1), only: StudySubset(),
          slurm: SlurmCommands(folder: cluster.runs.url.appendingPathComponent("bin").path)
        ).run(shouldStop: { false }) { _ in }
      }
      var notes: [String] = []
      let record = try done(
        try cluster.run { step in
          if step == 4 {
            try cluster.finish(0, 1, 2, 3, 4, 5)
            try cluster.queue(["COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED"], array: 1)
          }
          return false
        } report: {
          if case .note(let text) = $0 { notes.append(text) }
        })
      #expect(record.runs.allSatisfy { $0.status == .finished })
      #expect(notes == ["following job 7 of Slurm", "job 8 of Slurm has 4 runs"])
      #expect(cluster.lines("submitted").count == 2)
      #expect(cluster.lines("submitted")[1].contains("--array=0-3 "))
    }
  }

  @Test func anArrayWhoseSubmissionWasCutOffIsFoundByItsName() throws {
    try withCluster { cluster in
      _ = try left(
        try cluster.run { step in
          if step == 2 { try cluster.queue(Array(repeating: "PENDING", count: 6)) }
          return step == 6
        })
      let file = cluster.slurm.appendingPathComponent("\(cluster.lines("names")[0]).json")
      var array = try JSONDecoder().decode(SlurmArrays.Array.self, from: Data(contentsOf: file))
      array.job = nil
      try JSONEncoder().encode(array).write(to: file)
      try Data("{".utf8).write(to: cluster.slurm.appendingPathComponent("other.json"))
      let jobs = try left(try cluster.run { $0 == 6 })
      #expect(jobs == ["7"] && cluster.lines("submitted").count == 1)
    }
  }

  @Test func aTaskThatFailsIsReportedWithItsReasonAndSubmittedByTheNextCall() throws {
    try withCluster { cluster in
      let said =
        "slurmstepd: error: *** JOB 9 ON a CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***"
      let record = try done(
        try cluster.run { step in
          if step == 2 {
            try cluster.finish(0, 1, 2)
            let log = cluster.folder.log(cluster.keys[3])
            try Data("gnomon: error: training stopped\n".utf8).write(to: log)
            let output = cluster.slurm.appendingPathComponent("\(cluster.lines("names")[0])-4.txt")
            try Data("\(said)\n".utf8).write(to: output)
            try cluster.queue(["COMPLETED", "COMPLETED", "COMPLETED", "FAILED", "TIMEOUT", ""])
          }
          return false
        })
      #expect(record.runs.map(\.status).suffix(3) == [.failed, .failed, .failed])
      func log(_ place: Int) -> String { cluster.folder.log(cluster.keys[place]).path }
      #expect(
        record.runs.suffix(3).map(\.failure) == [
          "training stopped (Slurm: FAILED; log: \(log(3)))",
          "\(said) (Slurm: TIMEOUT; log: \(log(4)))",
          "(Slurm: gone from the queue; log: \(log(5)))",
        ])
      // What Slurm said and the script stay, until all is well.
      #expect(try contents(of: cluster.slurm).count == 2)
      _ = try done(
        try cluster.run { step in
          if step == 2 {
            try cluster.finish(3, 4, 5)
            try cluster.queue(["COMPLETED", "COMPLETED", "COMPLETED"], array: 1)
          }
          return false
        })
      #expect(cluster.lines("submitted").map { $0.contains("--array=0-2 ") } == [false, true])
      #expect(!FileManager.default.fileExists(atPath: cluster.slurm.path))
    }
  }

  @Test func aTaskThatIsQueuedAgainWaitsAndASilentControllerIsWaitedFor() throws {
    try withCluster { cluster in
      let down = cluster.runs.url.appendingPathComponent("down")
      var started = 0
      var phase = 0
      var queues: Set<String> = []
      let record = try done(
        try cluster.run(only: StudySubset([("seed", ["0"])])) { step in
          switch phase {
          case 0 where step == 2: try cluster.queue(["RUNNING"])
          case 0 where started == 1 && queues.contains("1 running"):
            try cluster.queue(["PENDING|BeginTime"])
          case 1 where queues.contains("1 pending (BeginTime)"): try Data().write(to: down)
          case 2 where queues.contains("Slurm does not answer, 1 pending (BeginTime)"):
            try FileManager.default.removeItem(at: down)
            try cluster.queue(["RUNNING"])
          case 3 where started == 2:
            try cluster.finish(0)
            try cluster.queue([])
          default: return false
          }
          if step > 2 { phase += 1 }
          return false
        } report: { event in
          if case .started = event { started += 1 }
          if case .progress(let progress) = event { queues.insert(progress.queue ?? "") }
        })
      #expect(record.runs[0].status == .finished && started == 2)
      #expect(
        queues.isSuperset(of: [
          "1 running", "1 pending (BeginTime)", "Slurm does not answer, 1 pending (BeginTime)",
        ]))
    }
  }

  @Test func moreRunsThanAnArrayMayHaveAreSeveralOneAfterTheOtherWithALimit() throws {
    try withCluster { cluster in
      try cluster.runs.write("scontrol", "echo 'MaxArraySize = 5'")
      var options = SlurmOptions()
      options.arrayLimit = 3
      _ = try done(
        try cluster.run(options) { step in
          if step == 2 {
            #expect(cluster.lines("submitted").count == 1)
            try cluster.finish(0, 1, 2, 3)
            try cluster.queue(["COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED"])
          }
          if cluster.lines("names").count == 2 && step > 2 {
            if cluster.folder.run(cluster.keys[5]).exists { return false }
            try cluster.finish(4, 5)
            try cluster.queue(["COMPLETED", "COMPLETED"], array: 1)
          }
          return false
        })
      #expect(cluster.lines("submitted").map { $0.contains("--array=0-3%3 ") } == [true, false])
      #expect(cluster.lines("submitted")[1].contains("--array=0-1%3 "))
    }
  }

  @Test func whatSbatchRefusesEndsTheStudyWithItsWords() throws {
    try withCluster { cluster in
      try cluster.runs.write(
        "sbatch", "echo 'sbatch: error: invalid partition specified: x' >&2; exit 1")
      #expect(
        throws: StudyError.slurm(
          program: "sbatch", reason: "sbatch: error: invalid partition specified: x")
      ) { try cluster.run() }
    }
  }
}
