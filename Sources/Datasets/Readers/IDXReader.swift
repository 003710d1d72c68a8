/// Data sets in the files of MNIST: images and labels of a training and a test split, as IDX.
///
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same with `t10k`; a dot in place of
/// the dash before `idx` is as good. Grey images (three dimensions) come out with three equal
/// channels; four dimensions with a last one of 3 are RGB. Without any labels file the data set has
/// no labels.
struct IDXReader: Sendable {
  func read(_ request: DatasetRequest, path: String) throws(DatasetError) -> DatasetSplits {
    let loader = ImageLoader(size: request.imageSize, seed: request.seed)
    let train = try Part(folder: path, prefix: "train")
    let test = try Part(folder: path, prefix: "t10k")
    guard train.labels.isEmpty == test.labels.isEmpty else {
      throw DatasetError(path, .labelsOfOneSplit)
    }
    let classCount = ((train.labels + test.labels).max() ?? -1) + 1
    let names = (0..<classCount).map(String.init)
    return DatasetSplits(
      train: try loader.load(
        train.source("idx train", names), limit: request.trainCount, stream: 0
      ).images,
      heldOut: try loader.load(
        test.source("idx held out", names), limit: request.heldOutCount, stream: 1
      ).images)
  }
}

/// The two files of one split.
private struct Part {
  let path: String
  let images: IDXFile
  let labels: [Int]

  init(folder: String, prefix: String) throws(DatasetError) {
    guard
      let path = try Part.find(folder, "\(prefix)-images", ["idx3", "idx4"])
    else {
      throw DatasetError(folder, .noImages(split: prefix))
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
    guard let labelPath = try Part.find(folder, "\(prefix)-labels", ["idx1"]) else {
      labels = []
      return
    }
    let file = try IDXFile(path: labelPath, dimensionCounts: [1])
    guard file.bytes.count == shape[0] else {
      throw DatasetError(
        labelPath, .labelCount(file.bytes.count, imageCount: shape[0], images: path))
    }
    labels = file.bytes.map(Int.init)
  }

  private static func find(
    _ folder: String, _ stem: String, _ types: [String]
  ) throws(DatasetError) -> String? {
    let candidates = types.flatMap { type in
      ["-", "."].map { "\(folder)/\(stem)\($0)\(type)-ubyte" }
    }
    if let path = candidates.first(where: { FileBytes.size(of: $0) != nil }) { return path }
    if let path = candidates.map({ $0 + ".gz" }).first(where: { FileBytes.size(of: $0) != nil }) {
      throw DatasetError(path, .compressed)
    }
    return nil
  }

  func source(_ name: String, _ classNames: [String]) -> ImageSource {
    let height = images.dimensions[1]
    let width = images.dimensions[2]
    let grey = images.dimensions.count == 3
    let bytes = images.bytes
    let stride = height * width * (grey ? 1 : 3)
    return ImageSource(
      name: name, place: path, count: images.dimensions[0], labels: labels, classNames: classNames
    ) { index throws(SkippedFile) in
      let image = bytes[index * stride..<(index + 1) * stride]
      return RGBImage(
        width: width, height: height, pixels: grey ? Part.tripled(image) : Array(image))
    }
  }

  private static func tripled(_ grey: ArraySlice<UInt8>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: grey.count * 3) { buffer, count in
      for value in grey {
        buffer[count..<count + 3].initialize(repeating: value)
        count += 3
      }
    }
  }
}
