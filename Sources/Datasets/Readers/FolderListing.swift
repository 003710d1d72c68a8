import Foundation

/// The image files below a folder, by the subfolder they lie in, found without opening any.
///
/// Hidden files and folders are passed over. A link to a file counts as the file and a class folder
/// may be a link to a folder; deeper down, links to folders are not followed, so that no circle of
/// links can be entered. Everything comes sorted by the bytes of its name.
struct FolderListing: Sendable {
  /// The folder that was looked through.
  let root: String
  /// The subfolders that hold images, with the images' paths below `root`. One class without a
  /// name holds the images of a folder without subfolders.
  private(set) var classes: [(name: String, files: [String])] = []
  /// Files that look like images but cannot be used, and classes without images.
  private(set) var skipped: [SkippedFile] = []

  /// Whether the images lie in the folder itself, so that they have no labels.
  var isFlat: Bool { classes.count == 1 && classes[0].name.isEmpty }

  private static let readable: Set<String> = ["png", "jpg", "jpeg"]
  private static let unreadable: Set<String> = [
    "avif", "bmp", "gif", "heic", "jp2", "jxl", "ppm", "tif", "tiff", "webp",
  ]

  init(root: String) throws(DatasetError) {
    self.root = root
    let names = try FileNames.visible(in: root)
    let folders = names.filter { FileBytes.isFolder(root + "/" + $0) }
    let known = Set(folders)
    let loose = names.filter { !known.contains($0) }
    guard !folders.isEmpty else {
      let files = loose.filter { isImage($0) }
      if !files.isEmpty { classes = [("", files)] }
      return
    }
    for name in loose where isImage(name) {
      skip(name, "beside the class folders, so without a class")
    }
    for folder in folders {
      let files = images(below: folder)
      if files.isEmpty {
        skip(folder, "a class folder without a PNG or JPEG image")
      } else {
        classes.append((folder, files))
      }
    }
  }

  private mutating func images(below folder: String) -> [String] {
    guard let names = try? FileNames.visible(in: root + "/" + folder) else {
      skip(folder, "a folder that cannot be read")
      return []
    }
    var files: [String] = []
    for name in names.map({ folder + "/" + $0 }) {
      if isRealFolder(name) {
        files += images(below: name)
      } else if isImage(name) {
        files.append(name)
      }
    }
    return files
  }

  private func isRealFolder(_ name: String) -> Bool {
    var information = stat()
    return lstat(root + "/" + name, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a name is that of a PNG or JPEG file; what only looks like one is noted.
  private mutating func isImage(_ name: String) -> Bool {
    let suffix = name.split(separator: "/").last?.split(separator: ".").dropFirst().last
    let format = suffix?.lowercased() ?? ""
    if FolderListing.unreadable.contains(format) {
      skip(name, "neither a PNG nor a JPEG file")
      return false
    }
    guard FolderListing.readable.contains(format) else { return false }
    guard FileBytes.size(of: root + "/" + name) != nil else {
      skip(name, "no regular file, or a link that leads to none")
      return false
    }
    return true
  }

  private mutating func skip(_ name: String, _ reason: String) {
    skipped.append(SkippedFile(path: root + "/" + name, reason: reason))
  }
}
