/// Data sets in folders: one subfolder a class, image files below it.
///
/// Where there is a folder `train` and beside it one of images to hold out (`FolderLayout`), they are the
/// splits. Otherwise a fifth of every class is held out, chosen by a hash of the files' names: the same
/// on every machine, whatever the seed. Images that lie in a folder without subfolders have no labels.
struct FolderReader: Sendable {
  func read(_ request: DatasetRequest, path: String) throws(DatasetError) -> DatasetSplits {
    let layout = try FolderLayout(of: FilePath(path))
    if request.strict, let file = layout.skipped.first { throw FolderReader.strictError(file) }
    let loader = ImageLoader(request)
    func load(
      _ split: FolderSplit, limit: Int?, stream: Int
    ) throws(DatasetError) -> (images: ImageDataset, skipped: [SkippedFile]) {
      let source = split.source(shortSide: request.imageSize)
      let loaded = try loader.load(source, limit: limit, stream: stream)
      if request.strict, let file = FolderReader.sorted(loaded.skipped).first {
        throw FolderReader.strictError(file)
      }
      return loaded
    }
    let first = try load(layout.train, limit: request.trainCount, stream: 0)
    let second = try load(layout.heldOut, limit: request.heldOutCount, stream: 1)
    return DatasetSplits(
      train: first.images, heldOut: second.images,
      skipped: FolderReader.sorted(layout.skipped + first.skipped + second.skipped),
      remarks: layout.remarks)
  }

  private static func strictError(_ file: SkippedFile) -> DatasetError {
    DatasetError(file.path, .skipped(reason: file.reason))
  }

  private static func sorted(_ files: [SkippedFile]) -> [SkippedFile] {
    files.sorted { FilePath($0.path) < FilePath($1.path) }
  }
}
