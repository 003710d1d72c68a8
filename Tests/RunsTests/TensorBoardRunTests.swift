import Foundation
import Records
import RunStore
import Runs
import TensorBoardLog
import TestSupport
import Testing

/// What a run leaves for TensorBoard.
@Suite(.serialized) struct TensorBoardRunTests {
  private func logged(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
    tinyRun {
      $0.log = .tensorboard
      $0.logEvery = 1
      $0.steps = 10
      $0.measureEvery = 1
      $0.measureBudget = 1
      change(&$0)
    }
  }

  private func scalars(_ events: [LoggedEvent], _ tag: String) -> [Int: Double] {
    var found: [Int: Double] = [:]
    for event in events {
      guard case .values(let values) = event.content else { continue }
      for value in values where value.tag == tag {
        if case .scalar(let number) = value.value { found[event.step] = number }
      }
    }
    return found
  }

  private func tags(_ events: [LoggedEvent]) -> Set<String> {
    Set(
      events.flatMap { event -> [String] in
        guard case .values(let values) = event.content else { return [] }
        return values.map(\.tag)
      })
  }

  @Test func theEventsHoldWhatTheFilesOfTheRunHold() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      _ = try TrainingRun(logged(), folder: folder).run()
      let files = EventFiles.urls(in: folder.tensorboard)
      #expect(files.count == 1)
      let events = try files.flatMap(EventFiles.events)
      let losses = scalars(events, "train/loss")
      for record in try folder.readMetrics() {
        // Events keep numbers in single precision.
        #expect(losses[record.step] == record.loss.map { Double(Float($0)) })
      }
      let ranks = scalars(events, "effective_rank/h")
      let measured = try folder.readGeometry().filter { $0.figures.layer == "h" }
      #expect(measured.map(\.step) == [5, 10])
      for record in measured {
        #expect(ranks[record.step] == record.figures["effective_rank"].map { Double(Float($0)) })
      }
      #expect(
        tags(events).isSuperset(of: [
          "views", "spectrum/h", "spectrum/z", "train/learning_rate", "train/contrastive_top1",
          "train/views_per_second", "train/update_encoder", "train/update_head",
          "invariance_at/0.25/z", "tangent_norm/hue/h",
        ]), "\(tags(events).sorted())")
    }
  }

  @Test func theProjectorHasEachHeldOutImageWithItsLabelAndPicture() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      _ = try TrainingRun(logged(), folder: folder).run()
      let files = folder.tensorboard.appendingPathComponent("projector")
      #expect(try contents(of: files) == ["h.tsv", "metadata.tsv", "sprite.png", "z.tsv"])
      for (layer, dimension) in [("h", 32), ("z", 8)] {
        let rows = try text(of: files.appendingPathComponent("\(layer).tsv")).split(separator: "\n")
        #expect(rows.count == 60)
        #expect(rows.allSatisfy { $0.split(separator: "\t").count == dimension })
      }
      let metadata = try text(of: files.appendingPathComponent("metadata.tsv"))
        .split(separator: "\n")
      #expect(metadata.count == 61 && metadata[0] == "image\tlabel")
      #expect(metadata[1].hasPrefix("0\t") && metadata[60].hasPrefix("59\t"))
    }
  }

  @Test func aResumedRunGoesOnInAnotherFileAndVoidsTheStepsThatItTakesAgain() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      var asked = 0
      _ = try TrainingRun(logged(), folder: folder).run(shouldStop: {
        asked += 1
        return asked == 7
      })
      _ = try TrainingRun(resuming: folder) { Issue.record("\($0)") }.run()
      let files = EventFiles.urls(in: folder.tensorboard)
      #expect(files.count == 2)
      let events = try files.map(EventFiles.events)
      #expect(scalars(events[0], "train/loss").keys.sorted() == Array(1...7))
      #expect(events[1].first == LoggedEvent(step: 8, content: .start))
      #expect(scalars(events[1], "train/loss").keys.sorted() == [8, 9, 10])
      #expect(tags(events[0]).contains("views") && !tags(events[1]).contains("views"))
    }
  }

  @Test func aRunThatIsNotAskedToLeavesNothingForTensorBoardAndTrainsToTheSameBits() throws {
    try withTemporaryFolder { parent in
      let folders = ["none", "logged"].map {
        RunFolder(path: parent.appendingPathComponent($0).path)
      }
      _ = try TrainingRun(logged { $0.log = .none }, folder: folders[0]).run()
      _ = try TrainingRun(logged(), folder: folders[1]).run()
      #expect(!FileManager.default.fileExists(atPath: folders[0].tensorboard.path))
      let summaries = try folders.map { try $0.readSummary() }
      #expect(summaries[0]?.finalLoss == summaries[1]?.finalLoss)
      #expect(summaries[0]?.layers == summaries[1]?.layers)
    }
  }
}
