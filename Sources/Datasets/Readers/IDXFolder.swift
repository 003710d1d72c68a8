import Foundation

/// Where the files of one data set of MNIST's format lie, and what they are called.
struct IDXFolder {
  /// The folder.
  let path: String
  /// What the names of the training files begin with: `train`, or `emnist-letters-train`.
  let trainPrefix: String
  /// What the names of the held-out files begin with.
  let heldOutPrefix: String
  /// Whether rows and columns of the images are exchanged, as EMNIST's are.
  let liesOnItsSide: Bool
  /// EMNIST's list of classes, where it lies beside the files.
  let mapping: EMNISTMapping?

  /// Folders in which tools unpack the files.
  private static let subfolders = ["", "/raw", "/MNIST/raw", "/mnist", "/gzip", "/EMNIST/raw"]

  /// The files of a request's path: a folder that holds them or one of the usual subfolders, or such a folder
  /// and the name of one of EMNIST's splits in it, `FOLDER/emnist-letters`.
  init(_ request: DatasetRequest) throws(DatasetError) {
    let path = try request.location()
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if !FileBytes.isFolder(path), let split = parts.last, split.hasPrefix("emnist-") {
      let parent = parts.dropLast().joined(separator: "/")
      let root = path.hasPrefix("/") || parts.count > 1 ? parent : "."
      try self.init(root.isEmpty ? "/" : root, split: String(split))
      return
    }
    try self.init(request.folder(), split: nil)
  }

  private init(_ root: String, split: String?) throws(DatasetError) {
    guard FileBytes.isFolder(root) else { throw .noFolder(at: root) }
    let folders = IDXFolder.subfolders.map { root + $0 }.filter(FileBytes.isFolder)
    for folder in folders {
      if split == nil, IDXFolder.file(folder, "train-images", ["idx3", "idx4"]) != nil {
        self.init(plain: folder)
        return
      }
      let splits = try IDXFolder.splits(in: folder).filter { split == nil || $0 == split }
      guard splits.count < 2 else {
        throw DatasetError(folder, .format(.severalSplits(splits)))
      }
      if let split = splits.first {
        try self.init(folder, emnist: split)
        return
      }
    }
    guard let split else {
      self.init(plain: root)
      return
    }
    throw DatasetError(root, .noImages(split: "\(split)-train"))
  }

  private init(plain folder: String) {
    path = folder
    trainPrefix = "train"
    heldOutPrefix = "t10k"
    liesOnItsSide = false
    mapping = nil
  }

  private init(_ folder: String, emnist split: String) throws(DatasetError) {
    path = folder
    trainPrefix = "\(split)-train"
    heldOutPrefix = "\(split)-test"
    liesOnItsSide = true
    mapping = try EMNISTMapping("\(folder)/\(split)-mapping.txt")
  }

  /// The names of EMNIST's splits that a folder holds.
  private static func splits(in folder: String) throws(DatasetError) -> [String] {
    let names = try FileNames.visible(in: folder).compactMap { name -> String? in
      guard name.hasPrefix("emnist-"), let end = name.range(of: "-train-images") else { return nil }
      return String(name[..<end.lowerBound])
    }
    return Set(names).sorted()
  }

  /// The file of a stem in any of the spellings, if there is one.
  func file(_ stem: String, _ types: [String]) -> String? {
    IDXFolder.file(path, stem, types)
  }

  private static func file(_ folder: String, _ stem: String, _ types: [String]) -> String? {
    let plain = types.flatMap { type in
      ["-", "."].map { "\(folder)/\(stem)\($0)\(type)-ubyte" }
    }
    return (plain + plain.map { $0 + ".gz" }).first { FileBytes.size(of: $0) != nil }
  }
}

/// The list of one EMNIST split's classes: a line a class, its label and the codes of its characters.
struct EMNISTMapping {
  /// The first character of each class.
  let names: [String]
  private let classes: [Int: Int]

  /// The list in a file; nil where there is none.
  init?(_ path: String) throws(DatasetError) {
    guard let lines = FileBytes.lines(path) else { return nil }
    var names: [String] = []
    var classes: [Int: Int] = [:]
    for line in lines {
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      guard numbers.count > 1, let scalar = UInt32(exactly: numbers[1]).flatMap(Unicode.Scalar.init)
      else { throw DatasetError(path, .format(.entry(line, expected: "a label and a character"))) }
      classes[numbers[0]] = names.count
      names.append(String(Character(scalar)))
    }
    self.names = names
    self.classes = classes
  }

  /// Labels as indices into `names`.
  func classes(of labels: [Int], path: String) throws(DatasetError) -> [Int] {
    var found: [Int] = []
    for label in labels {
      guard let index = classes[label] else {
        throw DatasetError(path, .format(.unmapped(label: label)))
      }
      found.append(index)
    }
    return found
  }
}
