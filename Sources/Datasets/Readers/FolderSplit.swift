import Records

/// The files of one split of a folder, with their classes.
struct FolderSplit: Sendable {
  private let name: String
  private let root: FilePath
  private let classNames: [String]
  private let files: [FilePath]
  private let labels: [Int]

  /// The number of files.
  var count: Int { files.count }

  /// All files of a listing. Without class names they have no labels.
  init(name: String, listing: FolderListing, classNames: [String]) {
    self.init(name: name, listing: listing, classNames: classNames) { $0 }
  }

  /// The held-out fifth of every class of a listing, or the rest.
  init(name: String, listing: FolderListing, heldOut: Bool) {
    let names = listing.isFlat ? [] : listing.classes.map(\.name)
    self.init(name: name, listing: listing, classNames: names) { files in
      let chosen = FolderSplit.heldOutFifth(of: files)
      return files.filter { chosen.contains($0) == heldOut }
    }
  }

  private init(
    name: String, listing: FolderListing, classNames: [String], choose: ([FilePath]) -> [FilePath]
  ) {
    self.name = name
    root = listing.root
    self.classNames = classNames
    var files: [FilePath] = []
    var labels: [Int] = []
    for group in listing.classes {
      let chosen = choose(group.files)
      files += chosen
      // Byte by byte: names that Unicode takes for equal are two folders, and two classes.
      if let label = classNames.firstIndex(where: { $0.utf8.elementsEqual(group.name.utf8) }) {
        labels += [Int](repeating: label, count: chosen.count)
      }
    }
    self.files = files
    self.labels = labels
  }

  /// A fifth of the files, rounded, but at least one of two: those with the smallest hashes.
  private static func heldOutFifth(of files: [FilePath]) -> Set<FilePath> {
    let count = files.count < 2 ? 0 : max(1, (files.count + 2) / 5)
    let hashed = files.map { file in
      var hash = FNV1a()
      file.bytes.withUnsafeBytes { hash.update($0) }
      return (hash: hash.value, file: file)
    }
    let sorted = hashed.sorted { $0.hash != $1.hash ? $0.hash < $1.hash : $0.file < $1.file }
    return Set(sorted.prefix(count).map(\.file))
  }

  func source(shortSide: Int) -> ImageSource {
    ImageSource(
      name: name, place: "\(root)", count: files.count, labels: labels, classNames: classNames
    ) { [root, files] index throws(SkippedFile) in
      let path = root.appending(files[index])
      guard let size = path.fileSize, size <= FolderSplit.fileLimit,
        let bytes = path.read(count: size)
      else {
        throw SkippedFile(path: "\(path)", reason: "a file that cannot be read, or over 256 MB")
      }
      do throws(ImageFault) {
        return try RGBImage.decode(bytes, shortSide: shortSide)
      } catch {
        throw SkippedFile(path: "\(path)", reason: error.reason)
      }
    }
  }

  /// The most bytes a file may have: more than any image within the limit of pixels needs.
  private static let fileLimit = 1 << 28
}
