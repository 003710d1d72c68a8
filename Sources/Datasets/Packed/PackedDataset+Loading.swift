extension DatasetKind {
  /// Images that were packed in one file.
  public static let packed = DatasetKind(
    "packed", "Images packed in one file, which is mapped into memory",
    files: "a file that `gnomon data convert` wrote", labels: "as they were packed, with factors",
    splits: "as they were packed", storedSize: { PackedDataset.side(at: $0) }
  ) { request throws(DatasetError) in
    try PackedDataset(path: request.location()).splits(of: request)
  }
}

extension PackedDataset {
  /// The splits as a request asks for them. At the packed size no image is copied, however many are drawn; at another
  /// one all are resized, as those of files are.
  func splits(of request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let loader = ImageLoader(request)
    func load(_ split: PackedSplit, limit: Int?) throws(DatasetError) -> ImageDataset? {
      guard let images = self[split] else { return nil }
      let stream = Int(split.rawValue)
      if request.imageSize != side {
        return try loader.load(source(of: images), limit: limit, stream: stream).images
      }
      return drawn(from: images, limit: limit, seed: request.seed, stream: stream)
    }
    guard let train = try load(.train, limit: request.trainCount),
      let heldOut = try load(.heldOut, limit: request.heldOutCount)
    else { throw DatasetError(path, .format(.packed(.missing("split")))) }
    return DatasetSplits(train: train, heldOut: heldOut, fitted: try load(.fitted, limit: nil))
  }

  private func source(of images: ImageDataset) -> ImageSource {
    ImageSource(
      name: images.name, place: path, count: images.count, labels: images.labels,
      classNames: images.classNames, factors: images.factors
    ) { [side] index throws(SkippedFile) in
      RGBImage(width: side, height: side, pixels: Array(images.image(at: index)))
    }
  }

  /// As many images as asked for, the same that `ImageLoader` would draw of as many files.
  private func drawn(
    from images: ImageDataset, limit: Int?, seed: UInt64, stream: Int
  ) -> ImageDataset {
    guard let limit, limit < images.count, case .mapped(let mapped) = images.pixels.store else {
      return images
    }
    var random = RandomStream.subset.generator(seed: seed, stream, 0)
    let rows = Array(random.permutation(of: images.count).prefix(limit))
    let chosen = MappedImages(
      file: mapped.file, start: mapped.start, bytesPerImage: mapped.bytesPerImage,
      rows: .chosen(rows))
    return source(of: images).dataset(ImagePixels(chosen), size: side, places: rows)
  }
}
