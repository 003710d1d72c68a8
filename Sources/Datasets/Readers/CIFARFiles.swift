/// One of the forms in which CIFAR's files are distributed.
protocol CIFARFiles: Sendable {
  var distribution: DatasetError.Distribution { get }
  /// The files to train on.
  var train: [CIFARBatchFile] { get }
  var test: CIFARBatchFile { get }

  /// What a batch's file is called in this form.
  func fileName(_ batch: CIFARBatchFile) -> String

  /// The names of the classes.
  func classNames(
    in folder: String, _ labels: CIFARReader.LabelSet
  ) throws(DatasetError) -> [String]

  /// Images and labels of a file.
  func batch(_ batch: CIFARBatchFile, in folder: String) throws(DatasetError) -> CIFARBatch
}

/// A file of CIFAR: its name without a suffix, and how many images it holds.
struct CIFARBatchFile: Sendable {
  let name: String
  let records: Int
}

/// What a file of CIFAR holds.
struct CIFARBatch: Sendable {
  /// 3,072 bytes an image: planes of red, green and blue, rows from the top.
  var planes: [UInt8] = []
  var labels: [Int] = []
  /// CIFAR-100's superclasses; none of CIFAR-10.
  var coarseLabels: [Int] = []

  static let imageBytes = 3 * 32 * 32
}

extension CIFARFiles {
  func check(_ labels: [Int], count: Int, path: String) throws(DatasetError) {
    guard let record = labels.firstIndex(where: { !(0..<count ~= $0) }) else { return }
    throw DatasetError(
      path, .label(labels[record], record: record, last: count - 1, of: distribution))
  }

  func check(classNames: [String], count: Int, path: String) throws(DatasetError) {
    guard classNames.count == count else {
      throw DatasetError(
        path, .classNames(classNames.count, expected: count, of: distribution))
    }
  }
}

/// The binary version: a file is a row of records, the label bytes, the coarse one first, then the planes.
struct CIFARBinaries: CIFARFiles {
  /// One of the labels of a record.
  struct Label: Sendable {
    let namesFile: String
    let count: Int
    /// Its place in the record.
    let byte: Int
  }

  let distribution: DatasetError.Distribution
  let train: [CIFARBatchFile]
  let test: CIFARBatchFile
  let labels: Label
  let coarseLabels: Label?

  func fileName(_ batch: CIFARBatchFile) -> String { batch.name + ".bin" }

  func classNames(
    in folder: String, _ set: CIFARReader.LabelSet
  ) throws(DatasetError) -> [String] {
    let label = set == .coarse ? coarseLabels ?? labels : labels
    let path = folder + "/" + label.namesFile
    guard let names = FileBytes.lines(path) else {
      throw DatasetError(path, .noFile(of: distribution))
    }
    try check(classNames: names, count: label.count, path: path)
    return names
  }

  func batch(_ batch: CIFARBatchFile, in folder: String) throws(DatasetError) -> CIFARBatch {
    let path = folder + "/" + fileName(batch)
    let labelBytes = labels.byte + 1
    let recordBytes = labelBytes + CIFARBatch.imageBytes
    let bytes = try FileBytes.read(
      path, exactly: batch.records * recordBytes, of: distribution)
    var content = CIFARBatch()
    content.planes.reserveCapacity(batch.records * CIFARBatch.imageBytes)
    for start in stride(from: 0, to: bytes.count, by: recordBytes) {
      content.labels.append(Int(bytes[start + labels.byte]))
      if let coarseLabels { content.coarseLabels.append(Int(bytes[start + coarseLabels.byte])) }
      content.planes += bytes[start + labelBytes..<start + recordBytes]
    }
    try check(content.labels, count: labels.count, path: path)
    if let coarseLabels {
      try check(content.coarseLabels, count: coarseLabels.count, path: path)
    }
    return content
  }
}
