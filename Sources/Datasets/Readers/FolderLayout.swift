/// Which files of a folder are trained on and which are held out.
///
/// Folders of splits go by these names, in capitals or not: `train` or `training`, and beside it, the
/// first that has what is needed, `val`, `valid`, `validation`, `test` or `testing`. Without both, a
/// lone one of them is divided like any other folder, and one among class folders is a class.
struct FolderLayout: Sendable {
  let train: FolderSplit
  let heldOut: FolderSplit
  private(set) var skipped: [SkippedFile]
  private(set) var remarks: [String]

  private static let trainNames = ["train", "training"]
  private static let heldOutNames = ["val", "valid", "validation", "test", "testing"]

  init(of root: FilePath) throws(DatasetError) {
    guard let directory = Directory(root) else { throw DatasetError("\(root)", .unreadable) }
    let folders = directory.entries.filter { $0.kind == .folder || $0.kind == .linkToFolder }
      .map(\.name)
    func named(_ names: [String]) -> [FilePath] {
      // Beside `Train` it is `train` itself that is meant.
      names.flatMap { name in
        let alike = folders.filter { $0.lowercasedName.whole == name }
        return alike.filter { "\($0)" == name } + alike.filter { "\($0)" != name }
      }
    }
    let trainFolders = named(FolderLayout.trainNames)
    let candidates = named(FolderLayout.heldOutNames)
    if let trainFolder = trainFolders.first, !candidates.isEmpty {
      try self.init(
        train: FolderListing(root: root.appending(trainFolder)),
        candidates: candidates.map { root.appending($0) })
      noteBesides(
        root, directory, unused: folders.filter { $0 != trainFolder && !candidates.contains($0) })
      return
    }
    let known = trainFolders + candidates
    if known.count > 1, known.count == folders.count {
      throw DatasetError("\(root)", .noTrainFolder(beside: known.map { "\($0)" }))
    }
    let isLone = folders.count == 1 && known.count == 1
    try self.init(dividing: FolderListing(root: isLone ? root.appending(known[0]) : root))
    if isLone {
      noteBesides(root, directory, unused: [])
    } else {
      remarks += known.map {
        "\(root): its folder \($0) is taken as a class, as there are no folders of two splits"
      }
    }
  }

  private init(train: FolderSplit, heldOut: FolderSplit, listings: [FolderListing]) {
    self.train = train
    self.heldOut = heldOut
    skipped = listings.flatMap(\.skipped)
    remarks = listings.flatMap(\.remarks)
    for listing in listings { notePassedOver(listing.passedOver, in: listing.root) }
  }

  /// A folder of which a fifth is held out.
  private init(dividing all: FolderListing) throws(DatasetError) {
    guard !all.classes.isEmpty else {
      throw DatasetError("\(all.root)", .noImageFiles(first: all.skipped.first))
    }
    self.init(
      train: FolderSplit(name: "folder train", listing: all, heldOut: false),
      heldOut: FolderSplit(name: "folder held out", listing: all, heldOut: true), listings: [all])
    guard heldOut.count > 0 else {
      throw DatasetError(
        "\(all.root)", .tooFewImages(all.count, classCount: all.classes.count))
    }
  }

  /// A folder of splits: the first candidate that has what is needed is held out.
  private init(train all: FolderListing, candidates: [FilePath]) throws(DatasetError) {
    var remarks: [String] = []
    var chosen: FolderListing?
    for path in candidates where chosen == nil {
      let annotated = try FolderListing(annotated: path)
      let listing = if let annotated { annotated } else { try FolderListing(root: path) }
      if listing.classes.isEmpty {
        remarks.append("\(path): not used, as there is no image in it")
      } else if listing.isFlat && !all.isFlat {
        remarks.append("\(path): not used, as its images have no classes")
      } else {
        chosen = listing
      }
    }
    guard let chosen, !all.classes.isEmpty else {
      try self.init(dividing: all)
      self.remarks += remarks + ["\(all.root): a fifth of its images is held out"]
      return
    }
    let names = all.isFlat ? [] : all.classes.map(\.name)
    for (name, _) in chosen.classes where !all.isFlat && !names.contains(name) {
      throw DatasetError("\(chosen.root)", .unknownClass(name))
    }
    self.init(
      train: FolderSplit(name: "folder train", listing: all, classNames: names),
      heldOut: FolderSplit(name: "folder held out", listing: chosen, classNames: names),
      listings: [all, chosen])
    if all.isFlat && !chosen.isFlat {
      remarks.append("\(chosen.root): its classes are not used, as train has none")
    }
    let rest = candidates.drop { $0 != chosen.root }.dropFirst()
    self.remarks += remarks + rest.map { "\($0): not used, as \(chosen.root) is held out" }
  }

  /// Names what lies beside the folders of splits.
  private mutating func noteBesides(_ root: FilePath, _ directory: Directory, unused: [FilePath]) {
    remarks += unused.map { "\(root): its folder \($0) is no split and is not used" }
    var passedOver = directory.hiddenCount
    for (name, kind) in directory.entries where kind == .file || kind == .other {
      let path = root.appending(name)
      let start = kind == .file ? path.read(count: ImageFormat.headLength) ?? [] : []
      if ImageFormat(startOf: start) != nil {
        skipped.append(
          SkippedFile(path: "\(path)", reason: "beside the splits, so in none of them"))
      } else {
        passedOver += 1
      }
    }
    notePassedOver(passedOver, in: root)
  }

  private mutating func notePassedOver(_ count: Int, in root: FilePath) {
    guard count > 0 else { return }
    let files = count == 1 ? "1 file" : "\(count) files"
    remarks.append("\(root): passed over \(files), hidden or of kinds that lie beside images")
  }
}
