import Foundation
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
