extension DatasetKind {
  /// STL-10's labelled images.
  public static let stl10 = DatasetKind(
    "stl10", "STL-10: photographs, 96 × 96",
    files: "the unpacked `stl10_binary`, or the folder that holds it", labels: "10 classes",
    splits: "5,000 and 8,000, as published; the folds are not used"
  ) { request throws(DatasetError) in try STL10Reader().read(request) }

  /// STL-10's unlabelled images to train on, its labelled ones to fit probes on.
  public static let stl10Unlabeled = DatasetKind(
    "stl10-unlabeled", "STL-10, trained on its unlabelled images", files: stl10.files,
    labels: "10 classes, of what probes are fitted and scored on; none of the training images",
    splits: "100,000 unlabelled to train on, 5,000 to fit probes on, 8,000 held out"
  ) { request throws(DatasetError) in try STL10Reader().readUnlabeled(request) }
}

/// STL-10 in its binary distribution (Coates, Ng and Lee, AISTATS 2011;
/// https://cs.stanford.edu/~acoates/stl10): 96 × 96 images as planes of red, green and blue, each plane
/// column after column; labels from 1. Images are read when they are needed.
package struct STL10Reader: Sendable {
  private let trainCount: Int
  private let testCount: Int
  private let unlabeledCount: Int
  private let distribution = DatasetError.Distribution(
    archive: "stl10_binary.tar.gz", folder: "stl10_binary")
  private let layout = PixelLayout.columnPlanes(height: 96, width: 96)

  /// A reader of files with as many images as the published ones have, unless said otherwise.
  package init(trainCount: Int = 5_000, testCount: Int = 8_000, unlabeledCount: Int = 100_000) {
    self.trainCount = trainCount
    self.testCount = testCount
    self.unlabeledCount = unlabeledCount
  }

  /// The labelled splits.
  package func read(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let folder = try request.folder(or: [distribution.folder])
    return try ImageLoader.splits(
      request, train: labeled("train", "train", folder, trainCount),
      heldOut: labeled("held out", "test", folder, testCount))
  }

  /// The unlabelled images to train on, and the labelled splits to fit and score probes on.
  package func readUnlabeled(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let folder = try request.folder(or: [distribution.folder])
    let fitted = try labeled("fitted", "train", folder, trainCount)
    let splits = try ImageLoader.splits(
      request,
      train: images("unlabeled_X.bin", folder, unlabeledCount).source(
        name: "stl10 unlabelled", place: "\(folder)/unlabeled_X.bin", labels: [], classNames: []),
      heldOut: labeled("held out", "test", folder, testCount))
    let loader = ImageLoader(request)
    return DatasetSplits(
      train: splits.train, heldOut: splits.heldOut,
      fitted: try loader.load(fitted, limit: nil, stream: 2).images, skipped: splits.skipped)
  }

  private func labeled(
    _ split: String, _ stem: String, _ folder: String, _ count: Int
  ) throws(DatasetError) -> ImageSource {
    let names = try classNames(folder)
    let path = "\(folder)/\(stem)_y.bin"
    let labels = try FileBytes.read(path, exactly: count, of: distribution).map(Int.init)
    if let label = labels.first(where: { !(1...names.count ~= $0) }) {
      throw DatasetError(path, .format(.unmapped(label: label)))
    }
    return try images("\(stem)_X.bin", folder, count).source(
      name: "stl10 \(split)", place: "\(folder)/\(stem)_X.bin", labels: labels.map { $0 - 1 },
      classNames: names)
  }

  private func images(
    _ file: String, _ folder: String, _ count: Int
  ) throws(DatasetError) -> RawImages {
    let path = folder + "/" + file
    let size = count * layout.byteCount
    try FileBytes.check(path, isExactly: size, of: distribution)
    return RawImages(bytes: StoredBytes(path: path, offset: 0, count: size), layout: layout)
  }

  private func classNames(_ folder: String) throws(DatasetError) -> [String] {
    let path = folder + "/class_names.txt"
    guard let names = FileBytes.lines(path) else {
      throw DatasetError(path, .noFile(of: distribution))
    }
    guard names.count == 10 else {
      throw DatasetError(path, .classNames(names.count, expected: 10, of: distribution))
    }
    return names
  }
}
