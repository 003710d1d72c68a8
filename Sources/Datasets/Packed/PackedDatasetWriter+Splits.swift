extension PackedDatasetWriter {
  /// How far writing has come.
  public enum Progress: Sendable, Equatable {
    /// So many images of so many are written; fewer follow where some cannot be read.
    case images(Int, of: Int)
    /// So many bytes of so many have been read again.
    case verified(Int, of: Int)
  }

  /// Packs a loaded data set.
  ///
  /// - Parameters:
  ///   - splits: the images. Those that are read when they are asked for go through memory a few at a time.
  ///   - path: the file's name; what has it is replaced at the end.
  ///   - provenance: where the images are from, for people.
  ///   - strict: whether a file that cannot be used is an error rather than skipped.
  ///   - progress: told how far it is; what it throws ends the writing, and nothing is left of it.
  /// - Returns: the packed data set, and the files that could not be used.
  /// - Throws: `DatasetError` where an image cannot be read, or the file cannot be written.
  public static func write(
    _ splits: DatasetSplits, to path: String, provenance: String, strict: Bool = false,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> (packed: PackedDataset, skipped: [SkippedFile]) {
    let writer = try PackedDatasetWriter(
      path: path, side: splits.train.height, provenance: provenance)
    let parts: [(split: PackedSplit, images: ImageDataset)] =
      [(.train, splits.train), (.heldOut, splits.heldOut)]
      + (splits.fittedApart.map { [(.fitted, $0)] } ?? [])
    let total = parts.reduce(0) { $0 + $1.images.count }
    var written = 0
    var skipped = splits.skipped
    for part in parts {
      skipped += try writer.add(part.images, as: part.split, strict: strict) { count in
        written += count
        try progress(.images(written, of: total))
      }
    }
    let packed = try writer.finish { done, all in try progress(.verified(done, of: all)) }
    return (packed, skipped.sorted { FileNames.precedes($0.path, $1.path) })
  }

  /// Adds a whole split.
  ///
  /// - Parameter progress: told how many more images are written.
  /// - Returns: the files that could not be used.
  private func add(
    _ images: ImageDataset, as split: PackedSplit, strict: Bool, progress: (Int) throws -> Void
  ) throws -> [SkippedFile] {
    precondition(
      images.height == images.width && images.bytesPerImage == bytesPerImage,
      "images of \(images.height)×\(images.width) pixels in one file with others")
    try begin(split, name: images.name)
    // Enough for every core to have some, and little beside what a machine has.
    let round = max(256, (1 << 25) / bytesPerImage)
    guard case .streamed(let stream) = images.pixels.store else {
      for start in stride(from: 0, to: images.count, by: round) {
        let part = start..<min(start + round, images.count)
        try append(images.pixels.gathered(part))
        try progress(part.count)
      }
      try end(labels: images.labels, classNames: images.classNames, factors: images.factors)
      return []
    }
    var used: [Int] = []
    let skipped = try stream.readAll(inRoundsOf: round) { pixels, places, failures in
      if strict, let file = failures.first {
        throw DatasetError(file.path, .skipped(reason: file.reason))
      }
      try append(pixels)
      used += places
      try progress(places.count)
    }
    guard !used.isEmpty else {
      throw DatasetError(
        stream.source.place, .noReadableImage(among: stream.source.count, first: skipped.first))
    }
    let known = stream.source.known(at: used)
    try end(labels: known.labels, classNames: known.classNames, factors: known.factors)
    return skipped
  }
}
