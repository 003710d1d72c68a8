import Records

/// Data sets in folders: one subfolder a class, PNG and JPEG files below it.
///
/// Where there is a folder `train` and beside it `val`, `validation` or `test` (the first of these
/// is taken), they are the splits. Otherwise a fifth of every class is held out, chosen by a hash
/// of the files' names: the same on every machine, whatever the seed. Images that lie in a folder
/// without subfolders have no labels.
struct FolderReader: Sendable {
  func read(_ request: DatasetRequest, path: String) throws(DatasetError) -> DatasetSplits {
    let (train, heldOut, overlooked) = try FolderReader.splits(path)
    if request.strict, let file = overlooked.first { throw FolderReader.strictError(file) }
    let loader = ImageLoader(size: request.imageSize, seed: request.seed)
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
    let first = try load(train, limit: request.trainCount, stream: 0)
    let second = try load(heldOut, limit: request.heldOutCount, stream: 1)
    return DatasetSplits(
      train: first.images, heldOut: second.images,
      skipped: FolderReader.sorted(overlooked + first.skipped + second.skipped))
  }

  private static func strictError(_ file: SkippedFile) -> DatasetError {
    DatasetError(file.path, .skipped(reason: file.reason))
  }

  private static func sorted(_ files: [SkippedFile]) -> [SkippedFile] {
    files.sorted { FileNames.precedes($0.path, $1.path) }
  }

  private static func splits(
    _ path: String
  ) throws(DatasetError) -> (train: FolderSplit, heldOut: FolderSplit, skipped: [SkippedFile]) {
    let folders = try FileNames.visible(in: path).filter { FileBytes.isFolder(path + "/" + $0) }
    let heldOutName = ["val", "validation", "test"].first(where: folders.contains)
    if folders.contains("train"), let heldOutName {
      let train = try listing(path + "/train")
      let heldOut = try listing(path + "/" + heldOutName)
      let names = train.classes.map(\.name)
      let trainSplit = FolderSplit(name: "folder train", listing: train, classNames: names)
      for (name, _) in heldOut.classes where !names.contains(name) {
        throw DatasetError(heldOut.root, heldOut.isFlat ? .noClassFolders : .unknownClass(name))
      }
      let heldOutSplit = FolderSplit(name: "folder held out", listing: heldOut, classNames: names)
      return (trainSplit, heldOutSplit, train.skipped + heldOut.skipped)
    }
    // A lone folder `train` is a split without its counterpart, rather than a class of that name.
    let all = try listing(folders == ["train"] ? path + "/train" : path)
    return (
      FolderSplit(name: "folder train", listing: all, heldOut: false),
      FolderSplit(name: "folder held out", listing: all, heldOut: true), all.skipped
    )
  }

  private static func listing(_ root: String) throws(DatasetError) -> FolderListing {
    let listing = try FolderListing(root: root)
    guard !listing.classes.isEmpty else {
      throw DatasetError(root, .noImageFiles)
    }
    return listing
  }
}

/// The files of one split, with their classes.
private struct FolderSplit: Sendable {
  private let name: String
  private let root: String
  private let classNames: [String]
  private let files: [String]
  private let labels: [Int]

  /// All files of a listing.
  init(name: String, listing: FolderListing, classNames: [String]) {
    self.init(name: name, listing: listing, classNames: classNames) { $0 }
  }

  /// The held-out fifth of every class of a listing, or the rest.
  init(name: String, listing: FolderListing, heldOut: Bool) {
    self.init(name: name, listing: listing, classNames: listing.classes.map(\.name)) { files in
      let chosen = FolderSplit.heldOutFifth(of: files)
      return files.filter { chosen.contains($0) == heldOut }
    }
  }

  private init(
    name: String, listing: FolderListing, classNames: [String], choose: ([String]) -> [String]
  ) {
    self.name = name
    root = listing.root
    self.classNames = listing.isFlat ? [] : classNames
    var files: [String] = []
    var labels: [Int] = []
    for group in listing.classes {
      let chosen = choose(group.files)
      files += chosen
      if !listing.isFlat, let label = classNames.firstIndex(of: group.name) {
        labels += [Int](repeating: label, count: chosen.count)
      }
    }
    self.files = files
    self.labels = labels
  }

  /// A fifth of the files, rounded, but at least one of two: those with the smallest hashes.
  private static func heldOutFifth(of files: [String]) -> Set<String> {
    let count = files.count < 2 ? 0 : max(1, (files.count + 2) / 5)
    let hashed = files.map { (hash: FNV1a($0).value, file: $0) }.sorted {
      $0.hash != $1.hash ? $0.hash < $1.hash : FileNames.precedes($0.file, $1.file)
    }
    return Set(hashed.prefix(count).map(\.file))
  }

  func source(shortSide: Int) -> ImageSource {
    ImageSource(
      name: name, place: root, count: files.count, labels: labels, classNames: classNames
    ) { [root, files] index throws(SkippedFile) in
      let path = root + "/" + files[index]
      guard let size = FileBytes.size(of: path), size <= FolderSplit.fileLimit,
        let bytes = FileBytes.read(path, count: size)
      else { throw SkippedFile(path: path, reason: "a file that cannot be read, or over 256 MB") }
      do throws(ImageFault) {
        return try RGBImage.decode(bytes, shortSide: shortSide)
      } catch {
        throw SkippedFile(path: path, reason: error.reason)
      }
    }
  }

  /// The most bytes a file may have: more than any image within the limit of pixels needs.
  private static let fileLimit = 1 << 28
}
