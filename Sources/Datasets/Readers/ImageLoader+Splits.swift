extension ImageLoader {
  /// Both splits of a request, no more images of each than it asks for.
  ///
  /// - Parameters:
  ///   - overlooked: files that were passed over when the sources were made.
  ///   - remarks: what was left aside on purpose then.
  /// - Throws: `DatasetError`, for a strict request also when anything was skipped.
  static func splits(
    _ request: DatasetRequest, train: ImageSource, heldOut: ImageSource,
    overlooked: [SkippedFile] = [], remarks: [String] = []
  ) throws(DatasetError) -> DatasetSplits {
    if request.strict, let file = overlooked.first {
      throw DatasetError(file.path, .skipped(reason: file.reason))
    }
    let loader = ImageLoader(request)
    let first = try loader.load(train, limit: request.trainCount, stream: 0)
    let second = try loader.load(heldOut, limit: request.heldOutCount, stream: 1)
    let skipped = (overlooked + first.skipped + second.skipped)
      .sorted { FileNames.precedes($0.path, $1.path) }
    if request.strict, let file = skipped.first {
      throw DatasetError(file.path, .skipped(reason: file.reason))
    }
    return DatasetSplits(
      train: first.images, heldOut: second.images, skipped: skipped, remarks: remarks)
  }
}
