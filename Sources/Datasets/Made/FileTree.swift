/// The files below a folder, in an order that is the same everywhere.
struct FileTree {
  /// Paths below the folder, sorted by their bytes.
  let files: [FilePath]
  /// Folders below it that cannot be read, sorted alike.
  let unreadable: [FilePath]

  /// Hidden files and folders are passed over, and links to folders are not followed.
  ///
  /// - Parameter isWanted: says of a name in lower case and its ending whether the file is taken.
  init(
    below root: String, where isWanted: (_ name: String, _ ending: String) -> Bool
  ) throws(MakingError) {
    guard FileBytes.isFolder(root) else { throw .noFolder(root) }
    var found: [FilePath] = []
    var unreadable: [FilePath] = []
    var folders = [FilePath(root)]
    while let folder = folders.popLast() {
      guard let directory = Directory(folder) else {
        guard folder != FilePath(root) else { throw .unreadable(root) }
        unreadable.append(folder)
        continue
      }
      for (name, kind) in directory.entries {
        let path = folder.appending(name)
        switch kind {
        case .folder: folders.append(path)
        case .file:
          let (whole, ending) = name.lowercasedName
          if isWanted(whole, ending) { found.append(path) }
        case .linkToFolder, .other: break
        }
      }
    }
    files = found.sorted()
    self.unreadable = unreadable.sorted()
  }

  /// The first file of a name.
  static func file(named name: String, below root: String) throws(MakingError) -> FilePath {
    let wanted = name.lowercased()
    let tree = try FileTree(below: root) { whole, _ in whole == wanted }
    if let file = tree.files.first { return file }
    if let folder = tree.unreadable.first { throw .unreadable(folder.description) }
    throw .noFile(name: name, folder: root)
  }

  /// All of a file.
  static func read(_ path: FilePath) throws(MakingError) -> [UInt8] {
    guard let size = path.fileSize, let bytes = path.read(count: size), bytes.count == size else {
      throw .unreadable(path.description)
    }
    return bytes
  }
}
