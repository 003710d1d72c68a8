/// The image files below a folder, by the subfolder they lie in.
///
/// A file whose ending is an image's counts as one, and so does any other that begins like one; what it
/// holds shows when it is decoded. Hidden files and folders, and those that go with data sets, are
/// passed over. A link counts as what it leads to, but within a class no folder is entered twice, so that
/// circles of links end. Everything comes sorted by the bytes of its name.
struct FolderListing: Sendable {
  /// The folder that was looked through.
  let root: FilePath
  /// The subfolders that hold images, with the images' paths below `root`. One class without a
  /// name holds the images of a folder without classes.
  var classes: [(name: String, files: [FilePath])] = []
  /// Files that are no images or cannot be used, and classes without images.
  private(set) var skipped: [SkippedFile] = []
  /// How many hidden files and folders, and files that go with data sets, there are.
  private(set) var passedOver = 0
  /// What was taken in a way that could surprise.
  private(set) var remarks: [String] = []

  /// Whether the images have no classes.
  var isFlat: Bool { classes.count == 1 && classes[0].name.isEmpty }

  /// The number of images.
  var count: Int { classes.reduce(0) { $0 + $1.files.count } }

  /// A folder of class folders, or of images alone.
  ///
  /// Where images lie beside class folders, the greater number decides: more within the folders, and
  /// those beside them are skipped; more beside them, and all are taken, without classes.
  init(root: FilePath) throws(DatasetError) {
    self.init(empty: root)
    guard let directory = Directory(root), let identity = root.identity else {
      throw DatasetError("\(root)", .unreadable)
    }
    passedOver = directory.hiddenCount
    var loose: [FilePath] = []
    for (name, kind) in directory.entries {
      switch kind {
      case .file, .other:
        if accepts(name, kind) { loose.append(name) }
      case .folder, .linkToFolder:
        var entered: Set<FilePath.Identity> = [identity]
        let files = files(below: name, entered: &entered).sorted()
        if files.isEmpty {
          skip(name, "a folder without an image")
        } else {
          classes.append(("\(name)", files))
        }
      }
    }
    if loose.count > count {
      takeWithoutClasses(loose)
    } else {
      for name in loose { skip(name, "beside the class folders, so without a class") }
    }
  }

  /// A folder that nothing was found in yet.
  init(empty root: FilePath) { self.root = root }

  private mutating func takeWithoutClasses(_ loose: [FilePath]) {
    if !classes.isEmpty {
      remarks.append(
        "\(root): \(loose.count) images lie beside its folders and \(count) within them, so all are "
          + "taken, without classes")
    }
    classes = [("", (loose + classes.flatMap(\.files)).sorted())]
  }

  /// The images in a folder and those in it, in no order.
  mutating func files(
    below folder: FilePath, entered: inout Set<FilePath.Identity>
  ) -> [FilePath] {
    let path = root.appending(folder)
    guard let identity = path.identity, let directory = Directory(path) else {
      skip(folder, "a folder that cannot be read")
      return []
    }
    guard entered.insert(identity).inserted else {
      skip(folder, "a link to a folder that is read already or holds the link")
      return []
    }
    passedOver += directory.hiddenCount
    var files: [FilePath] = []
    for (name, kind) in directory.entries where kind == .file || kind == .other {
      let name = folder.appending(name)
      if accepts(name, kind) { files.append(name) }
    }
    // A link to a folder that is there anyway is what is left out, whichever comes first.
    for wanted in [Directory.Kind.folder, .linkToFolder] {
      for (name, kind) in directory.entries where kind == wanted {
        files += self.files(below: folder.appending(name), entered: &entered)
      }
    }
    return files
  }

  /// Whether an entry may be an image; what is left out is noted or counted.
  private mutating func accepts(_ name: FilePath, _ kind: Directory.Kind) -> Bool {
    guard kind == .file else {
      skip(name, "no regular file, or a link that leads to none")
      return false
    }
    let lowercased = name.lowercasedName
    // Not opened twice: there may be a million of them.
    if FolderListing.imageEndings.contains(lowercased.ending) { return true }
    guard let start = root.appending(name).read(count: ImageFormat.headLength) else {
      skip(name, "a file that cannot be read")
      return false
    }
    if ImageFormat(startOf: start) != nil { return true }
    if FolderListing.sideFileEndings.contains(lowercased.ending)
      || FolderListing.sideFiles.contains(lowercased.whole)
    {
      passedOver += 1
    } else {
      skip(name, ImageFormat.refusal(ofStart: start))
    }
    return false
  }

  private static let imageEndings: Set<String> = [
    "bmp", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "tif", "tiff", "webp",
  ]
  /// Descriptions, labels and archives that lie beside images.
  private static let sideFileEndings: Set<String> = [
    "csv", "db", "gz", "htm", "html", "ini", "json", "jsonl", "log", "mat", "md", "md5", "npy",
    "npz",
    "pdf", "pkl", "py", "rst", "sha256", "tar", "tgz", "tsv", "txt", "url", "xml", "yaml", "yml",
    "zip",
  ]
  private static let sideFiles: Set<String> = ["copying", "license", "readme"]

  mutating func skip(_ name: FilePath, _ reason: String) {
    skipped.append(SkippedFile(path: "\(root.appending(name))", reason: reason))
  }
}
