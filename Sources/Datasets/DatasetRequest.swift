/// The kinds of data set that can be loaded.
public enum DatasetKind: String, CaseIterable, Sendable {
  /// Generated: shapes before patterns, every factor known. Needs no files.
  case sprites
  /// The binary version of CIFAR-10.
  case cifar10
  /// The binary version of CIFAR-100, with its fine classes.
  case cifar100
  /// The files of MNIST and its relatives.
  case idx
  /// A folder of images, one subfolder a class.
  case folder

  /// The factors that every data set of this kind knows, without loading one: those of
  /// `ImageDataset.factors`, and last what its labels number, where that is known too. None for files.
  public var knownFactors: [KnownFactor] {
    switch self {
    case .sprites: Sprites.knownFactors + [Sprites.classFactor]
    case .cifar10, .cifar100, .idx, .folder: []
    }
  }
}

/// Which data set to load, from where, how large.
public struct DatasetRequest: Sendable, Equatable {
  /// The kind of data set.
  public var kind: DatasetKind
  /// The folder to read; unused by sprites.
  public var path: String?
  /// Rows and columns of the images that come out.
  public var imageSize: Int
  /// The number of training images: 8,000 sprites unless said otherwise; of files all of them, or
  /// this many drawn by the seed.
  public var trainCount: Int?
  /// The number of held-out images: 2,000 sprites unless said otherwise; of files all of them, or
  /// this many drawn by the seed.
  public var heldOutCount: Int?
  /// The seed that makes sprites and draws from files.
  public var seed: UInt64
  /// Whether a file that cannot be used is an error rather than skipped.
  public var strict: Bool

  /// A request; only a kind is needed for sprites, a path too for the others.
  public init(
    kind: DatasetKind, path: String? = nil, imageSize: Int = 32, trainCount: Int? = nil,
    heldOutCount: Int? = nil, seed: UInt64 = 0, strict: Bool = false
  ) {
    self.kind = kind
    self.path = path
    self.imageSize = imageSize
    self.trainCount = trainCount
    self.heldOutCount = heldOutCount
    self.seed = seed
    self.strict = strict
  }

  /// The image sizes that can be asked for.
  public static let imageSizes = 8...1024

  /// The numbers of images that can be asked for.
  public static let imageCounts = 1...Int(Int32.max)

  /// Reads or makes the images, all `imageSize` × `imageSize`.
  ///
  /// - Throws: a `DatasetError` when a setting is out of range, files are missing or damaged, or no
  ///   image is left.
  public func load() throws(DatasetError) -> DatasetSplits {
    guard DatasetRequest.imageSizes.contains(imageSize) else {
      throw DatasetError(
        "image size", .outOfRange(imageSize, allowed: DatasetRequest.imageSizes))
    }
    for (count, place) in [(trainCount, "training images"), (heldOutCount, "held-out images")] {
      guard let count, !DatasetRequest.imageCounts.contains(count) else { continue }
      throw DatasetError(place, .outOfRange(count, allowed: DatasetRequest.imageCounts))
    }
    switch kind {
    case .sprites: return try sprites()
    case .cifar10: return try CIFARReader.cifar10().read(self, path: folder())
    case .cifar100: return try CIFARReader.cifar100().read(self, path: folder())
    case .idx: return try IDXReader().read(self, path: folder())
    case .folder: return try FolderReader().read(self, path: folder())
    }
  }

  private func sprites() throws(DatasetError) -> DatasetSplits {
    let trainCount = trainCount ?? 8_000
    let heldOutCount = heldOutCount ?? 2_000
    try ImageLoader.checkMemory(
      count: trainCount + heldOutCount, size: imageSize, place: "sprites",
      bytesBesides: Sprites.bytesBesidesPixels)
    return DatasetSplits(
      train: Sprites.dataset(split: .train, count: trainCount, size: imageSize, seed: seed),
      heldOut: Sprites.dataset(split: .heldOut, count: heldOutCount, size: imageSize, seed: seed))
  }

  private func folder() throws(DatasetError) -> String {
    guard let path, !path.isEmpty else {
      throw DatasetError("\(kind.rawValue) data", .noPath)
    }
    guard FileBytes.isFolder(path) else {
      throw DatasetError(path, .noFolder)
    }
    return path
  }
}
