import Foundation
import RunStore
import Torch

/// What a run has cost and reached so far; it goes on counting after a resume.
struct RunProgress: Codable, Equatable {
  /// Seconds in all, measuring and writing included.
  var wallSeconds = 0.0
  /// Seconds of training steps and the views they needed.
  var trainingSeconds = 0.0
  /// Steps those seconds were spent on.
  var timedSteps = 0
  /// The loss of the newest step.
  var loss: Double?
}

/// What a run needs to go on, on disk: tensors in `step-NNNNNNNN.safetensors`, the rest beside it in
/// `step-NNNNNNNN.json`, which is written last and holds the tensors' checksum.
struct Checkpoint {
  /// What stands in the JSON file.
  struct Record: Codable, Equatable {
    var schema = 1
    var step: Int
    var progress: RunProgress
    var byteCount: Int
    var checksum: String
  }

  let record: Record
  let tensors: [String: Tensor]
}

/// The checkpoints of a run.
struct CheckpointFolder {
  let folder: RunFolder

  /// Writes a checkpoint, whole or not at all, and then makes it the last one.
  func write(_ tensors: [String: Tensor], step: Int, progress: RunProgress) throws {
    var checksum = Checksum()
    var byteCount = 0
    try AtomicFile.write(to: file(step, "safetensors")) { append in
      try SafeTensors(tensors, metadata: ["step": "\(step)"]).encode { bytes in
        checksum.update(bytes)
        byteCount += bytes.count
        try append(bytes)
      }
    }
    let record = Checkpoint.Record(
      step: step, progress: progress, byteCount: byteCount, checksum: checksum.description)
    try AtomicFile.write(Self.encoder.encode(record), to: file(step, "json"))
    try AtomicFile.write(Data("\(name(step))\n".utf8), to: last)
  }

  /// The newest checkpoint that reads whole, and the message of each newer one that does not.
  ///
  /// - Throws: `TrainingError` when there is none.
  func readNewest() throws(TrainingError) -> (checkpoint: Checkpoint, damaged: [String]) {
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
  var newestStep: Int? { steps.first }

  /// The steps of all checkpoints, newest first.
  private var steps: [Int] {
    let contents = try? FileManager.default.contentsOfDirectory(atPath: folder.checkpoints.path)
    return (contents ?? []).compactMap { entry -> Int? in
      guard entry.hasPrefix("step-"), entry.hasSuffix(".safetensors") else { return nil }
      return Int(entry.dropFirst(5).dropLast(12))
    }.sorted(by: >)
  }

  private func read(_ step: Int) -> Result<Checkpoint, TrainingError> {
    let path = file(step, "safetensors").path
    let damaged = { TrainingError.damagedCheckpoint(path: path, reason: $0) }
    guard let json = try? Data(contentsOf: file(step, "json")),
      let record = try? Self.decoder.decode(Checkpoint.Record.self, from: json)
    else { return .failure(damaged("its .json file is missing or unreadable")) }
    do {
      let file = try MappedFile(path: path)
      var checksum = Checksum()
      checksum.update(UnsafeRawBufferPointer(file.bytes))
      guard file.bytes.count == record.byteCount, checksum.description == record.checksum,
        record.step == step
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

/// FNV-1a of 64 bits: tells a damaged file from a whole one; no defence against forgery.
struct Checksum: CustomStringConvertible {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var state = state
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.state = state
  }

  var description: String {
    let digits = String(state, radix: 16)
    return "fnv1a64:" + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
