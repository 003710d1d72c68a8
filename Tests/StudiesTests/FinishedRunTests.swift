import Foundation
import Records
import RunStore
import Studies
import TestSupport
import Testing
import Runs

/// What is asked of a run's folder before anything is started, which is never its checkpoints' bytes.
struct FinishedRunTests {
  private let text = "name: s\naxes: {seed: [0, 1, 2]}\nsettings: {epochs: 2}"

  private func summary(of run: StudyRun) -> RunSummary {
    RunSummary(
      name: run.key, config: run.configuration.json, epochs: 2, steps: 20, wallSeconds: 30)
  }

  /// A checkpoint of a terabyte, none of it on the disk: who reads it is still reading when the test's time is up.
  private func writeHugeCheckpoint(in folder: RunFolder) throws {
    try folder.create()
    let size = 1 << 40
    let tensors = folder.checkpoints.appendingPathComponent("step-00000020.safetensors")
    try Data().write(to: tensors)
    try #require(truncate(tensors.path, off_t(size)) == 0)
    let record = """
      {"schema": 1, "step": 20, "byte_count": \(size), "checksum": "fnv1a64:0000000000000000",
       "progress": {"wall_seconds": 1, "training_seconds": 1, "timed_steps": 1}}
      """
    try Data(record.utf8).write(
      to: folder.checkpoints.appendingPathComponent("step-00000020.json"))
  }

  @Test(.timeLimit(.minutes(1)))
  func aPlanReadsNoCheckpointWhetherRunsAreFinishedOrNot() throws {
    try withTemporaryFolder { url in
      let study = try study(text)
      let folder = StudyFolder(path: url.path)
      for run in study.runs { try writeHugeCheckpoint(in: folder.run(run.key)) }
      for run in study.runs.prefix(2) { try folder.run(run.key).write(summary(of: run)) }
      let plan = try StudyPlan(study, in: folder, jobs: 1, cores: 2)
      #expect(plan.entries.map(\.isFinished) == [true, true, false])
      #expect(plan.secondsLeft?.isFinite == true)
      guard case .finished = try RunState(of: folder.run(study.runs[0].key)),
        case .resumable = try RunState(of: folder.run(study.runs[2].key))
      else {
        Issue.record("the states of runs with whole checkpoints")
        return
      }
    }
  }

  @Test func aCheckpointIsJudgedByItsFilesAndReadWhenItIsLoaded() throws {
    try withTemporaryFolder { url in
      let folder = RunFolder(path: url.appendingPathComponent("run").path)
      func isResumable() throws -> Bool {
        if case .resumable = try RunState(of: folder) { return true }
        return false
      }
      #expect(try !isResumable())
      try folder.create()
      let tensors = folder.checkpoints.appendingPathComponent("step-00000004.safetensors")
      try Data("not tensors".utf8).write(to: tensors)
      #expect(try !isResumable())
      let json = folder.checkpoints.appendingPathComponent("step-00000004.json")
      func record(_ bytes: Int) -> Data {
        Data(
          """
          {"schema": 1, "step": 4, "byte_count": \(bytes), "checksum": "fnv1a64:0000000000000000",
           "progress": {"wall_seconds": 1, "training_seconds": 1, "timed_steps": 1}}
          """.utf8)
      }
      try record(12).write(to: json)
      #expect(try !isResumable())
      try record(11).write(to: json)
      #expect(try isResumable())
      let error = #expect(throws: RunError.self) {
        try CheckpointFolder(folder: folder).readNewest()
      }
      #expect(error?.description.contains("its bytes are not those that were written") == true)
    }
  }

  @Test func aDamagedSummaryIsARunToMakeAndANewerOneIsRefused() throws {
    try withTemporaryFolder { url in
      let study = try study(text)
      let folder = StudyFolder(path: url.path)
      let run = folder.run(study.runs[1].key)
      try run.create()
      try Data("{".utf8).write(to: run.summary)
      let plan = try StudyPlan(study, in: folder, jobs: 1, cores: 2)
      #expect(plan.entries.allSatisfy { !$0.isFinished })
      try Data(#"{"schema": 99}"#.utf8).write(to: run.summary)
      #expect(throws: RunStoreError.newerSchema(path: run.summary.path, schema: 99, known: 1)) {
        try StudyPlan(study, in: folder, jobs: 1, cores: 2)
      }
    }
  }
}
