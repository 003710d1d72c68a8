extension DatasetKind {
  /// The files of MNIST and its relatives.
  public static let idx = DatasetKind(
    "idx", "MNIST and its relatives: Fashion-MNIST, KMNIST, EMNIST",
    files:
      "`train-images-idx3-ubyte` and its three companions, plain or `.gz`, also in `raw` or `MNIST/raw`; "
      + "of EMNIST `emnist-SPLIT-train-images-idx3-ubyte` and companions, also in `gzip`, with "
      + "`FOLDER/emnist-SPLIT` as the path where there are several",
    labels: "as numbered, or none without files of them; EMNIST's by its mapping",
    splits: "`train` and `t10k`, EMNIST's `train` and `test`"
  ) { request throws(DatasetError) in try IDXReader().read(request) }
}

/// Data sets in the files of MNIST: images and labels of a training and a test split, as IDX.
///
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same with `t10k`; a dot in place of
/// the dash before `idx` is as good, and so is `.gz` behind all. Grey images (three dimensions) come out with
/// three equal channels; four dimensions with a last one of 3 are RGB. Without any labels file the data set has
/// no labels. EMNIST's images (Cohen et al., arXiv 1702.05373), which are stored lying on their side, come out
/// upright.
struct IDXReader: Sendable {
  func read(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let files = try IDXFolder(request)
    let train = try Part(files, prefix: files.trainPrefix)
    let test = try Part(files, prefix: files.heldOutPrefix)
    guard train.labels.isEmpty == test.labels.isEmpty else {
      throw DatasetError(files.path, .labelsOfOneSplit)
    }
    let classCount = ((train.labels + test.labels).max() ?? -1) + 1
    let names = files.mapping?.names ?? (0..<classCount).map(String.init)
    return try ImageLoader.splits(
      request, train: train.source("idx train", names), heldOut: test.source("idx held out", names))
  }
}

/// The two files of one split.
private struct Part {
  let path: String
  let images: IDXFile
  let labels: [Int]
  let layout: PixelLayout

  init(_ files: IDXFolder, prefix: String) throws(DatasetError) {
    guard let path = files.file("\(prefix)-images", ["idx3", "idx4"]) else {
      throw DatasetError(files.path, .noImages(split: prefix))
    }
    self.path = path
    images = try IDXFile(path: path, dimensionCounts: [3, 4])
    let shape = images.dimensions
    guard shape.count == 3 || shape[3] == 3 else {
      throw DatasetError(path, .channels(shape[3]))
    }
    do throws(ImageFault) {
      try RGBImage.checkSize(width: shape[2], height: shape[1])
    } catch {
      throw DatasetError(path, .image(error))
    }
    layout =
      shape.count == 4
      ? .interleaved(height: shape[1], width: shape[2])
      : files.liesOnItsSide
        ? .greyColumns(height: shape[2], width: shape[1])
        : .grey(height: shape[1], width: shape[2])
    guard let labelPath = files.file("\(prefix)-labels", ["idx1"]) else {
      labels = []
      return
    }
    let file = try IDXFile(path: labelPath, dimensionCounts: [1])
    guard file.bytes.count == shape[0] else {
      throw DatasetError(
        labelPath, .labelCount(file.bytes.count, imageCount: shape[0], images: path))
    }
    let numbers = file.bytes.map(Int.init)
    labels =
      try files.mapping.map { mapping throws(DatasetError) in
        try mapping.classes(of: numbers, path: labelPath)
      } ?? numbers
  }

  func source(_ name: String, _ classNames: [String]) -> ImageSource {
    RawImages(bytes: StoredBytes(images.bytes[...]), layout: layout)
      .source(name: name, place: path, labels: labels, classNames: classNames)
  }
}
