import Foundation
import Records
import Studies
import TestSupport
import Testing

/// Choosing without labels, and a study's table.
struct SelectionTests {
  private let text = """
    axes: {strength: [0.0, 0.5, 1.0], seed: [0, 1]}
    figures: [h.rankme, h.rankme / z.rankme]
    """

  /// RankMe orders as the linear probe does, uniformity the other way round, α is best in the middle.
  private func figures(_ run: StudyRun) -> MadeUpStudy.Figures? {
    let quality = run.configuration.strength + Double(run.configuration.seed) / 10
    return (
      [
        "rankme": 10 + quality, "uniformity": quality, "alpha": 0.5 + run.configuration.strength,
        "linear_top1": 0.5 + quality / 10,
      ], ["rankme": 2]
    )
  }

  @Test func candidatesAreRankedAndAgreementIsMeasured() throws {
    let selection = try MadeUpStudy.results(text, figures: figures) { try $0.selection(layer: "h") }
    let checkpoints = selection.checkpoints
    // Each run at step 10 and at step 20.
    #expect(checkpoints.candidates.count == 12)
    let best = try #require(checkpoints.candidates.first { $0.places["rankme"] == 1 })
    #expect(best.name.hasPrefix("strength-1.0_seed-1") && best.step == 20)
    #expect(best.figures["rankme"] == 11.1)
    #expect(checkpoints.candidates.count { $0.linearTop1 != nil } == 6)

    #expect(checkpoints.agreements.map(\.criterion) == [.rankme, .alpha, .uniformity])
    let byRankMe = checkpoints.agreements[0]
    let tau = try #require(byRankMe.tau)
    #expect(tau.value == 1 && tau.lower == 1 && tau.upper == 1)
    #expect(byRankMe.count == 6)
    let choice = try #require(byRankMe.choices.first)
    #expect(byRankMe.choices.count == 1 && choice.dataSet == nil)
    #expect(choice.linearTop1 == choice.bestLinearTop1)
    // The best of qualities 0, 0.1, 0.5, 0.6, 1 and 1.1 has 1.1, their mean is 0.55: a tenth of the difference.
    #expect(try #require(choice.meanLinearTop1).isApproximately(0.555, within: 1e-12))
    #expect(try #require(byRankMe.gain).value.isApproximately(0.055, within: 1e-12))
    #expect(checkpoints.agreements[2].tau?.value == -1)
    #expect(try #require(checkpoints.agreements[2].gain).value < 0)

    let settings = selection.settings
    #expect(settings.candidates.map(\.name) == ["strength 0.0", "strength 0.5", "strength 1.0"])
    #expect(settings.candidates[1].places == ["rankme": 2, "alpha": 1, "uniformity": 2])
    #expect(settings.candidates[1].linearTop1?.isApproximately(0.555, within: 1e-12) == true)
    // The distance of α from 1 is 0.5, 0, 0.5: its order ties where the probe's does not.
    #expect(settings.agreements[1].tau?.value == 0)
    // Three settings are too few for an interval.
    #expect(settings.agreements[0].tau?.value == 1 && settings.agreements[0].tau?.lower == nil)
  }

  @Test func dataSetsAreRankedEachByItself() throws {
    let text = """
      data_sets: {easy: {image_size: 32}, hard: {image_size: 16}}
      axes: {strength: [0.0, 0.5, 1.0], seed: [0, 1]}
      """
    let selection = try MadeUpStudy.results(
      text,
      figures: { run in
        let quality = run.configuration.strength + Double(run.configuration.seed) / 10
        let isEasy = run.configuration.imageSize == 32
        // RankMe is right in one and wrong in the other, and larger where the probe is worse.
        return (
          [
            "rankme": isEasy ? quality : 100 - quality,
            "linear_top1": (isEasy ? 0.8 : 0.2) + quality / 10,
          ], [:]
        )
      }
    ) { try $0.selection(layer: "h") }.checkpoints
    let agreement = try #require(selection.agreements.first)
    #expect(agreement.choices.map(\.dataSet) == ["easy", "hard"])
    // 1 and −1; over all pairs alike, data sets mixed, it would be far below 0.
    #expect(agreement.tau?.value == 0)
    #expect(agreement.choices[0].linearTop1 == agreement.choices[0].bestLinearTop1)
    #expect(agreement.choices[1].linearTop1 == 0.2)
    #expect(selection.candidates.count { $0.places["rankme"] == 1 } == 2)
    let interval = try #require(agreement.tau)
    #expect(try #require(interval.lower) <= 0 && #require(interval.upper) >= 0)
  }

