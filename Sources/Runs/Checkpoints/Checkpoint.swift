import Foundation
import Records
import Torch
import Training

/// What a run has cost and reached so far; it goes on counting after a resume.
package struct RunProgress: Codable, Equatable {
  /// Seconds in all, measuring and writing included.
  var wallSeconds = 0.0
  /// Seconds of training steps and the views they needed.
  var trainingSeconds = 0.0
  /// Steps those seconds were spent on.
  var timedSteps = 0
  /// The loss of the newest step.
  var loss: Double?
  /// How many processes took the steps, one after the other where that changed with a resume; nil before it was written.
  var worldSizes: [Int]?
  /// What batch norms took their statistics of; nil where a single process took the last step.
  var batchNorm: String?
  /// How many images there were to train on; nil before it was written.
  var trainingImages: Int?

  package init() {}

  /// What a summary says of the processes.
  var conventions: RunConventions? {
    worldSizes?.last.map { last in
      let earlier = worldSizes?.dropLast() ?? []
      return RunConventions(
        worldSize: last, earlierWorldSizes: earlier.isEmpty ? nil : Array(earlier),
        batchNorm: batchNorm)
    }
  }

  /// Takes note that so many processes go on from here.
  mutating func goOn(with processes: Int, _ statistics: ProcessBatchNorm) {
    batchNorm = processes > 1 ? statistics.rawValue : nil
    if worldSizes?.last != processes { worldSizes = (worldSizes ?? []) + [processes] }
  }
}

/// What a run needs to go on, on disk: tensors in `step-NNNNNNNN.safetensors`, the rest beside it in
/// `step-NNNNNNNN.json`, which is written last and holds the tensors' checksum.
package struct Checkpoint {
  /// What stands in the JSON file.
  package struct Record: Codable, Equatable {
    static let currentSchema = 1

    var schema = currentSchema
    package var step: Int
    var progress: RunProgress
    var byteCount: Int
    var checksum: String
  }

  package let record: Record
  package let tensors: [String: Tensor]

  /// How a hash of the tensors' file is written: it tells a damaged file from a whole one.
  static func checksum(_ hash: FNV1a) -> String { "fnv1a64:" + hash.hexadecimal }
}
