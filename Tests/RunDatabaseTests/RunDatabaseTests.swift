import Foundation
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

/// What goes into the store and what comes out of it.
@Suite struct RunDatabaseTests {
  private func withStore(_ body: (RunDatabase) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let database = try RunDatabase.open(
        path: folder.appendingPathComponent("store.sqlite").path)
      try body(database)
      try database.close()
    }
  }

  @Test(arguments: [true, false])
  func aRunComesBackAsItWas(_ isFinished: Bool) throws {
    try withStore { store in
      let content = Samples.content(3, isFinished: isFinished)
      try store.write(content, key: "a", study: "strength")
      #expect(try store.content(key: "a", study: "strength") == content)
      #expect(try store.content(key: "a") == nil)
      let run = try #require(try store.runs().first)
      #expect(run.status == (isFinished ? .finished : .running) && run.study == "strength")
      #expect(run.steps == 50 && run.name == "run-3")
    }
  }

  @Test func writingARunAgainReplacesAllOfIt() throws {
    try withStore { store in
      try store.write(Samples.content(1, points: 9), key: "a")
      try store.write(Samples.content(2), key: "b")
      let shorter = Samples.content(1, points: 4, layers: ["h"])
      try store.write(shorter, key: "a")
      #expect(try store.content(key: "a") == shorter)
      #expect(try store.content(key: "b") == Samples.content(2))
      try store.remove(key: "a")
      #expect(try store.runs().map(\.key) == ["b"])
      #expect(try store.content(key: "a") == nil)
    }
  }

  @Test func aStudyComesBackAsItWasWithItsClaims() throws {
    try withStore { store in
      for status in [StudyRecord.Run.Status.pending, .failed, .finished] {
        let study = Samples.study(0..<4, status: status)
        try store.record(study)
        #expect(try store.study(named: "strength") == study)
      }
      #expect(try store.studies() == ["strength"])
      #expect(try store.study(named: "other") == nil)
    }
  }

  @Test func aStudysRecordKeepsWhatRunsMeasured() throws {
    try withStore { store in
      try store.record(Samples.study(0..<3, status: .running))
      try store.write(Samples.content(1), key: "run-1", study: "strength")
      // The study's word on a run counts, not that its files look finished.
      #expect(try store.runs(of: "strength").map(\.status) == [.running, .running, .running])
      try store.record(Samples.study(0..<2, status: .finished))
      #expect(try store.content(key: "run-1", study: "strength") == Samples.content(1))
      #expect(try store.runs(of: "strength").map(\.key) == ["run-0", "run-1"])
      // Run 1 was measured and stays although the study drops it; run 0 was not.
      try store.record(Samples.study(2..<3, status: .pending))
      let left = try store.runs(of: "strength")
      #expect(left.map(\.key) == ["run-2", "run-1"])
      #expect(left.map(\.status) == [.pending, .finished])
      #expect(left[1].settings.isEmpty)
    }
  }

  @Test func runsAreListedWithSettingsConfigurationAndFinalFigures() throws {
    try withStore { store in
      for seed in 0..<3 {
        try store.write(Samples.content(seed), key: "run-\(seed)", study: "strength")
      }
      try store.write(
        Samples.content(9, isFinished: false), key: "run-9", study: "strength")
      try store.record(Samples.study(0..<3, status: .finished))
      let rank = FigureName(layer: "z", key: "effective_rank")
      let half = FigureName(layer: "h", key: "invariance_at.0.5")
      let missing = FigureName(layer: "h", key: "nothing")
      let runs = try store.runs(
        of: "strength", with: [rank, half, missing], configuration: ["seed", "policy"])
      #expect(runs.map(\.key) == ["run-0", "run-1", "run-2", "run-9"])
      for (seed, run) in runs.prefix(3).enumerated() {
        #expect(
          run.settings == [
            "strength": 0.1, "seed": .integer(seed), "strict": true, "head": "1",
          ])
        #expect(
          run.configuration == [
            "seed": .integer(seed), "policy": ["lie": ["rotation": 0.25]],
          ])
        #expect(run.figures == [rank: 1 + 50 / Double(seed + 7), half: 0.4])
      }
      // An unfinished run has no final figures yet.
      #expect(runs[3].figures.isEmpty)
      let names = try store.figureNames()
      #expect(names.count == 24 && names == names.sorted())
      let untrained = FigureName(layer: "h", key: "effective_rank@untrained")
      #expect(names.contains(rank) && names.contains(half) && names.contains(untrained))
    }
  }

  @Test func aCurveIsThinnedEvenlyBetweenItsEnds() throws {
    try withStore { store in
      let content = Samples.content(1, points: 500)
      try store.write(content, key: "a")
      let run = try #require(try store.runs().first)
      #expect(try store.metrics(of: run.id) == content.metrics)
      for count in [2, 7, 100, 499, 500, 900] {
        let thinned = try store.metrics(of: run.id, atMost: count)
        #expect(thinned.count == min(count, 500))
        #expect(thinned.first?.step == 10 && thinned.last?.step == 5000)
        let gaps = zip(thinned.dropFirst(), thinned).map { $0.step - $1.step }
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) <= 10, "\(count)")
      }
    }
  }

  @Test func aFiguresHistoryAndTheFinalLayersAreFound() throws {
    try withStore { store in
      let content = Samples.content(1)
      try store.write(content, key: "a")
      let run = try #require(try store.runs().first)
      let history = try store.history(of: "effective_rank", run: run.id)
      #expect(history.keys.sorted() == ["h", "head.1", "z"])
      #expect(history["z"]?.map(\.step) == [20, 50])
      #expect(history["z"]?.last == FigurePoint(step: 50, epoch: 50 / 30, value: 1 + 50 / 8))
      #expect(try store.finalLayers(of: run.id) == content.layers.suffix(3).map(\.figures))
    }
  }

  @Test func numbersThatAreNotFiniteWereNotMeasured() throws {
    try withStore { store in
      var figures = Samples.record(step: 1, layer: "h", seed: 0)
      figures.figures["alpha"] = .nan
      figures.figures.spectrum.append(-.infinity)
      let content = RunContent(
        name: "a", configuration: .null, summary: nil,
        metrics: [MetricRecord(step: 1, epoch: 0, loss: .infinity, extra: ["gap": .nan])],
        geometry: [figures])
      try store.write(content, key: "a")
      let stored = try #require(try store.content(key: "a"))
      #expect(stored == content)
      #expect(stored.metrics == [MetricRecord(step: 1, epoch: 0)])
      #expect(stored.layers[0].figures["alpha"] == nil)
      #expect(stored.layers[0].figures.spectrum.count == 4)
    }
  }

  @Test func repeatedLinesCountOnce() throws {
    try withStore { store in
      let content = RunContent(
        name: "a", configuration: .null, summary: nil,
        metrics: [3, 1, 3].enumerated().map {
          MetricRecord(step: $1, epoch: 0, loss: Double($0))
        },
        geometry: [0, 1].map { Samples.record(step: 4, layer: "z", seed: $0) })
      #expect(content.metrics.map(\.loss) == [1, 2])
      try store.write(content, key: "a")
      #expect(try store.content(key: "a") == content)
      #expect(content.layers == [Samples.record(step: 4, layer: "z", seed: 1)])
    }
  }

  @Test func aDamagedRunFolderLeavesTheStoreAsItWas() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("a").path)
      try Samples.write(Samples.content(1), to: folder)
      let store = try RunDatabase.open(path: parent.appendingPathComponent("s.sqlite").path)
      try store.importRun(folder, key: "a")
      try Data("{\"step\":1}\nnonsense\n{\"step\":2,\"epoch\":1}\n".utf8).write(
        to: folder.metrics)
      let error = #expect(throws: RunStoreError.self) { try store.importRun(folder, key: "a") }
      #expect(error?.description.contains("metrics.jsonl, line 1") == true)
      #expect(try store.content(key: "a") == Samples.content(1))
      #expect(throws: RunStoreError.self) {
        try store.importRun(RunFolder(path: parent.path + "/none"), key: "b")
      }
    }
  }
}
