extension DatasetSplits {
  /// The files that could not be used: those found when the data set was loaded, and of images that are read when they
  /// are asked for those found since; in the order of their paths.
  public var skippedSoFar: [SkippedFile] {
    let found = streams.flatMap(\.skipped)
    return found.isEmpty
      ? skipped : (skipped + found).sorted { FileNames.precedes($0.path, $1.path) }
  }

  /// Sees whether all images could be read that were asked for so far, or others in their places.
  ///
  /// - Throws: `DatasetError` for an image whose place no other of its class could take, and where the request was
  ///   strict for any that could not be read: of several the first in the order of their paths. Such an image came
  ///   out black.
  public func checkReading() throws(DatasetError) {
    let problems = streams.compactMap(\.problem)
    if let first = problems.min(by: { FileNames.precedes($0.place, $1.place) }) { throw first }
  }

  /// Whether images of any split are read when they are asked for.
  public var areStreamed: Bool { !streams.isEmpty }

  private var streams: [ImageStream] {
    [train, heldOut, fittedApart].compactMap { images in
      guard case .streamed(let stream) = images?.pixels.store else { return nil }
      return stream
    }
  }
}
