/// Writes a packed data set image by image, so that it may be larger than memory. The file has its name when
/// `finish` returns; until then, and when the writer goes before that, nothing is there but what was.
///
/// ```swift
/// let writer = try PackedDatasetWriter(path: "photos.gnomon", side: 64, provenance: "my camera")
/// try writer.begin(.train, name: "photos train")
/// for photo in photos { try writer.append(photo.middleSquare(size: 64).pixels) }
/// try writer.end(labels: labels, classNames: ["cat", "dog"])
/// try writer.begin(.heldOut, name: "photos held out")
/// …
/// let packed = try writer.finish()
/// ```
public final class PackedDatasetWriter {
  private struct Open {
    let split: PackedSplit
    let name: String
    let start: Int
    var checksum: UInt32 = 0
  }

  private let path: String
  private let side: Int
  private let provenance: String
  private let file: ReplacingFile
  private var open: Open?
  private var descriptions: [PackedDescription.Split] = []
  private var sections: [PackedSection] = []
  /// The splits that have labels.
  private var labelled: Set<String> = []

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: the file's name; what has it is replaced at the end.
  ///   - side: rows and columns of every image.
  ///   - provenance: where the images are from, for people.
  /// - Throws: `DatasetError` for a size that images cannot have, and where no file can be written.
  public init(path: String, side: Int, provenance: String) throws(DatasetError) {
    guard DatasetRequest.imageSizes.contains(side) else {
      throw DatasetError("image size", .outOfRange(side, allowed: DatasetRequest.imageSizes))
    }
    self.path = path
    self.side = side
    self.provenance = provenance
    file = try ReplacingFile(path: path)
    try file.append([UInt8](repeating: 0, count: PackedHeader.page))
  }

  /// The bytes of one image.
  public var bytesPerImage: Int { side * side * 3 }

  /// Begins a split. Traps when it is there already, or another has not ended.
  ///
  /// - Parameters:
  ///   - split: which it is.
  ///   - name: what the images are, for reports: "sprites train", for example.
  public func begin(_ split: PackedSplit, name: String) throws(DatasetError) {
    precondition(open == nil, "a split within another")
    precondition(!descriptions.contains { $0.split == split.name }, "\(split.name) twice")
    try file.pad(to: PackedHeader.page)
    open = Open(split: split, name: name, start: file.length)
  }

  /// Adds images to the split that was begun: RGB interleaved, rows from the top. Traps for bytes that are no
  /// whole number of images.
  public func append(_ images: [UInt8]) throws(DatasetError) {
    try images.withUnsafeBufferPointer { (bytes) throws(DatasetError) in
      try append(bytes: UnsafeRawBufferPointer(bytes))
    }
  }

  /// Adds images to the split that was begun, as the other method of this name does.
  public func append(bytes images: UnsafeRawBufferPointer) throws(DatasetError) {
    guard var split = open else { preconditionFailure("images of no split") }
    precondition(images.count.isMultiple(of: bytesPerImage), "no whole number of images")
    try file.append(images)
    split.checksum = Checksum.of(images, after: split.checksum)
    open = split
  }

  /// Ends a split with what is known of its images. Traps when labels or factors are not of as many images as were
  /// added, or a label has no class.
  ///
  /// - Throws: `DatasetError` where no image was added, for more than 1,000 factors or two of one name, for classes or
  ///   kinds of factors that are not those of the splits before, and where the file cannot be written.
  public func end(
    labels: [Int] = [], classNames: [String] = [], factors: [Factor] = []
  ) throws(DatasetError) {
    guard let split = open else { preconditionFailure("the end of no split") }
    open = nil
    let count = (file.length - split.start) / bytesPerImage
    guard count > 0 else {
      throw DatasetError(path, .format(.packed(.missing("image of \(split.name)"))))
    }
    precondition(
      labels.isEmpty || labels.count == count, "\(labels.count) labels of \(count) images")
    precondition(labels.allSatisfy(classNames.indices.contains), "a label without a class")
    precondition(factors.allSatisfy { $0.values.count == count }, "factors of other images")
    let description = PackedDescription.Split(
      split: split.split.name, name: split.name, count: count, classNames: classNames,
      factors: factors.map(PackedDescription.FactorDescription.init))
    if !labels.isEmpty { labelled.insert(description.split) }
    do throws(PackedFault) {
      try description.checkFactors()
      try PackedDescription.checkAgreement(of: descriptions + [description]) {
        labelled.contains($0.split)
      }
    } catch {
      throw DatasetError(path, .format(.packed(error)))
    }
    sections.append(
      PackedSection(
        kind: .pixels, split: split.split, checksum: split.checksum,
        range: split.start..<file.length))
    if !labels.isEmpty {
      try add(LittleEndianBytes.encoded(labels.lazy.map { UInt32($0) }), .labels, of: split.split)
    }
    if !factors.isEmpty {
      let values = factors.flatMap { $0.values.map(\.bitPattern) }
      try add(LittleEndianBytes.encoded(values), .factors, of: split.split)
    }
    descriptions.append(description)
  }

  /// Ends the file, reads it again to see that it opens and has its checksums, and lets it take its name. Traps when a
  /// split has not ended.
  ///
  /// - Returns: the packed data set.
  /// - Throws: `DatasetError` where training or held-out images are missing, the file cannot be written, or is not
  ///   what was written; what `progress` throws. Then what had the name still has it.
  /// - Parameter progress: told how many bytes of how many have been read again.
  public func finish(
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> PackedDataset {
    precondition(open == nil, "a split that has not ended")
    for split in [PackedSplit.train, .heldOut]
    where !descriptions.contains(where: { $0.split == split.name }) {
      throw DatasetError(path, .format(.packed(.missing(split.name))))
    }
    let description = PackedDescription(provenance: provenance, splits: descriptions)
    let bytes = Result { () throws(PackedFault) in try description.encoded() }
    try add(
      bytes.mapError { DatasetError(path, .format(.packed($0))) }.get(), .description, of: .train)
    let header = PackedHeader(side: side, fileLength: file.length, sections: sections)
    try file.overwrite(header.encoded, at: 0)
    let packed = try PackedDataset(path: path, whileAt: file.temporary)
    try packed.verifyPixels(progress: progress)
    try file.commit()
    return packed
  }

  private func add(
    _ bytes: [UInt8], _ kind: PackedSection.Kind, of split: PackedSplit
  ) throws(DatasetError) {
    try file.pad(to: 8)
    let start = file.length
    try file.append(bytes)
    sections.append(
      PackedSection(
        kind: kind, split: split, checksum: Checksum.of(bytes[...]), range: start..<file.length))
  }
}
