/// The first page of a packed data set: what the file is, and where its sections lie. Docs/Packed.md says which
/// byte is what.
struct PackedHeader: Equatable {
  static let magic: [UInt8] = [0x89] + Array("GNOMON\n".utf8)
  static let version: UInt32 = 1
  /// The header's length, and what pixels begin at a multiple of.
  static let page = 4096
  private static let tableStart = 32
  private static let entryLength = 32
  private static let checksumPlace = page - 4
  private static let sectionLimit = (checksumPlace - tableStart) / entryLength

  /// Rows and columns of every image.
  var side: Int
  /// The length of the whole file.
  var fileLength: Int
  var sections: [PackedSection]

  init(side: Int, fileLength: Int, sections: [PackedSection]) {
    self.side = side
    self.fileLength = fileLength
    self.sections = sections
  }

  /// Reads a file's first page.
  ///
  /// - Parameter length: the file's length.
  init(_ bytes: [UInt8], of length: Int) throws(PackedFault) {
    guard bytes.count == PackedHeader.page, bytes.starts(with: PackedHeader.magic) else {
      throw .notPacked
    }
    let fields = LittleEndianBytes(bytes)
    // Another version may have its checksum elsewhere.
    guard fields.word(8) == PackedHeader.version else { throw .version(fields.word(8)) }
    guard
      Checksum.of(bytes[..<PackedHeader.checksumPlace]) == fields.word(PackedHeader.checksumPlace)
    else { throw .checksum("header") }
    side = Int(fields.word(12))
    guard DatasetRequest.imageSizes.contains(side) else { throw .side(side) }
    fileLength = Int(clamping: fields.long(16))
    guard fileLength == length else { throw .length(length, expected: fileLength) }
    let count = Int(fields.word(24))
    guard 1...PackedHeader.sectionLimit ~= count else { throw .sectionCount(count) }
    sections = []
    for index in 0..<count {
      let start = PackedHeader.tableStart + index * PackedHeader.entryLength
      sections.append(try PackedSection(fields, at: start, fileLength: length))
    }
    try checkSections()
  }

  /// The section of a kind and a split; nil where there is none.
  func section(_ kind: PackedSection.Kind, of split: PackedSplit) -> PackedSection? {
    sections.first { $0.kind == kind && $0.split == split }
  }

  /// The page as it is written.
  var encoded: [UInt8] {
    var page = LittleEndianBytes(count: PackedHeader.page)
    page.set(PackedHeader.magic, at: 0)
    page.set(PackedHeader.version, at: 8)
    page.set(UInt32(side), at: 12)
    page.set(UInt64(fileLength), at: 16)
    page.set(UInt32(sections.count), at: 24)
    for (index, section) in sections.enumerated() {
      section.write(to: &page, at: PackedHeader.tableStart + index * PackedHeader.entryLength)
    }
    page.set(
      Checksum.of(page.bytes[..<PackedHeader.checksumPlace]), at: PackedHeader.checksumPlace)
    return page.bytes
  }

  private func checkSections() throws(PackedFault) {
    for (index, section) in sections.enumerated() {
      guard !sections[..<index].contains(where: section.isOfSamePart) else {
        throw .repeated(section.name)
      }
    }
    let ordered = sections.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where first.range.upperBound > second.range.lowerBound {
      throw .overlap(first.name, second.name)
    }
  }
}

/// A part of a data set: which images.
public enum PackedSplit: UInt32, Sendable, CaseIterable {
  /// Images to train on.
  case train = 0
  /// Images that training never sees.
  case heldOut = 1
  /// Images that probes are fitted on, where that is not done on the training images.
  case fitted = 2

  /// Its name in the description and in messages.
  public var name: String {
    switch self {
    case .train: "train"
    case .heldOut: "held_out"
    case .fitted: "fitted"
    }
  }
}

/// A stretch of a packed file.
struct PackedSection: Equatable {
  enum Kind: UInt32 {
    /// JSON that says what the splits are; it belongs to none.
    case description = 0
    /// Side × side × 3 bytes an image.
    case pixels = 1
    /// A whole number of four bytes an image.
    case labels = 2
    /// Factor after factor, a number of four bytes an image.
    case factors = 3
  }

  let kind: Kind
  let split: PackedSplit
  let checksum: UInt32
  let range: Range<Int>

  init(kind: Kind, split: PackedSplit, checksum: UInt32, range: Range<Int>) {
    self.kind = kind
    self.split = split
    self.checksum = checksum
    self.range = range
  }

  /// Reads an entry of the table.
  init(_ fields: LittleEndianBytes, at start: Int, fileLength: Int) throws(PackedFault) {
    guard let kind = Kind(rawValue: fields.word(start)),
      let split = PackedSplit(rawValue: fields.word(start + 4)),
      kind != .description || split == .train
    else {
      throw .unknownSection(kind: fields.word(start), split: fields.word(start + 4))
    }
    guard let first = Int(exactly: fields.long(start + 16)),
      let length = Int(exactly: fields.long(start + 24)),
      first >= PackedHeader.page, first <= fileLength, length <= fileLength - first,
      first.isMultiple(of: kind == .pixels ? PackedHeader.page : 8)
    else { throw .misplaced(PackedSection.name(kind, of: split)) }
    self.init(
      kind: kind, split: split, checksum: fields.word(start + 8), range: first..<first + length)
  }

  func write(to page: inout LittleEndianBytes, at start: Int) {
    page.set(kind.rawValue, at: start)
    page.set(split.rawValue, at: start + 4)
    page.set(checksum, at: start + 8)
    page.set(UInt64(range.lowerBound), at: start + 16)
    page.set(UInt64(range.count), at: start + 24)
  }

  func isOfSamePart(as other: PackedSection) -> Bool { kind == other.kind && split == other.split }

  /// The section's name in messages, in the plural.
  var name: String { PackedSection.name(kind, of: split) }

  static func name(_ kind: Kind, of split: PackedSplit) -> String {
    switch kind {
    case .description: "bytes of description"
    case .pixels: "pixels of \(split.name)"
    case .labels: "labels of \(split.name)"
    case .factors: "factors of \(split.name)"
    }
  }
}
