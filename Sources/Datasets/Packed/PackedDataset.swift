/// Images of one size in one file, which is mapped into memory rather than read: training takes their bytes as they
/// lie there. Docs/Packed.md describes the file.
///
/// Opening reads the header, the description, labels and factors, and checks that they are whole; the pixels are
/// checked by `verifyPixels` alone.
public struct PackedDataset: Sendable {
  /// One split of a packed data set.
  public struct Part: Sendable {
    /// Which split it is.
    public let split: PackedSplit
    /// Its images, in the file.
    public let images: ImageDataset
    fileprivate let section: PackedSection
  }

  /// Where the file is.
  public let path: String
  /// Rows and columns of every image.
  public let side: Int
  /// Where the images are from, as whoever packed them said.
  public let provenance: String
  /// The splits: training images, held-out ones, and those that probes are fitted on where that is apart.
  public let parts: [Part]
  private let file: MappedBytes

  /// Opens a file.
  ///
  /// - Throws: `DatasetError` for a file that is missing, damaged, of another version, or none of this kind.
  ///   Nothing is allocated beyond the file's length.
  public init(path: String) throws(DatasetError) {
    try self.init(path: path, whileAt: path)
  }

  /// Opens a file that has not taken its name yet.
  ///
  /// - Parameters:
  ///   - path: the name it will have, for messages.
  ///   - place: where it is.
  init(path: String, whileAt place: String) throws(DatasetError) {
    self.path = path
    let file = try MappedBytes(path: place)
    do throws(PackedFault) {
      let header = try PackedDataset.header(of: file)
      let description = try PackedDescription(
        PackedDataset.bytes(.description, of: .train, header, file))
      side = header.side
      provenance = description.provenance
      parts = try PackedDataset.parts(description, header, file)
    } catch {
      throw DatasetError(path, .format(.packed(error)))
    }
    self.file = file
  }

  /// The length of the file in bytes.
  public var byteCount: Int { file.count }

  /// The images of a split; nil where there is none.
  public subscript(split: PackedSplit) -> ImageDataset? {
    parts.first { $0.split == split }?.images
  }

  /// Reads all pixels and checks that they are those that were packed.
  ///
  /// - Parameter progress: told how many bytes of how many have been read, now and then.
  /// - Throws: `DatasetError` for pixels that are damaged, and what `progress` throws.
  public func verifyPixels(progress: (Int, Int) throws -> Void = { _, _ in }) throws {
    let total = parts.reduce(0) { $0 + $1.section.range.count }
    var done = 0
    for part in parts {
      var checksum: UInt32 = 0
      var rest = part.section.range
      while !rest.isEmpty {
        let next = rest.prefix(1 << 24)
        checksum = Checksum.of(UnsafeRawBufferPointer(rebasing: file.bytes[next]), after: checksum)
        rest = next.upperBound..<rest.upperBound
        done += next.count
        try progress(done, total)
      }
      guard checksum == part.section.checksum else {
        throw DatasetError(path, .format(.packed(.checksum(part.section.name))))
      }
    }
  }

  /// The size of a file's images; nil for what cannot be opened.
  static func side(at path: String) -> Int? {
    guard FileBytes.size(of: path) != nil, let file = try? MappedBytes(path: path) else {
      return nil
    }
    return try? header(of: file).side
  }

  private static func header(of file: MappedBytes) throws(PackedFault) -> PackedHeader {
    try PackedHeader(file.copy(0..<min(PackedHeader.page, file.count)), of: file.count)
  }

  /// The bytes of a section that is read when the file is opened.
  private static func bytes(
    _ kind: PackedSection.Kind, of split: PackedSplit, _ header: PackedHeader, _ file: MappedBytes,
    count: Int? = nil
  ) throws(PackedFault) -> [UInt8] {
    let name = PackedSection.name(kind, of: split)
    guard let section = header.section(kind, of: split) else { throw .missing(name) }
    let expected = count ?? min(section.range.count, PackedDescription.longest)
    guard section.range.count == expected else {
      throw .sectionLength(name, found: section.range.count, expected: expected)
    }
    let bytes = file.copy(section.range)
    guard Checksum.of(bytes[...]) == section.checksum else { throw .checksum(name) }
    return bytes
  }

