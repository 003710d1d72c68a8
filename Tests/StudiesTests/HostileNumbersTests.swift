import Foundation
import Records
import RunStore
import Studies
import TestSupport
import Testing
import Runs

/// Numbers in a study's files that no run can have.
struct HostileNumbersTests {
  private let text = "name: made-up\naxes: {seed: [0, 1]}\nsettings: {epochs: 2}"

  private func withStudy(
    _ body: (Study, StudyFolder, _ write: (String, URL) throws -> Void) throws -> Void
  ) throws {
    try withTemporaryFolder { url in
      let study = try study(text)
      let folder = StudyFolder(path: url.path)
      for run in study.runs {
        try folder.run(run.key).create()
        try folder.run(run.key).write(
          RunSummary(
            name: run.key, config: run.configuration.json, epochs: 2, steps: 20, wallSeconds: 30))
      }
      try folder.write(
        StudyRecord(
          name: study.name, axes: study.recordedAxes,
          runs: study.runs.map { .init(key: $0.key, settings: $0.settings, status: .finished) }))
      try body(study, folder) { text, url in try Data(text.utf8).write(to: url) }
    }
  }

  @Test(arguments: [
    "1e300", "-1", "0.5", "9007199254740992", "9223372036854775808", "\"x\"", "[0]",
  ])
  func aSeedThatIsNoneIsNamedWithItsRun(_ seed: String) throws {
    try withStudy { study, folder, write in
      let record = try String(contentsOf: folder.record, encoding: .utf8)
      try write(record.replacing("\"seed\" : 1", with: "\"seed\" : \(seed)"), folder.record)
      let error = #expect(throws: StudyError.self) { try StudyResults(study, in: folder) }
      let message = error?.description ?? ""
      #expect(message.contains("study.json") && message.contains(study.runs[1].key), "\(message)")
      #expect(message.contains("not a whole number from 0 to 2⁵³ − 1") && !message.contains("\n"))
    }
  }

  @Test(arguments: ["1e300", "-5", "9223372036854775807", "9223372036854775808", "0.5", "\"20\""])
  func stepsThatAreNoCountAreDamageInOneLine(_ steps: String) throws {
    try withStudy { study, folder, write in
      let file = folder.run(study.runs[0].key).summary
      let summary = try String(contentsOf: file, encoding: .utf8)
      try write(summary.replacing("\"steps\" : 20", with: "\"steps\" : \(steps)"), file)
      let error = #expect(throws: RunStoreError.self) { try StudyResults(study, in: folder) }
      let message = error?.description ?? ""
      #expect(message.contains(file.path) && message.contains("\"steps\""), "\(message)")
      #expect(!message.contains("\n"))
      // To the plan it is a run to make again.
      let plan = try StudyPlan(study, in: folder, jobs: 1, cores: 2)
      #expect(plan.entries.map(\.isFinished) == [false, true])
    }
  }

  @Test(arguments: ["1e300", "1e-300", "0", "-2"])
  func anEstimateFromEpochsOrSecondsOfAnySizeIsMadeOrLeftOut(_ number: String) throws {
    try withStudy { study, folder, write in
      for (key, old) in [("epochs", "2"), ("wall_seconds", "30")] {
        let file = folder.run(study.runs[0].key).summary
        let summary = try String(contentsOf: file, encoding: .utf8)
        // At the left margin of the document, not in the configuration.
        let other = summary.replacing(
          "\n  \"\(key)\" : \(old)", with: "\n  \"\(key)\" : \(number)")
        try #require(other != summary)
        try write(other, file)
        let plan = try StudyPlan(study, in: folder, jobs: 1, cores: 2)
        #expect(plan.entries.map(\.isFinished) == [true, true])
        try write(summary, file)
      }
    }
  }

  @Test func moreStepsThanCanBeCountedHaveNoEstimate() throws {
    try withTemporaryFolder { url in
      let study = try study(
        "axes: {seed: [0]}\nsettings: {train_count: 2147483647, epochs: 1000000, batch_size: 2}")
      let plan = try StudyPlan(study, in: StudyFolder(path: url.path), jobs: 1, cores: 2)
      #expect(plan.secondsLeft == nil && plan.entries.count == 1)
    }
  }

  @Test func seedsKeepTheirLastDigitFromFileToClaim() throws {
    let seeds = [9_007_199_254_740_991, 9_007_199_254_740_990, 5, 4, 3]
    let text = """
      axes: {seed: [\(seeds.map(String.init).joined(separator: ", "))]}
      claims: [{id: a, statement: s, statistic: mean, of: h.rankme, direction: positive}]
      """
    let claim = try #require(
      try MadeUpStudy.results(
        text,
        figures: { run in
          (["rankme": Double(seeds.firstIndex(of: run.configuration.seed) ?? -9) + 1], [:])
        }
      ) { $0.claims }.first)
    #expect(claim.seeds == seeds)
    #expect(claim.effects == [1, 2, 3, 4, 5])
    #expect(claim.points.map(\.seed) == seeds)
    for seed in seeds {
      var configuration = RunConfiguration()
      configuration.seed = seed
      var read = RunConfiguration()
      try read.apply(yaml: configuration.yaml, from: "config.yaml")
      #expect(read.seed == seed && configuration.json["seed"] == .integer(seed))
    }
    for seed in ["9007199254740992", "9223372036854775808", "1e300", "-1", ".nan", "1.5"] {
      #expect(throws: StudyFileError.self) { try study("axes: {seed: [\(seed)]}") }
    }
  }
}
