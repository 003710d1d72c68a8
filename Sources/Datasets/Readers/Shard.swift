import Archives
import Foundation

/// One image of a shard, with its label's text.
struct ShardSample: Sendable {
  let key: String
  /// The archive.
  let shard: String
  let image: StoredBytes
  let label: String?

  /// Archive and key, for messages.
  var place: String { "\(shard) (\(key))" }
}

/// The samples of one tar archive.
struct Shard {
  private(set) var samples: [ShardSample] = []
  /// Samples without an image.
  private(set) var skipped: [SkippedFile] = []
  /// What images take that had to be decompressed.
  private(set) var bytesInMemory = 0
  private let path: String

  /// Some endings of members that are neither images nor labels, for a message.
  private(set) var otherEndings: Set<String> = []

  private static let imageEndings: Set<String> = [
    "jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff",
  ]
  /// The most bytes that an image may have: more than any within the limit of pixels needs.
  private static let imageLimit = 1 << 28
  /// The most bytes that a label may have.
  private static let labelLimit = 1 << 20

  /// Looks through an archive.
  ///
  /// - Parameter bytesBefore: what the shards before it hold in memory.
  init(_ path: String, bytesBefore: Int) throws(DatasetError) {
    self.path = path
    let opened = Result { () throws(ArchiveError) in try ArchiveReader(path: path, .tar) }
    let archive = try located(opened)
    var current = Group(key: "")
    while let member = try located(Result { () throws(ArchiveError) in try archive.next() }) {
      let (key, ending) = Shard.parts(of: member.name)
      // Hidden files, as macOS puts one beside each of its own, are of no sample.
      if key.isEmpty || key.hasSuffix("/") { continue }
      if key != current.key {
        try close(current)
        current = Group(key: key)
      }
      if Shard.imageEndings.contains(ending) {
        guard member.size <= Shard.imageLimit else {
          throw DatasetError(path, .format(.archive(.length(member.name))))
        }
        if let offset = member.offset {
          current.image = StoredBytes(path: path, offset: offset, count: member.size)
        } else {
          try FileBytes.checkMemory(path, needed: bytesBefore + bytesInMemory + member.size)
          let bytes = try content(member, of: archive)
          bytesInMemory += bytes.count
          current.image = StoredBytes(bytes[...])
        }
      } else if ending == "cls" || ending == "json" {
        guard member.size <= Shard.labelLimit else {
          throw DatasetError(path, .format(.archive(.length(member.name))))
        }
        let bytes = try content(member, of: archive)
        try current.take(label: bytes, isJSON: ending == "json", of: key, path)
      } else if otherEndings.count < 8 {
        otherEndings.insert(ending)
      }
    }
    try close(current)
  }

  private mutating func close(_ group: Group) throws(DatasetError) {
    guard !group.key.isEmpty else { return }
    if let image = group.image {
      samples.append(
        ShardSample(key: group.key, shard: path, image: image, label: group.cls ?? group.json))
    } else {
      skipped.append(
        SkippedFile(path: "\(path) (\(group.key))", reason: "a sample without an image"))
    }
  }

  private func content(
    _ member: ArchiveMember, of archive: ArchiveReader
  ) throws(DatasetError) -> [UInt8] {
    let bytes = try located(Result { () throws(ArchiveError) in try archive.read(member.size) })
    guard bytes.count == member.size else {
      throw DatasetError(path, .format(.archive(.truncated)))
    }
    return bytes
  }

  private func located<Value>(
    _ result: Result<Value, ArchiveError>
  ) throws(DatasetError) -> Value {
    try result.mapError { DatasetError(path, .format(.archive($0))) }.get()
  }

  /// `a/b.seg.png` is of key `a/b` and ends in `seg.png`.
  private static func parts(of name: String) -> (key: String, ending: String) {
    let start = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
    guard let dot = name[start...].firstIndex(of: ".") else { return (name, "") }
    return (String(name[..<dot]), name[name.index(after: dot)...].lowercased())
  }

  /// The members of one key.
  private struct Group {
    let key: String
    var image: StoredBytes?
    var cls: String?
    var json: String?

    mutating func take(
      label bytes: [UInt8], isJSON: Bool, of key: String, _ path: String
    ) throws(DatasetError) {
      guard isJSON else {
        let text = String(validating: bytes, as: UTF8.self)?
          .trimmingCharacters(in: .whitespacesAndNewlines)
        guard let text, !text.isEmpty else {
          throw DatasetError(path, .format(.sampleLabel(sample: key)))
        }
        cls = text
        return
      }
      guard let about = try? JSONDecoder().decode(Description.self, from: Data(bytes)) else {
        throw DatasetError(path, .format(.sampleLabel(sample: key)))
      }
      json = about.label?.text
    }
  }

  /// What a sample's JSON says, as far as it is about the label.
  private struct Description: Decodable {
    enum Label: Decodable {
      case number(Int)
      case text(String)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }

      var text: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        }
      }
    }

    let label: Label?
  }
}