  private static func parts(
    _ description: PackedDescription, _ header: PackedHeader, _ file: MappedBytes
  ) throws(PackedFault) -> [Part] {
    for section in header.sections where section.kind != .description {
      guard description.split(section.split) != nil else { throw .missing(section.split.name) }
    }
    var parts: [Part] = []
    for split in PackedSplit.allCases {
      guard let described = description.split(split) else {
        guard split == .fitted else { throw .missing(split.name) }
        continue
      }
      parts.append(try part(split, described, header, file))
    }
    try PackedDescription.checkAgreement(of: description.splits) { split in
      parts.contains { $0.split.name == split.split && !$0.images.labels.isEmpty }
    }
    return parts
  }

  private static func part(
    _ split: PackedSplit, _ described: PackedDescription.Split, _ header: PackedHeader,
    _ file: MappedBytes
  ) throws(PackedFault) -> Part {
    let bytesPerImage = header.side * header.side * 3
    let name = PackedSection.name(.pixels, of: split)
    guard let section = header.section(.pixels, of: split) else { throw .missing(name) }
    // Division cannot overflow where the product might.
    guard section.range.count / bytesPerImage == described.count,
      section.range.count.isMultiple(of: bytesPerImage)
    else {
      let (expected, overflows) = described.count.multipliedReportingOverflow(by: bytesPerImage)
      throw .sectionLength(
        name, found: section.range.count, expected: overflows ? .max : expected)
    }
    let pixels = MappedImages(
      file: file, start: section.range.lowerBound, bytesPerImage: bytesPerImage,
      rows: .all(count: described.count))
    let images = ImageDataset(
      name: described.name, height: header.side, width: header.side, pixels: ImagePixels(pixels),
      labels: try labels(split, described, header, file), classNames: described.classNames,
      factors: try factors(split, described, header, file))
    return Part(split: split, images: images, section: section)
  }

  private static func labels(
    _ split: PackedSplit, _ described: PackedDescription.Split, _ header: PackedHeader,
    _ file: MappedBytes
  ) throws(PackedFault) -> [Int] {
    guard header.section(.labels, of: split) != nil else { return [] }
    // There are fewer images than the file has bytes.
    let bytes = try bytes(.labels, of: split, header, file, count: 4 * described.count)
    let labels = LittleEndianBytes(bytes).words.map { Int($0) }
    if let label = labels.first(where: { $0 >= described.classNames.count }) {
      throw .label(label, classes: described.classNames.count, split: split.name)
    }
    return labels
  }

  private static func factors(
    _ split: PackedSplit, _ described: PackedDescription.Split, _ header: PackedHeader,
    _ file: MappedBytes
  ) throws(PackedFault) -> [Factor] {
    guard !described.factors.isEmpty else { return [] }
    let count = described.count
    guard let expected = product(4 * count, described.factors.count) else {
      throw .description("\(described.factors.count) factors")
    }
    let bytes = try bytes(.factors, of: split, header, file, count: expected)
    let values = LittleEndianBytes(bytes).words.map(Float.init(bitPattern:))
    var factors: [Factor] = []
    for (index, factor) in described.factors.enumerated() {
      guard let kind = factor.form else { throw .description("factor \(factor.name)") }
      let own = Array(values[index * count..<(index + 1) * count])
      guard own.allSatisfy({ kind.has($0) }) else {
        throw .factor(factor.name, split: split.name)
      }
      factors.append(Factor(name: factor.name, kind: kind, values: own))
    }
    return factors
  }

  private static func product(_ first: Int, _ second: Int) -> Int? {
    let (product, overflows) = first.multipliedReportingOverflow(by: second)
    return overflows ? nil : product
  }
}

extension Factor.Kind {
  /// Whether a value is one of this kind.
  fileprivate func has(_ value: Float) -> Bool {
    guard case .categorical(let count) = self else { return value.isFinite }
    return value >= 0 && value < Float(count) && value == value.rounded()
  }
}
