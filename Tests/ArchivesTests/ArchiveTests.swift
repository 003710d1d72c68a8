import Archives
import Foundation
import TestSupport
import Testing

@Suite struct ArchiveTests {
  private let folder = fixture("datasets")

  private func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }

  private func names(_ path: String, _ format: ArchiveReader.Format) throws -> [String] {
    let archive = try ArchiveReader(path: path, format)
    var names: [String] = []
    while let member = try archive.next() { names.append(member.name) }
    return names
  }

  @Test func membersLieWhereTheArchiveSaysTheyDo() throws {
    let path = "\(folder)/shards/small-train-000.tar"
    let whole = try bytes("shards/small-train-000.tar")
    let archive = try ArchiveReader(path: path, .tar)
    var count = 0
    while let member = try archive.next() {
      let content = try archive.read(member.size)
      let offset = try #require(member.offset)
      #expect(content.count == member.size)
      #expect(Array(whole[offset..<offset + member.size]) == content)
      count += 1
    }
    #expect(count == 5)
  }

  @Test func aCompressedArchiveHasNoPlaces() throws {
    let archive = try ArchiveReader(path: "\(folder)/shards/small-val-000.tar.gz", .tar)
    let member = try #require(try archive.next())
    #expect(member.name == "c.png" && member.offset == nil)
    #expect(try archive.read(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// The last eight bytes are the contents' checksum and length.
  @Test func aCompressedArchiveWhoseChecksumDiffersIsDamaged() throws {
    let whole = try bytes("shards/small-val-000.tar.gz")
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("changed.tar.gz")
      for place in whole.count - 8..<whole.count {
        var changed = whole
        changed[place] ^= 1
        try Data(changed).write(to: file)
        #expect(throws: ArchiveError.damaged, "\(place)") { try names(file.path, .tar) }
      }
    }
  }

  @Test func longNamesAndPrefixesAreRead() throws {
    let names = try names("\(folder)/shards/small-train-000.tar", .tar)
    let long = "long/" + String(repeating: "n", count: 120) + "/grün"
    #expect(names == ["a/000.png", "a/000.cls", long + ".png", long + ".cls", "a/002.txt"])
  }

  @Test(arguments: [
    ("parent", ArchiveError.outsideName("../../escape.png")),
    ("parent-mark", .outsideName("../\u{301}escape.png")),
    ("absolute", .outsideName("/escape.png")), ("symbolic-link", .notAFile("b.png")),
    ("hard-link", .notAFile("b.png")), ("device", .notAFile("b.png")),
    ("size", .length("b.png")),
  ])
  func whatNoArchiveOfDataNeedsIsRefused(name: String, error: ArchiveError) {
    #expect(throws: error) { try names("\(folder)/shards-hostile/\(name).tar", .tar) }
  }

  @Test(arguments: [
    "shards/small-train-001.tar", "shards/small-val-000.tar.gz", "numpy/medmnist.npz",
  ])
  func everyTruncationIsOneError(name: String) throws {
    let whole = try bytes(name)
    let format: ArchiveReader.Format = name.hasSuffix("npz") ? .zip : .tar
    // Two members of a block each with their headers; of the blocks of zeros behind them one is enough.
    let content = name.hasSuffix(".tar") ? 5 * 512 : whole.count
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("cut")
      for length in stride(from: 0, to: content, by: 37) {
        try Data(whole[..<length]).write(to: file)
        #expect(throws: ArchiveError.self, "\(length)") {
          let archive = try ArchiveReader(path: file.path, format)
          while let member = try archive.next() {
            guard try archive.read(member.size).count == member.size else {
              throw ArchiveError.truncated
            }
          }
        }
      }
    }
  }

  @Test func streamsAreReadInPartsAndMemberAfterMember() throws {
    let one = try bytes("mnist/MNIST/raw/train-labels-idx1-ubyte.gz")
    let inflater = try Inflater((one + one + [0, 0])[...], .gzip)
    #expect(try inflater.read(4) == [0, 0, 8, 1])
    #expect(try inflater.read(7) == [0, 0, 0, 3, 2, 0, 1])
    #expect(try inflater.read(1_000) == [0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1])
    #expect(try inflater.read(1).isEmpty)
  }

  @Test func damagedAndTruncatedStreamsAreErrors() throws {
    let whole = try bytes("mnist/MNIST/raw/train-images-idx3-ubyte.gz")
    for length in 0..<whole.count {
      #expect(throws: ArchiveError.self, "\(length)") {
        try Inflater(whole[..<length], .gzip).read(10_000)
      }
    }
    var changed = whole
    changed[100] ^= 0xFF
    #expect(throws: ArchiveError.self) { try Inflater(changed[...], .gzip).read(10_000) }
    #expect(throws: ArchiveError.damaged) { try Inflater((whole + [1])[...], .gzip).read(10_000) }
  }
}
