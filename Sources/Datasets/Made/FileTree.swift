/// The files below a folder, in an order that is the same everywhere.
struct FileTree {
  /// Paths below the folder, sorted by their bytes.
  let files: [FilePath]

  /// Hidden files and folders are passed over, and links to folders are not followed.
  ///
  /// - Parameter isWanted: says of a name in lower case and its ending whether the file is taken.
  init(
    below root: String, where isWanted: (_ name: String, _ ending: String) -> Bool
  ) throws(MakingError) {
    guard FileBytes.isFolder(root) else { throw .noFolder(root) }
    var found: [FilePath] = []
    var folders = [FilePath(root)]
    while let folder = folders.popLast() {
      guard let directory = Directory(folder) else { throw .unreadable(folder.description) }
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
  }

  /// The first file of a name.
  static func file(named name: String, below root: String) throws(MakingError) -> FilePath {
    let wanted = name.lowercased()
    let tree = try FileTree(below: root) { whole, _ in whole == wanted }
    guard let file = tree.files.first else { throw .noFile(name: name, folder: root) }
    return file
  }

  /// All of a file.
  static func read(_ path: FilePath) throws(MakingError) -> [UInt8] {
    guard let size = path.fileSize, let bytes = path.read(count: size), bytes.count == size else {
      throw .unreadable(path.description)
    }
    return bytes
  }
}
