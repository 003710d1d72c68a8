import Pickle

/// The Python version: a file is a pickled dictionary of an array of planes and lists of labels.
struct CIFARPickles: CIFARFiles {
  /// One of the labels of an image.
  struct Label: Sendable {
    let key: String
    let names: String
    let count: Int
  }

  let distribution: DatasetError.Distribution
  let train: [CIFARBatchFile]
  let test: CIFARBatchFile
  let namesFile: String
  let labels: Label
  let coarseLabels: Label?

  func fileName(_ batch: CIFARBatchFile) -> String { batch.name }

  func classNames(
    in folder: String, _ set: CIFARReader.LabelSet
  ) throws(DatasetError) -> [String] {
    let label = set == .coarse ? coarseLabels ?? labels : labels
    let path = folder + "/" + namesFile
    let names = try content(path)[label.names]?.elements ?? []
    let texts = names.compactMap(\.text)
    try check(classNames: texts, count: label.count, path: path)
    return texts
  }

  func batch(_ batch: CIFARBatchFile, in folder: String) throws(DatasetError) -> CIFARBatch {
    let path = folder + "/" + fileName(batch)
    let content = try content(path)
    let shape = [batch.records, CIFARBatch.imageBytes]
    guard let array = content["data"].flatMap(PickledArray.init), array.type == "u1",
      array.shape == shape
    else {
      throw DatasetError(
        path,
        .format(.entry("data", expected: "an array of \(shape[0]) × \(shape[1]) bytes")))
    }
    return CIFARBatch(
      planes: array.bytes, labels: try list(labels, content, batch.records, path),
      coarseLabels: try coarseLabels.map { label throws(DatasetError) in
        try list(label, content, batch.records, path)
      } ?? [])
  }

  private func list(
    _ label: Label, _ content: PickleValue, _ count: Int, _ path: String
  ) throws(DatasetError) -> [Int] {
    let numbers = (content[label.key]?.elements ?? []).compactMap(\.integer)
    guard numbers.count == count else {
      throw DatasetError(
        path, .format(.entry(label.key, expected: "a list of \(count) labels")))
    }
    try check(numbers, count: label.count, path: path)
    return numbers
  }

  private func content(_ path: String) throws(DatasetError) -> PickleValue {
    // The file, its bytes as a value, and what names and labels take.
    let bytes = try FileBytes.readAll(path, factor: 4, of: distribution)
    var unpickler = Unpickler(bytes) { PickledArray.globals.contains($0) }
    do throws(PickleError) {
      return try unpickler.next()
    } catch {
      throw DatasetError(path, .format(.pickle(error)))
    }
  }
}

/// A NumPy array as its pickle describes it, row-major.
struct PickledArray {
  /// The elements' type without the order of its bytes, `u1`.
  let type: String
  let shape: [Int]
  let bytes: [UInt8]

  /// Every name that an array's pickle holds, of any version of NumPy and any protocol.
  static let globals: Set<PickleGlobal> = [
    PickleGlobal("numpy", "ndarray"), PickleGlobal("numpy", "dtype"),
    PickleGlobal("numpy.core.multiarray", "_reconstruct"),
    PickleGlobal("numpy._core.multiarray", "_reconstruct"),
    PickleGlobal("numpy.core.numeric", "_frombuffer"),
    PickleGlobal("numpy._core.numeric", "_frombuffer"),
    PickleGlobal("_codecs", "encode"),
  ]

  /// The array that a value describes; nil when it describes something else, or its bytes do not fit its shape.
  init?(_ value: PickleValue) {
    guard case .object(let object) = value else { return nil }
    let parts: (shape: PickleValue, type: PickleValue, bytes: PickleValue)
    switch object.callable.name {
    case "_reconstruct":
      guard let state = object.state?.elements, state.count == 5, state[3] == .bool(false) else {
        return nil
      }
      parts = (state[1], state[2], state[4])
    case "_frombuffer":
      guard object.arguments.count == 4, object.arguments[3].text == "C" else { return nil }
      parts = (object.arguments[2], object.arguments[1], object.arguments[0])
    default: return nil
    }
    guard let lengths = parts.shape.elements, case .bytes(let bytes) = parts.bytes,
      case .object(let type) = parts.type, type.callable == PickleGlobal("numpy", "dtype"),
      let name = type.arguments.first?.text
    else { return nil }
    shape = lengths.compactMap(\.integer)
    self.type = String(name.drop { "|<>=".contains($0) })
    self.bytes = bytes
    guard shape.count == lengths.count, let width = Int(self.type.dropFirst()) else { return nil }
    var count = width
    for length in shape {
      let (next, isTooLarge) = count.multipliedReportingOverflow(by: length)
      guard !isTooLarge, length >= 0 else { return nil }
      count = next
    }
    guard count == bytes.count else { return nil }
  }
}
