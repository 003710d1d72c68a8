extension DatasetKind {
  /// Arrays of NumPy.
  public static let numpy = DatasetKind(
    "numpy", "Arrays of NumPy, MedMNIST's among them",
    files:
      "a `.npz`, or a folder of `.npy` or `.npz`: images `x_train`, `train_images` or `images`, "
      + "held out `x_test`, `val_images` or `test_images`, labels `y_train`, `train_labels` or "
      + "`labels` and likewise; bytes, N × H × W, with a last dimension of 1 or 3 or none",
    labels: "whole numbers from 0, N or N × 1; or none",
    splits: "by the arrays' names, `val` before `test`; or a fifth of each class held out"
  ) { request throws(DatasetError) in try NumPyReader().read(request) }
}

/// Data sets as NumPy's arrays of unsigned bytes, whatever the tool that saved them called them.
///
/// Floating-point images are refused: nothing in the file says what their values range over.
struct NumPyReader: Sendable {
  private static let trainNames = ["train", "training"]
  private static let heldOutNames = ["val", "valid", "validation", "test"]
  private static let imageWords = ["x", "images", "image", "data", "imgs"]
  private static let labelWords = ["y", "labels", "label", "targets"]

  func read(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let path = try request.location()
    let arrays = try NumPyArrays(path)
    for split in NumPyReader.trainNames {
      guard let train = try part(split, of: arrays) else { continue }
      for other in NumPyReader.heldOutNames {
        guard let heldOut = try part(other, of: arrays) else { continue }
        return try splits(request, train, heldOut, of: arrays)
      }
      return try divided(request, train, of: arrays)
    }
    guard let all = try part(nil, of: arrays) else {
      throw DatasetError(path, .format(.noImages(names: arrays.names)))
    }
    return try divided(request, all, of: arrays)
  }

  private func part(_ split: String?, of arrays: NumPyArrays) throws(DatasetError) -> NumPyPart? {
    func name(_ words: [String]) -> String? {
      words.lazy.flatMap { word in
        split.map { ["\(word)_\($0)", "\($0)_\(word)", "\(word)\($0)"] } ?? [word]
      }.first(where: arrays.contains)
    }
    guard let imageName = name(NumPyReader.imageWords), let images = try arrays.array(imageName)
    else { return nil }
    let labelName = name(NumPyReader.labelWords)
    var labels: NumPyStored?
    if let labelName { labels = try arrays.array(labelName) }
    return try NumPyPart(
      images: images, labels: labels, names: Set([imageName, labelName].compactMap(\.self)))
  }

  private func splits(
    _ request: DatasetRequest, _ train: NumPyPart, _ heldOut: NumPyPart, of arrays: NumPyArrays
  ) throws(DatasetError) -> DatasetSplits {
    guard train.labels.isEmpty == heldOut.labels.isEmpty else {
      throw DatasetError(train.place, .format(.labelsOfOneSplit))
    }
    let names = NumPyPart.classNames([train, heldOut])
    return try ImageLoader.splits(
      request, train: train.source("numpy train", names),
      heldOut: heldOut.source("numpy held out", names),
      remarks: arrays.remarks(taken: train.names.union(heldOut.names)))
  }

  /// A fifth of each class held out.
  private func divided(
    _ request: DatasetRequest, _ all: NumPyPart, of arrays: NumPyArrays
  ) throws(DatasetError) -> DatasetSplits {
    let names = NumPyPart.classNames([all])
    let source = all.source("numpy", names)
    let (train, heldOut) = try source.divided(by: (0..<source.count).map(String.init))
    return try ImageLoader.splits(
      request, train: train, heldOut: heldOut, remarks: arrays.remarks(taken: all.names))
  }
}

/// Images and labels of one split.
private struct NumPyPart {
  let place: String
  let labels: [Int]
  /// The arrays' names.
  let names: Set<String>
  private let images: RawImages

  init(
    images array: NumPyStored, labels labelArray: NumPyStored?, names: Set<String>
  ) throws(DatasetError) {
    place = array.place
    self.names = names
    let shape = array.header.shape
    try array.require(type: ["u1"], "unsigned bytes (uint8)")
    guard shape.count == 3 || shape.count == 4 && (shape[3] == 1 || shape[3] == 3),
      shape.allSatisfy({ $0 > 0 })
    else {
      throw DatasetError(
        place, .format(.shape(shape, expected: "N × height × width, × 1, or × 3")))
    }
    do throws(ImageFault) {
      try RGBImage.checkSize(width: shape[2], height: shape[1])
    } catch {
      throw DatasetError(place, .image(error))
    }
    let isColor = shape.count == 4 && shape[3] == 3
    images = RawImages(
      bytes: array.bytes,
      layout: isColor
        ? .interleaved(height: shape[1], width: shape[2])
        : .grey(height: shape[1], width: shape[2]))
    labels = try labelArray?.labels() ?? []
    guard labels.isEmpty || labels.count == shape[0] else {
      throw DatasetError(place, .format(.labelCount(labels.count, images: shape[0])))
    }
  }

  static func classNames(_ parts: [NumPyPart]) -> [String] {
    let last = parts.flatMap(\.labels).max() ?? -1
    return (0..<last + 1).map(String.init)
  }

  func source(_ name: String, _ classNames: [String]) -> ImageSource {
    images.source(name: name, place: place, labels: labels, classNames: classNames)
  }
}
