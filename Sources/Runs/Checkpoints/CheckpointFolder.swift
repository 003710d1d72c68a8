import Foundation
import Records
import RunStore
import Torch

/// The checkpoints of a run.
package struct CheckpointFolder {
  /// Which checkpoints stay when a newer one is there.
  package struct Retention: Equatable {
    /// How many of the newest; 0 for all.
    var newest = 0
    /// Those at multiples of so many steps stay for good; 0 for none.
    var everySteps = 0

    package init(newest: Int = 0, everySteps: Int = 0) {
      self.newest = newest
      self.everySteps = everySteps
    }
  }

  package let folder: RunFolder

  package init(folder: RunFolder) { self.folder = folder }

  /// Writes a checkpoint, whole or not at all, makes it the last one, and then removes the older
  /// ones that need not stay.
  package func write(
    _ tensors: [String: Tensor], step: Int, progress: RunProgress,
    retention: Retention = Retention()
  ) throws {
    var checksum = FNV1a()
    var byteCount = 0
    try AtomicFile.write(to: file(step, "safetensors")) { append in
      try SafeTensors(tensors, metadata: ["step": "\(step)"]).encode { bytes in
        checksum.update(bytes)
        byteCount += bytes.count
        try append(bytes)
      }
    }
    let record = Checkpoint.Record(
      step: step, progress: progress, byteCount: byteCount, checksum: Checkpoint.checksum(checksum))
    try AtomicFile.write(Self.encoder.encode(record), to: file(step, "json"))
    try AtomicFile.write(Data("\(name(step))\n".utf8), to: last)
    prune(upTo: step, retention)
  }

  /// The newest checkpoint that reads whole, and the message of each newer one that does not.
  ///
  /// - Throws: `RunError` when there is none.
  package func readNewest() throws(RunError) -> (checkpoint: Checkpoint, damaged: [String]) {
    var damaged: [String] = []
    for step in steps {
      switch read(step) {
      case .success(let checkpoint): return (checkpoint, damaged)
      case .failure(let error): damaged.append(error.description)
      }
    }
    throw .noCheckpoint(folder: folder.url.path, damaged: damaged)
  }

  /// The step of the newest checkpoint, readable or not; nil when there is none.
  package var newestStep: Int? { steps.first }

  /// Whether no checkpoint was ever written to its end.
  package var isEmpty: Bool { files.allSatisfy { !$0.value.contains("json") } }

  /// Whether both files of some checkpoint are there and of the right size; none is read.
  package var hasWhole: Bool { steps.contains(where: isWhole) }

  /// The steps of all checkpoints, newest first.
  package var steps: [Int] {
    files.filter { $0.value.contains("safetensors") }.keys.sorted(by: >)
  }

  /// The suffixes of the files of each step.
  private var files: [Int: Set<String>] {
    let contents = try? FileManager.default.contentsOfDirectory(atPath: folder.checkpoints.path)
    var found: [Int: Set<String>] = [:]
    for entry in contents ?? [] where entry.hasPrefix("step-") {
      let parts = entry.dropFirst(5).split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let step = Int(parts[0]),
        ["safetensors", "json"].contains(parts[1])
      else { continue }
      found[step, default: []].insert(String(parts[1]))
    }
    return found
  }

  /// Those of steps up to `step` that need not stay; any later ones are not of this line of the
  /// run. What is not whole never counts as kept.
  private func prune(upTo step: Int, _ retention: Retention) {
    guard retention.newest > 0 else { return }
    var kept = 0
    for old in files.keys.sorted(by: >) where old <= step {
      if isWhole(old) {
        kept += 1
        if kept <= retention.newest { continue }
        if retention.everySteps > 0 && old.isMultiple(of: retention.everySteps) { continue }
      }
      // Without its JSON file a checkpoint counts as unfinished, so that one goes first.
      unlink(file(old, "json").path)
      unlink(file(old, "safetensors").path)
    }
  }

  /// Whether both files of a step are there and of the right size.
  private func isWhole(_ step: Int) -> Bool {
    guard let record = record(step) else { return false }
    var status = stat()
    return stat(file(step, "safetensors").path, &status) == 0
      && Int(status.st_size) == record.byteCount
  }

  private func record(_ step: Int) -> Checkpoint.Record? {
    guard let json = try? Data(contentsOf: file(step, "json")),
      let record = try? Self.decoder.decode(Checkpoint.Record.self, from: json),
      record.step == step, record.schema == Checkpoint.Record.currentSchema
    else { return nil }
    return record
  }

  private func read(_ step: Int) -> Result<Checkpoint, RunError> {
    let path = file(step, "safetensors").path
    let damaged = { RunError.damagedCheckpoint(path: path, reason: $0) }
    guard let record = record(step) else {
      return .failure(damaged("its .json file is missing or unreadable"))
    }
    do {
      let file = try MappedFile(path: path)
      var checksum = FNV1a()
      checksum.update(UnsafeRawBufferPointer(file.bytes))
      guard file.bytes.count == record.byteCount, Checkpoint.checksum(checksum) == record.checksum
      else { return .failure(damaged("its bytes are not those that were written")) }
      return .success(Checkpoint(record: record, tensors: try SafeTensors(path: path).tensors))
    } catch {
      return .failure(damaged("\(error)"))
    }
  }

  private var last: URL { folder.checkpoints.appendingPathComponent("last") }

  private func name(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private func file(_ step: Int, _ suffix: String) -> URL {
    folder.checkpoints.appendingPathComponent("\(name(step)).\(suffix)")
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}
