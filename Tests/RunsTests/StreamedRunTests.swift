import Datasets
import Foundation
import RunStore
import Runs
import TestSupport
import Testing
import Torch

/// Runs whose images are read when they are needed.
@Suite(.serialized) struct StreamedRunTests {
  private func configuration(
    _ data: URL, _ loading: ImageLoading, _ change: (inout RunConfiguration) -> Void = { _ in }
  ) -> RunConfiguration {
    tinyRun {
      $0.dataset = .folder
      $0.data = data.path
      $0.loading = loading
      $0.readAhead = 1
      $0.trainCount = nil
      $0.heldOutCount = nil
      $0.steps = 8
      $0.logEvery = 1
      change(&$0)
    }
  }

  private func makePhotographs(in folder: URL) throws -> URL {
    let photographs = folder.appendingPathComponent("photographs")
    var random = CounterRandom(seed: 4)
    for index in 0..<70 {
      let place = photographs.appendingPathComponent("\(index % 2)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let pixels = (0..<24 * 24 * 3).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) }
      try Data(PNGImage.encode(rgb: pixels, width: 24, height: 24))
        .write(to: place.appendingPathComponent("\(index).png"))
    }
    return photographs
  }

  private func finish(_ run: TrainingRun) throws -> RunFolder {
    guard case .finished = try run.run() else {
      Issue.record("not finished")
      return run.folder
    }
    return run.folder
  }

  /// What a run's bits are: the weights, and every figure but those of time and the settings.
  private func bits(_ folder: RunFolder) throws -> [Data] {
    let last = try text(of: folder.checkpoints.appendingPathComponent("last"))
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let name = last.hasSuffix(".safetensors") ? last : last + ".safetensors"
    let summary = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.url.appendingPathComponent("summary.json")))
    let layers = (summary as? [String: Any])?["layers"] ?? [:]
    let views = try Data(contentsOf: folder.views)
    return [
      try Data(contentsOf: folder.checkpoints.appendingPathComponent(name)),
      try JSONSerialization.data(withJSONObject: layers, options: .sortedKeys), views,
    ]
  }

  @Test func aRunThatReadsItsImagesIsTheRunThatHoldsThemBitForBit() throws {
    try withTemporaryFolder { folder in
      let data = try makePhotographs(in: folder)
      let all = try [ImageLoading.memory, .stream].map { loading in
        let place = RunFolder(path: folder.appendingPathComponent(loading.rawValue).path)
        return try bits(finish(TrainingRun(configuration(data, loading), folder: place)))
      }
      for (held, streamed) in zip(all[0], all[1]) { #expect(held == streamed) }
    }
  }

  @Test func aRunWithAnImageThatCannotBeReadIsResumedToTheSameBits() throws {
    try withTemporaryFolder { folder in
      let data = try makePhotographs(in: folder)
      for name in ["0/4", "1/9", "1/11"] {
        try Data("no image".utf8).write(to: data.appendingPathComponent(name + ".png"))
      }
      let undisturbed = RunFolder(path: folder.appendingPathComponent("undisturbed").path)
      _ = try finish(TrainingRun(configuration(data, .stream), folder: undisturbed))
      let place = RunFolder(path: folder.appendingPathComponent("stopped").path)
      for step in [1, 4] {
        let run =
          try step == 1
          ? TrainingRun(configuration(data, .stream), folder: place)
          : TrainingRun(resuming: place) { Issue.record("\($0)") }
        var asked = 0
        _ = try run.run(shouldStop: {
          asked += 1
          return asked == step
        })
      }
      _ = try finish(TrainingRun(resuming: place) { Issue.record("\($0)") })
      let pairs = zip(try bits(undisturbed), try bits(place))
      for (whole, resumed) in pairs { #expect(whole == resumed) }
      for run in [undisturbed, place] {
        let lines = try text(of: run.skippedFiles).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.hasSuffix("\tnot a PNG, JPEG, WebP, GIF, BMP or TIFF file") })
      }
    }
  }

  @Test func aStrictRunStopsBeforeTheStepThatWouldSeeTheImageAndListsIt() throws {
    try withTemporaryFolder { folder in
      let data = try makePhotographs(in: folder)
      try Data("no image".utf8).write(to: data.appendingPathComponent("0/4.png"))
      let place = RunFolder(path: folder.appendingPathComponent("strict").path)
      let run = try TrainingRun(configuration(data, .stream) { $0.strict = true }, folder: place)
      let error = #expect(throws: DatasetError.self) { try run.run() }
      #expect(error?.place.hasSuffix("0/4.png") == true)
      let lines = try text(of: place.skippedFiles).split(separator: "\n")
      #expect(lines.count == 1 && lines.first?.contains("0/4.png\t") == true)
    }
  }

  /// A process whose other images are no images, in a strict run, would stop at the first of them that it reads.
  @Test(arguments: [0, 1]) func aProcessReadsTheImagesOfItsShareAndNoOthers(_ rank: Int) throws {
    try withTemporaryFolder { folder in
      let photographs = folder.appendingPathComponent("photographs")
      for index in 0..<70 {
        let place = photographs.appendingPathComponent("\(index % 2)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        // Each has its number for a colour.
        let pixels = [UInt8](repeating: UInt8(index), count: 24 * 24 * 3)
        try Data(PNGImage.encode(rgb: pixels, width: 24, height: 24))
          .write(to: place.appendingPathComponent("\(index).png"))
      }
      func settings(_ data: URL) -> RunConfiguration {
        configuration(data, .stream) {
          $0.steps = 3
          $0.strict = true
          $0.figures = .none
          $0.controls = false
          $0.gapSteps = 0
        }
      }
      let train = try settings(photographs).loadData().train
      let order = try EpochOrder(
        count: train.count, seed: settings(photographs).orderSeed, epoch: 0
      ).batches(of: 16)
      let own = order.prefix(3).flatMap { $0.dropFirst(rank * 8).prefix(8) }
      let kept = Set(own.map { Int(train.pixels[$0].first ?? 0) })
      #expect(kept.count == 24)
      let poor = folder.appendingPathComponent("other-photographs")
      try FileManager.default.copyItem(at: photographs, to: poor)
      for index in (0..<train.count).map({ Int(train.pixels[$0].first ?? 0) })
      where !kept.contains(index) {
        try Data("no image".utf8)
          .write(to: poor.appendingPathComponent("\(index % 2)/\(index).png"))
      }

      func losses(_ name: String, _ data: @escaping @Sendable (Int) -> URL) throws -> [Double] {
        let place = RunFolder(path: folder.appendingPathComponent(name).path)
        let configurations = [0, 1].map { settings(data($0)) }
        let ends = try processes(2) { group in
          let run = try TrainingRun(configurations[group.rank], folder: place, processes: group)
          // The contact sheet has images of anybody's.
          if group.rank == 0 { try Data().write(to: place.views) }
          _ = try run.run()
        }
        for end in ends { try end.get() }
        return try place.readMetrics().compactMap(\.loss)
      }
      let whole = try losses("whole") { _ in photographs }
      #expect(whole.count == 3)
      #expect(try losses("poor") { $0 == rank ? poor : photographs } == whole)
    }
  }
}
