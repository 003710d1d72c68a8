import Foundation
import Records
import Studies
import TestSupport
import Testing

/// Studies of several data sets: what a claim is in each of them, over all, and against controls.
struct DataSetTests {
  private static let grid = """
    data_sets: {large: {image_size: 32}, small: {image_size: 16}}
    axes: {strength: [0.0, 1.0], seed: [0, 1, 2, 3, 4, 5, 6, 7]}

    """

  private static func claim(_ rest: String) -> String {
    grid
      + "claims: [{id: a, statement: s, statistic: slope, axis: strength, direction: positive, \(rest)}]"
  }

  private func claims(
    _ text: String, _ figures: (StudyRun) -> MadeUpStudy.Figures?
  ) throws -> [ClaimRecord] {
    try MadeUpStudy.results(text, figures: figures) { $0.claims }
  }

  @Test func dataSetsAreTheFirstAxisAndTheirKeysReachTheRuns() throws {
    let study = try study(Self.grid)
    #expect(study.runs.count == 32)
    #expect(study.runs[0].key.hasPrefix("data_set-large_strength-0.0_seed-0_"))
    #expect(study.runs[16].configuration.imageSize == 16)
    #expect(study.recordedAxes[0].key == "data_set")
  }

  @Test func theTableIsReadADataSetAtATime() throws {
    let table = try MadeUpStudy.results(
      Self.grid + "figures: [h.rankme]", figures: { (["rankme": $0.configuration.strength], [:]) }
    ) { $0.table }
    #expect(table.rows.map(\.dataSet) == ["large", "large", "small", "small"])
    #expect(table.rows[0].name == "data_set large, strength 0.0")
    #expect(table.parts.map(\.title) == ["data_set large", "data_set small"])
    #expect(table.parts[1].rows.map(\.name) == ["strength 0.0", "strength 1.0"])
    #expect(table.parts[1].rows[1].cells[0]?.mean == 1)
  }

  @Test func aTableOfDataSetsAloneIsOnePart() throws {
    let text = """
      data_sets: {large: {image_size: 32}, small: {image_size: 16}}
      axes: {seed: [0, 1]}
      figures: [h.rankme]
      """
    let table = try MadeUpStudy.results(text, figures: { _ in (["rankme": 1], [:]) }) { $0.table }
    #expect(table.parts.map(\.title) == ["settings"])
    #expect(table.parts[0].rows.map(\.name) == ["data_set large", "data_set small"])
  }

