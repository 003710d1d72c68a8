import Interchange
import Torch

extension FuzzedParser {
  /// Somebody's weights in a safetensors file, and the networks in them.
  static let safeTensors = FuzzedParser("safetensors") { input in
    let path = try Scratch.file("weights.safetensors", input)
    if let file = try? SafeTensors(path: path) {
      var encoded: [UInt8] = []
      file.encode { encoded.append(contentsOf: $0) }
    }
    try readNetworks(path)
  }

  /// A checkpoint of PyTorch as it is.
  static let checkpoint = FuzzedParser("checkpoint", .inflated) { input in
    try readNetworks(Scratch.file("checkpoint.pt", input))
  }

  /// The pickle of a checkpoint, in an archive with storages of 256 bytes.
  static let checkpointPickle = FuzzedParser("checkpoint-pickle") { input in
    let storages = (0..<12).map { ("archive/data/\($0)", [UInt8](repeating: 1, count: 256)) }
    let archive = storedZip([("archive/data.pkl", input)] + storages)
    try readNetworks(Scratch.file("checkpoint.pt", archive))
  }

  private static func readNetworks(_ path: String) throws {
    let file = try WeightsFile(path: path)
    _ = try? HeadWeights(in: file, inputs: 16).makeHead()
    let encoder = try EncoderWeights(in: file)
    _ = try? HeadWeights(beside: encoder, in: file, withPrototypes: true).makeHead()
    _ = try encoder.makeEncoder()
  }

  /// A zip archive of members that are not compressed.
  private static func storedZip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    func words(_ numbers: UInt32...) -> [UInt8] { numbers.flatMap { half($0) + half($0 >> 16) } }
    func half(_ number: UInt32) -> [UInt8] {
      [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
      let size = UInt32(bytes.count)
      // Version 20, no flags, no compression, no time; the lengths; no extra field.
      let description =
        half(20) + half(0) + half(0) + words(0, Checksum32.zip(bytes[...]), size, size)
        + half(UInt32(name.utf8.count)) + half(0)
      directory += words(0x0201_4B50) + half(20) + description
      directory += half(0) + half(0) + half(0) + words(0, UInt32(file.count)) + name.utf8
      file += words(0x0403_4B50) + description + name.utf8 + bytes
    }
    let count = UInt32(members.count)
    return file + directory + words(0x0605_4B50, 0) + half(count) + half(count)
      + words(UInt32(directory.count), UInt32(file.count)) + half(0)
  }
}
