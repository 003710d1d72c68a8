import Foundation
import TensorBoardLog

extension FuzzedParser {
  /// An event file of TensorBoard, with its checksums put right.
  static let events = FuzzedParser("events") { input in
    let path = try Scratch.file("events.out.tfevents.1", repaired(input))
    _ = try EventFiles.events(of: URL(fileURLWithPath: path))
  }

  private static func repaired(_ input: [UInt8]) -> [UInt8] {
    func masked(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      let checksum = Checksum32.castagnoli(bytes)
      return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
    var file = input
    var start = 0
    while start + 12 <= file.count {
      file.put(masked(file[start..<start + 8]), at: start + 8)
      let length = file.number(at: start, count: 8)
      guard length <= UInt64(file.count), start + 16 + Int(length) <= file.count else { break }
      let data = start + 12..<start + 12 + Int(length)
      file.put(masked(file[data]), at: data.upperBound)
      start = data.upperBound + 4
    }
    return file
  }
}