  @Test func withoutLabelsThereIsARankingAndNoAgreement() throws {
    let selection = try MadeUpStudy.results(
      text,
      figures: { run in
        var figures = self.figures(run)
        figures?.h["linear_top1"] = nil
        return figures
      }
    ) { try $0.selection(layer: "h") }
    let agreement = selection.checkpoints.agreements[0]
    #expect(agreement.tau == nil && agreement.count == 0 && agreement.gain == nil)
    #expect(agreement.choices[0].linearTop1 == nil)
    #expect(agreement.choices[0].name.hasPrefix("strength-1.0_seed-1"))
    let ofZ = try MadeUpStudy.results(text, figures: figures) { try $0.selection(layer: "z") }
    #expect(ofZ.checkpoints.agreements.map(\.criterion) == [.rankme])
    // The accuracy is h's, whichever layer chooses.
    #expect(ofZ.checkpoints.agreements[0].count == 6)
  }

  @Test func theTableHasMeansAndDeviationsOverSeeds() throws {
    let table = try MadeUpStudy.results(
      text,
      figures: { run in
        run.configuration.strength == 1 && run.configuration.seed == 1 ? nil : figures(run)
      }
    ) { $0.table }
    #expect(table.columns == ["h.rankme", "h.rankme / z.rankme"])
    #expect(table.rows.map(\.name) == ["strength 0.0", "strength 0.5", "strength 1.0"])
    let cell = try #require(table.rows[0].cells[0])
    #expect(cell.mean.isApproximately(10.05, within: 1e-12) && cell.count == 2)
    #expect(cell.deviation?.isApproximately(0.1 / 2.0.squareRoot(), within: 1e-12) == true)
    let alone = try #require(table.rows[2].cells[1])
    #expect(alone.mean == 5.5 && alone.count == 1 && alone.deviation == nil)
  }

  @Test func anUnfinishedStudyHasAPlan() throws {
    try withTemporaryFolder { url in
      let study = try study(text)
      let folder = StudyFolder(path: url.path)
      #expect(throws: StudyError.notAStudy(path: url.path)) { try StudyResults(study, in: folder) }
      let run = folder.run(study.runs[1].key)
      try run.create()
      try run.write(
        RunSummary(
          name: "r", config: study.runs[1].configuration.json, epochs: 10, steps: 310,
          wallSeconds: 62))
      let plan = try StudyPlan(study, in: folder, jobs: 1, cores: 2)
      #expect(plan.entries.map(\.isFinished) == [false, true, false, false, false, false])
      #expect(plan.secondsLeft?.isApproximately(5 * 62, within: 1e-9) == true)
      // The same runs with two threads each are others, and that is noticed.
      let other = try Study(
        yaml: text, source: "s.yaml", isQuick: false, threads: 2)
      #expect(try StudyPlan(other, in: folder, jobs: 1, cores: 2).otherThreads == [1: 1])

      try run.write(RunSummary(name: "r", config: ["epochs": 3], epochs: 3, steps: 9))
      #expect(throws: StudyError.otherRun(path: run.url.path)) {
        try StudyPlan(study, in: folder, jobs: 1, cores: 2)
      }
    }
  }
}
