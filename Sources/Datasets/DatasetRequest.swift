/// Which data set to load, from where, how large.
public struct DatasetRequest: Sendable, Equatable {
  /// The kind of data set.
  public var kind: DatasetKind
  /// The folder to read, for some kinds a file or a pattern of files; unused by sprites.
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
  /// Whether images of files are decoded at once or when they are asked for.
  public var loading = ImageLoading.automatic
  /// The most bytes of images of one split that are decoded before they are asked for, where they are decoded
  /// then.
  public var bytesAhead = 256 << 20
  /// Where the sizes that images have in their files are noted, if anywhere.
  package var sizes: ImageSizes?

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
  /// Of images that are decoded when they are asked for, what cannot be read shows then: `DatasetSplits.checkReading`
  /// and `DatasetSplits.skippedSoFar` say it.
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
    return try kind.read(self)
  }

  func sprites() throws(DatasetError) -> DatasetSplits {
    let trainCount = trainCount ?? 8_000
    let heldOutCount = heldOutCount ?? 2_000
    try ImageLoader.checkMemory(
      count: trainCount + heldOutCount, size: imageSize, place: "sprites",
      bytesBesides: Sprites.bytesBesidesPixels)
    return DatasetSplits(
      train: Sprites.dataset(split: .train, count: trainCount, size: imageSize, seed: seed),
      heldOut: Sprites.dataset(split: .heldOut, count: heldOutCount, size: imageSize, seed: seed))
  }

  /// The path, whatever lies there.
  func location() throws(DatasetError) -> String {
    guard let path, !path.isEmpty else {
      throw DatasetError("\(kind.rawValue) data", .noPath)
    }
    return path
  }

  /// The path of a folder that is there.
  func folder() throws(DatasetError) -> String {
    let path = try location()
    guard FileBytes.isFolder(path) else { throw .noFolder(at: path) }
    return path
  }

  /// The first folder that is there of the path's subfolders, or the path itself.
  func folder(or subfolders: [String]) throws(DatasetError) -> String {
    let path = try folder()
    return subfolders.map { path + "/" + $0 }.first(where: FileBytes.isFolder) ?? path
  }
}
