import Studies
import Testing

/// Reads a study file's text.
func study(_ text: String, isQuick: Bool = false, threads: Int = 1) throws -> Study {
  try Study(yaml: text, source: "s.yaml", isQuick: isQuick, threads: threads)
}

/// What comes before the hash.
func readable(_ run: StudyRun) -> String { String(run.key.dropLast(9)) }

/// Which runs a study file makes.
struct StudyGridTests {
  @Test func theGridIsEveryCombinationInTheFilesOrder() throws {
    let study = try study(
      "name: s\nsettings: {epochs: 3}\naxes: {strength: [0.1, 1], head: ['mlp:8-4,bn'], seed: [1, 0]}"
    )
    #expect(
      study.runs.map(readable) == [
        "strength-0.1_head-mlp-8-4-bn_seed-1", "strength-0.1_head-mlp-8-4-bn_seed-0",
        "strength-1.0_head-mlp-8-4-bn_seed-1", "strength-1.0_head-mlp-8-4-bn_seed-0",
      ])
    #expect(study.runs.allSatisfy { $0.configuration.epochs == 3 })
    #expect(study.runs.map(\.configuration.seed) == [1, 0, 1, 0])
    #expect(study.runs.map(\.configuration.strength) == [0.1, 0.1, 1, 1])
  }

  @Test func excludedCombinationsAreLeftOutAndIncludedOnesFollow() throws {
    let study = try study(
      """
      axes: {strength: [0.1, 0.5], seed: [0, 1]}
      exclude: [{strength: 0.1, seed: 1}]
      include: [{strength: 2, seed: [0, 1]}, {seed: 7}]
      """)
    #expect(
      study.runs.map(readable) == [
        "strength-0.1_seed-0", "strength-0.5_seed-0", "strength-0.5_seed-1", "strength-2.0_seed-0",
        "strength-2.0_seed-1", "strength-0.1_seed-7", "strength-0.5_seed-7",
      ])
    #expect(study.recordedAxes[0].values == [0.1, 0.5, 2])
    #expect(study.recordedAxes[1].values == [0, 1, 7])
  }

  @Test func armsVarySeveralKeysTogetherOverTheSettings() throws {
    let study = try study(
      """
      settings: {schedule: joint}
      arms:
        baseline: {}
        slow head: {schedule: two-timescale, head_learning_rate_factor: 0.25}
      axes: {seed: [0]}
      """)
    #expect(study.runs.map(readable) == ["arm-baseline_seed-0", "arm-slow-head_seed-0"])
    #expect(study.runs.map(\.configuration.schedule) == [.joint, .twoTimescale])
    #expect(study.runs[1].settings["arm"] == "slow head")
  }

  @Test func quickReplacesSettingsAndAxes() throws {
    let text = """
      settings: {epochs: 10}
      axes: {strength: [0.1, 0.5], seed: [0, 1, 2]}
      exclude: [{strength: 0.1, seed: 2}]
      include: [{seed: 9}]
      quick: {epochs: 2, train_count: 1000, seed: 0}
      """
    let quick = try study(text, isQuick: true)
    #expect(quick.runs.map(readable) == ["strength-0.1_seed-0", "strength-0.5_seed-0"])
    #expect(quick.runs[0].configuration.epochs == 2)
    #expect(quick.runs[0].configuration.trainCount == 1000)
    #expect(try study(text).runs.count == 7)
  }

  @Test func theHashIsOfEverythingThatDecidesFiguresAndOfNothingElse() throws {
    let text = "axes: {seed: [0, 1]}\nsettings: {epochs: 2}"
    let keys = try study(text).runs.map(\.key)
    #expect(try study("name: other\nquestion: why\n" + text).runs.map(\.key) == keys)
    // A value that is spelled out, or spelled otherwise, is the same value.
    #expect(try study(text + "\nclaims:").runs.map(\.key) == keys)
    #expect(
      try study("axes: {seed: [0, 1]}\nsettings: {epochs: 2, strength: 0.50}").runs.map(\.key)
        == keys)
    #expect(try study("axes: {seed: [0, 1]}\nsettings: {epochs: 3}").runs[0].key != keys[0])
    #expect(try study(text, threads: 2).runs[0].key != keys[0])
    // A new value on an axis leaves the other runs what they were.
    let longer = try study("axes: {seed: [5, 0, 1]}\nsettings: {epochs: 2}").runs.map(\.key)
    #expect(Array(longer.dropFirst()) == keys)
  }
}
