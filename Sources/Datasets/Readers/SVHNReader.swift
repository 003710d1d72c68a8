extension DatasetKind {
  /// SVHN's cropped digits.
  public static let svhn = DatasetKind(
    "svhn", "SVHN: house numbers' digits, 32 × 32", files: "`train_32x32.mat`, `test_32x32.mat`",
    labels: "10 digits; the files' 10 is digit 0", splits: "73,257 and 26,032, as published"
  ) { request throws(DatasetError) in try SVHNReader(withExtra: false).read(request) }

  /// SVHN's cropped digits with the further, easier training images.
  public static let svhnExtra = DatasetKind(
    "svhn-extra", "SVHN, trained on its further images too",
    files: "`train_32x32.mat`, `extra_32x32.mat`, `test_32x32.mat`", labels: svhn.labels,
    splits: "604,388 and 26,032"
  ) { request throws(DatasetError) in try SVHNReader(withExtra: true).read(request) }
}

/// The Street View House Numbers, cropped (Netzer et al., 2011;
/// http://ufldl.stanford.edu/housenumbers): MATLAB arrays X of 32 × 32 × 3 × N bytes, first dimension
/// fastest, and y of N labels from 1 to 10, where 10 is digit 0.
struct SVHNReader: Sendable {
  let withExtra: Bool

  func read(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let folder = try request.folder(or: ["svhn", "SVHN"])
    var train = try SVHNPart("\(folder)/train_32x32.mat")
    if withExtra { train.append(try SVHNPart("\(folder)/extra_32x32.mat")) }
    let test = try SVHNPart("\(folder)/test_32x32.mat")
    return try ImageLoader.splits(
      request, train: train.source("svhn train"), heldOut: test.source("svhn held out"))
  }
}

/// The digits of one file, or of two in a row.
private struct SVHNPart {
  private let path: String
  private var parts: [RawImages]
  private var labels: [Int]

  init(_ path: String) throws(DatasetError) {
    self.path = path
    let file = try MATLABFile(path: path)
    let images = try file.array("X")
    let shape = images.dimensions
    guard shape.count == 4, shape.prefix(3) == [32, 32, 3] else {
      throw DatasetError(path, .format(.shape(shape, expected: "32 × 32 × 3 × N")))
    }
    guard images.storage == .uint8 else {
      throw DatasetError(
        path, .format(.elementType("\(images.storage)", expected: "unsigned bytes")))
    }
    guard let numbers = try file.array("y").wholeNumbers, numbers.count == shape[3] else {
      throw DatasetError(path, .format(.entry("y", expected: "a label for each of \(shape[3])")))
    }
    if let label = numbers.first(where: { !(1...10 ~= $0) }) {
      throw DatasetError(path, .format(.unmapped(label: label)))
    }
    labels = numbers.map { $0 % 10 }
    parts = [
      RawImages(
        bytes: StoredBytes(images.bytes), layout: .columnPlanes(height: 32, width: 32))
    ]
  }

  mutating func append(_ other: SVHNPart) {
    parts += other.parts
    labels += other.labels
  }

  func source(_ name: String) -> ImageSource {
    ImageSource(
      name: name, place: path, count: labels.count, labels: labels,
      classNames: (0..<10).map(String.init)
    ) { [parts] index throws(SkippedFile) in
      var rest = index
      var part = parts[0]
      for next in parts.dropFirst() where rest >= part.count {
        rest -= part.count
        part = next
      }
      return try part.image(at: rest)
    }
  }
}
