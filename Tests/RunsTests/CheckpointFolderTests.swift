import Foundation
import RunStore
import Runs
import TestSupport
import Testing
import Torch

/// Checkpoints of two small tensors: what is read back, what damage does, which ones stay.
@Suite struct CheckpointFolderTests {
  private func withCheckpoints(_ body: (CheckpointFolder) throws -> Void) throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      try folder.create()
      try body(CheckpointFolder(folder: folder))
    }
  }

  private func tensors(_ step: Int) -> [String: Tensor] {
    ["weight": Tensor([Float(step), 1, 2]), "bias": Tensor([Float(step) / 2])]
  }

  private func write(
    _ steps: some Sequence<Int>, to checkpoints: CheckpointFolder,
    keeping retention: CheckpointFolder.Retention = .init()
  ) throws {
    for step in steps {
      try checkpoints.write(
        tensors(step), step: step, progress: RunProgress(), retention: retention)
    }
  }

  private func file(_ step: Int, _ suffix: String, in checkpoints: CheckpointFolder) -> URL {
    let name = "step-\(String(format: "%08d", step)).\(suffix)"
    return checkpoints.folder.checkpoints.appendingPathComponent(name)
  }

  private func expectOlder(_ checkpoints: CheckpointFolder, after damage: String) throws {
    let (checkpoint, damaged) = try checkpoints.readNewest()
    #expect(checkpoint.record.step == 1, "\(damage)")
    #expect(damaged.count == 1 && damaged[0].contains("step-00000002"), "\(damage): \(damaged)")
    #expect(checkpoint.tensors["weight"]?.scalars(Float.self) == [1, 1, 2], "\(damage)")
  }

  @Test(arguments: ["safetensors", "json"])
  func aCheckpointCutOffAtAnyByteIsNamedAndTheOneBeforeItUsed(_ suffix: String) throws {
    try withCheckpoints { checkpoints in
      try write([1, 2], to: checkpoints)
      let newest = file(2, suffix, in: checkpoints)
      let bytes = try Data(contentsOf: newest)
      for count in bytes.indices {
        try bytes.prefix(count).write(to: newest)
        try expectOlder(checkpoints, after: "\(suffix) cut to \(count) bytes")
      }
      try bytes.write(to: newest)
      #expect(try checkpoints.readNewest().checkpoint.record.step == 2)
    }
  }

  @Test func aChangedByteAnywhereInTheTensorsIsFound() throws {
    try withCheckpoints { checkpoints in
      try write([1, 2], to: checkpoints)
      let newest = file(2, "safetensors", in: checkpoints)
      let bytes = try Data(contentsOf: newest)
      for index in bytes.indices {
        var changed = bytes
        changed[index] ^= 0x20
        try changed.write(to: newest)
        try expectOlder(checkpoints, after: "byte \(index) changed")
      }
      try (bytes + [0]).write(to: newest)
      try expectOlder(checkpoints, after: "a byte added")
    }
  }

  @Test func aCheckpointUnderAnotherStepsNameIsRefused() throws {
    try withCheckpoints { checkpoints in
      try write([1], to: checkpoints)
      for suffix in ["safetensors", "json"] {
        try FileManager.default.copyItem(
          at: file(1, suffix, in: checkpoints), to: file(2, suffix, in: checkpoints))
      }
      try expectOlder(checkpoints, after: "copied")
    }
  }

  @Test func theNewestStayAndEveryNthForGood() throws {
    try withCheckpoints { checkpoints in
      try write(stride(from: 5, through: 60, by: 5), to: checkpoints)
      #expect(checkpoints.steps.count == 12)
      try write([65], to: checkpoints, keeping: .init(newest: 3, everySteps: 20))
      #expect(checkpoints.steps == [65, 60, 55, 40, 20])
      try write([70, 75], to: checkpoints, keeping: .init(newest: 1))
      #expect(checkpoints.steps == [75])
      let names = try FileManager.default.contentsOfDirectory(
        atPath: checkpoints.folder.checkpoints.path)
      #expect(names.sorted() == ["last", "step-00000075.json", "step-00000075.safetensors"])
    }
  }

  @Test func aDamagedOrUnfinishedCheckpointNeverCountsAsKept() throws {
    try withCheckpoints { checkpoints in
      try write([1, 2, 3, 4], to: checkpoints)
      try FileManager.default.removeItem(at: file(4, "json", in: checkpoints))
      try Data("short".utf8).write(to: file(3, "safetensors", in: checkpoints))
      try write([5], to: checkpoints, keeping: .init(newest: 3))
      #expect(checkpoints.steps == [5, 2, 1])
    }
  }

  @Test func nothingIsRemovedWhenTheNewCheckpointCannotBeWritten() throws {
    try withCheckpoints { checkpoints in
      try write([1, 2], to: checkpoints)
      // A folder where the file should be: no permission would stop a superuser.
      try FileManager.default.createDirectory(
        at: file(3, "json", in: checkpoints), withIntermediateDirectories: false)
      #expect(throws: RunStoreError.self) {
        try write([3], to: checkpoints, keeping: .init(newest: 1))
      }
      let (checkpoint, damaged) = try checkpoints.readNewest()
      #expect(checkpoint.record.step == 2 && damaged.count == 1)
    }
  }
}
