extension FolderListing {
  /// The images of a folder as Tiny ImageNet's `val` is laid out: all in `images`, their classes in
  /// `val_annotations.txt`, a line a file with its name, a tab and its class. Nil for another folder.
  ///
  /// Source: Stanford CS231N, *Tiny ImageNet Challenge*, the data set as it is distributed.
  init?(annotated root: FilePath) throws(DatasetError) {
    let list = root.appending(FolderListing.annotations)
    let images = FilePath("images")
    guard let size = list.fileSize, root.appending(images).isFolder else { return nil }
    // The real list takes 350 kB.
    guard size <= 1 << 28, let bytes = list.read(count: size) else {
      throw DatasetError("\(list)", .unreadable)
    }
    self.init(empty: root)
    var entered: Set<FilePath.Identity> = []
    var unnamed = Set(files(below: images, entered: &entered))
    var files: [FilePath: [FilePath]] = [:]
    for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      let line = line.last == 13 ? line.dropLast() : line
      if line.isEmpty { continue }
      let fields = line.split(separator: 9, omittingEmptySubsequences: false)
      guard fields.count >= 2, !fields[0].isEmpty, !fields[1].isEmpty else {
        throw DatasetError("\(list)", .annotation(line: index + 1))
      }
      let file = images.appending(FilePath(bytes: Array(fields[0])))
      if unnamed.remove(file) != nil {
        files[FilePath(bytes: Array(fields[1])), default: []].append(file)
      } else {
        skip(file, "named in \(FolderListing.annotations), but not there")
      }
    }
    for file in unnamed.sorted() { skip(file, "not named in \(FolderListing.annotations)") }
    classes = files.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value.sorted()) }
  }

  private static let annotations = "val_annotations.txt"
}
