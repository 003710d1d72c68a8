import Datasets

extension FuzzedParser {
  /// A packed data set, with its checksums put right.
  static let packed = FuzzedParser("packed") { input in
    let path = try Scratch.file("images.gnomon", repaired(input))
    let data = try PackedDataset(path: path)
    try data.verifyPixels()
    for size in [data.side, 8] {
      let request = DatasetRequest(kind: .packed, path: path, imageSize: size, trainCount: 2)
      guard size <= 64 else { continue }
      _ = try request.load().train.pixels.gathered([0])
    }
  }

  /// The sections' checksums, then that of the page that holds them.
  private static func repaired(_ input: [UInt8]) -> [UInt8] {
    guard input.count >= 4_096 else { return input }
    var file = input
    for section in 0..<min(file.number(at: 24, count: 4), 126) {
      let entry = 32 + 32 * Int(section)
      let start = file.number(at: entry + 16, count: 8)
      let length = file.number(at: entry + 24, count: 8)
      guard start >= 4_096, start <= file.count, length <= UInt64(file.count) - start else {
        continue
      }
      file.put(Checksum32.zip(file[Int(start)..<Int(start + length)]), at: entry + 8)
    }
    file.put(Checksum32.zip(file[..<4_092]), at: 4_092)
    return file
  }
}