  @Test func aClaimIsTestedInEachDataSetAndOverAllBySeed() throws {
    let claim = try #require(
      claims(Self.claim("of: h.rankme")) { run in
        let isLarge = run.configuration.imageSize == 32
        let slope = (isLarge ? 3.0 : 1) + Double(run.configuration.seed) / 8
        return (["rankme": slope * run.configuration.strength], [:])
      }.first)
    let steps = (0..<8).map { Double($0) / 8 }
    #expect(claim.effects == steps.map { 2 + $0 })
    #expect(claim.dataSets.map(\.name) == ["large", "small"])
    #expect(claim.dataSets[0].effects == steps.map { 3 + $0 })
    #expect(claim.dataSets[1].effects == steps.map { 1 + $0 })
    #expect(claim.dataSets.allSatisfy { $0.p == 1.0 / 256 && $0.verdict == .supported })
    #expect(claim.p == 1.0 / 256 && claim.verdict == .supported)
    #expect(claim.points.count == 32)
    #expect(Set(claim.points.map(\.dataSet)) == ["large", "small"])
    let between = try #require(claim.heterogeneity)
    // Means of 3.4375 and 1.4375, each with the squared standard error e²: Q = (2² / 2) / e².
    let variance = steps.map { ($0 - 0.4375) * ($0 - 0.4375) }.reduce(0, +) / 7 / 8
    #expect(between.q.isApproximately(2 / variance, within: 1e-9))
    #expect(between.degreesOfFreedom == 1)
    #expect(between.i2.isApproximately(1 - variance / 2, within: 1e-12))
    #expect(between.deviation.isApproximately((2 - variance).squareRoot(), within: 1e-12))
  }

  @Test func aClaimCanBeAboutSomeDataSets() throws {
    let claim = try #require(
      claims(Self.claim("of: h.rankme, where: {data_set: small}")) { run in
        guard run.configuration.imageSize == 16 else { return ([:], [:]) }
        return (["rankme": run.configuration.strength], [:])
      }.first)
    #expect(
      claim.dataSets.map(\.name) == ["small"] && claim.effects == Array(repeating: 1, count: 8))
    #expect(claim.heterogeneity == nil && claim.note == nil)
  }

  @Test func whatIsMissingIsNamedAndTheRestIsJudged() throws {
    let claim = try #require(
      claims(Self.claim("of: h.rankme")) { run in
        if run.configuration.imageSize == 16 { return nil }
        if run.configuration.seed == 3 { return ([:], [:]) }
        return (["rankme": run.configuration.strength], [:])
      }.first)
    #expect(claim.seeds == [0, 1, 2, 4, 5, 6, 7])
    #expect(
      claim.note
        == "without the data set small, which has no effect; large without seed 3: h.rankme was not measured"
    )
    #expect(claim.dataSets[1].verdict == .tooFewSeeds && claim.dataSets[1].effect == nil)
  }

  @Test func theCorrectionIsOverThePrimaryClaimsOfADataSet() throws {
    let text =
      Self.grid + """
        claims:
          - {id: a, statement: s, statistic: slope, axis: strength, direction: positive, of: h.rankme}
          - {id: b, statement: s, statistic: slope, axis: strength, direction: positive, of: z.rankme, where: {data_set: large}}
        """
    let claims = try claims(text) { run in
      (["rankme": run.configuration.strength], ["rankme": run.configuration.strength])
    }
    #expect(claims[0].correctedP == 2.0 / 256)
    let both: Double? = 2.0 / 256
    let alone: Double? = 1.0 / 256
    // Both claims are tested in the large one, one in the small one.
    #expect(claims[0].dataSets.map(\.correctedP) == [both, alone])
  }

  @Test func anInteractionIsADifferenceOfSlopes() throws {
    let text = """
      axes: {head: ['linear:8', 'mlp:8-8'], strength: [0.0, 0.5, 1.0], seed: [0, 1, 2, 3, 4]}
      claims:
        - {id: a, statement: s, statistic: interaction, axis: strength, with: head, direction: negative, of: z.rankme}
      """
    let claim = try #require(
      claims(text) { run in
        let slope = run.configuration.head == .linear(8) ? -1.0 : -3
        return ([:], ["rankme": 10 + slope * run.configuration.strength])
      }.first)
    #expect(claim.effects.allSatisfy { $0.isApproximately(-2, within: 1e-12) })
    #expect(claim.statistic == "slope of z.rankme against strength, head mlp:8-8 less linear:8")
    #expect(Set(claim.points.map(\.series)) == ["linear:8", "mlp:8-8"])
    #expect(claim.points.count == 30 && claim.verdict == .supported)
  }

  @Test func aClaimHoldsAgainstAControlWhereItsEffectIsLargerSeedBySeed() throws {
    let text =
      "axes: {strength: [0.0, 1.0], seed: [0, 1, 2, 3, 4, 5, 6, 7]}\nclaims:\n"
      + ["h.rankme", "h.alpha", "h.rankme + h.nesum"].enumerated().map { place, of in
        "  - {id: c\(place), statement: s, statistic: slope, axis: strength, direction: positive, of: \(of)}\n"
      }.joined()
    let claims = try MadeUpStudy.results(
      text,
      controls: [
        .untrained: { run in
          (["rankme": run.configuration.strength, "alpha": 3 * run.configuration.strength], [:])
        }
      ],
      figures: { run in
        let (strength, seed) = (run.configuration.strength, Double(run.configuration.seed))
        return (
          ["rankme": (2 + seed / 8) * strength, "alpha": 2 * strength, "nesum": strength], [:]
        )
      }
    ) { $0.claims }
    let untrained = try #require(claims[0].controls.first)
    #expect(claims[0].controls.count == 1 && untrained.control == .untrained)
    #expect(untrained.effect == 1)
    let steps = (0..<8).map { Double($0) / 8 }
    #expect(untrained.differences == steps.map { 1 + $0 })
    #expect(untrained.p == 1.0 / 256)
    // Two claims have the control, so that p is corrected over two.
    #expect(untrained.correctedP == 2.0 / 256 && untrained.holds == true)
    // A larger effect in the control: the claim stands by itself, and falls against it.
    #expect(claims[1].verdict == .supported && claims[1].controls[0].holds == false)
    // A figure without its control has nothing to be compared with.
    #expect(claims[2].controls.isEmpty)
  }

  @Test func mistakesInDataSetsAndInteractionsAreNamed() {
    let axes = "axes: {head: ['linear:8', 'mlp:8-8'], strength: [0.0, 1.0], seed: [0, 1]}\n"
    let start = "claims: [{id: a, statement: s, direction: positive, of: h.rankme, "
    for (text, part) in [
      ("data_sets: {a: {strength: 1}}\n" + axes, "both an axis and a key of the data set 'a'"),
      (
        "data_sets: {a: {epochs: 1}}\narms: {b: {epochs: 2}}\naxes: {seed: [0]}",
        "set by the arm 'b' and by the data set 'a'"
      ),
      ("data_sets: {a: {nothing: 1}}\n" + axes, "nothing"),
      ("data_sets: {a: {epochs: 1}}\nquick: {data_set: [c]}\n" + axes, "no data set 'c'"),
      (
        "data_sets: {a: {epochs: 1}, b: {epochs: 2}}\naxes: {seed: [0, 1]}\n" + start
          + "statistic: difference, axis: data_set}]", "tested in each data set"
      ),
      (axes + start + "statistic: interaction, axis: strength}]", "needs a second axis"),
      (axes + start + "statistic: interaction, with: head}]", "an interaction needs an axis"),
      (axes + start + "statistic: interaction, axis: strength, with: strength}]", "second axis"),
      (axes + start + "statistic: slope, axis: strength, with: head}]", "with goes with"),
    ] {
      let error = #expect(throws: StudyFileError.self, "\(text)") { try study(text) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(part), "\(String(describing: error))")
    }
  }

  @Test func aSubsetIsMadeByValuesOfAxes() throws {
    let study = try study(Self.grid)
    try withTemporaryFolder { url in
      func runner(_ subset: StudySubset) throws -> StudyRunner {
        try StudyRunner(
          study, folder: StudyFolder(path: url.path), executable: "/bin/true",
          executor: .local(jobs: 1), only: subset)
      }
      _ = try runner(StudySubset([("data_set", ["small"]), ("strength", ["1.0"])]))
      #expect(
        throws: StudyError.unknownSubset(
          axis: "data_set", value: "tiny", known: ["large", "small"])
      ) { try runner(StudySubset([("data_set", ["tiny"])])) }
      #expect(
        throws: StudyError.unknownSubset(
          axis: "colour", value: nil, known: ["data_set", "strength", "seed"])
      ) { try runner(StudySubset([("colour", ["red"])])) }
    }
  }

  @Test func dataThatAreNotThereAreNamedBeforeAnythingIsTrained() throws {
    let study = try study(
      "data_sets: {a: {dataset: sprites}, b: {dataset: packed, data: nowhere/b.gnomon}}\naxes: {seed: [0]}"
    )
    try withTemporaryFolder { url in
      func start(_ subset: StudySubset) throws {
        _ = try StudyRunner(
          study, folder: StudyFolder(path: url.path), executable: "/bin/true",
          executor: .local(jobs: 1), only: subset)
      }
      try start(StudySubset([("data_set", ["a"])]))
      #expect(throws: StudyError.missingData(path: "nowhere/b.gnomon", run: study.runs[1].key)) {
        try start(StudySubset())
      }
    }
  }
}
