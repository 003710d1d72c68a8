import Foundation
import Records
import Torch

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

  package init() {}
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
}

/// What a record says of its tensors' bytes: tells a damaged file from a whole one.
struct Checksum: CustomStringConvertible {
  private var hash = FNV1a()

  mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bytes) }

  var description: String {
    let digits = String(hash.value, radix: 16)
    return "fnv1a64:" + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
