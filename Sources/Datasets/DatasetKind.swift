/// A kind of data set that can be loaded: what its files are, and how they are read.
///
/// A kind is declared once, beside its reader, and listed in `allCases`; the choices of `--dataset`,
/// `gnomon datasets` and the table in Docs/Data.md are made from the list.
public struct DatasetKind: RawRepresentable, CaseIterable, Sendable {
  /// The name by which it is asked for, `cifar10` for example.
  public let rawValue: String
  /// What the images are.
  public let summary: String
  /// Which files are expected in the folder that is named; nil for images that are generated.
  public let files: String?
  /// What the labels say.
  public let labels: String
  /// Which images are trained on, and which are held out.
  public let splits: String
  /// The factors of `ImageDataset.factors` that every data set of this kind has.
  let imageFactors: [KnownFactor]
  /// What its labels number, where every data set of this kind has the same.
  let classFactor: KnownFactor?
  /// The size of the images in its files at a path, where that is one and the same.
  let storedSize: @Sendable (String) -> Int?
  /// Reads or makes the images of a request whose numbers are in range.
  let read: @Sendable (DatasetRequest) throws(DatasetError) -> DatasetSplits

  init(
    _ name: String, _ summary: String, files: String?, labels: String, splits: String,
    factors: [KnownFactor] = [], classFactor: KnownFactor? = nil,
    storedSize: @escaping @Sendable (String) -> Int? = { _ in nil },
    read: @escaping @Sendable (DatasetRequest) throws(DatasetError) -> DatasetSplits
  ) {
    rawValue = name
    self.summary = summary
    self.files = files
    self.labels = labels
    self.splits = splits
    imageFactors = factors
    self.classFactor = classFactor
    self.storedSize = storedSize
    self.read = read
  }

  /// The kind of a name, if there is one.
  public init?(rawValue: String) {
    guard let kind = DatasetKind.allCases.first(where: { $0.rawValue == rawValue }) else {
      return nil
    }
    self = kind
  }

  /// Every kind, in the order of the tables.
  public static let allCases: [DatasetKind] = [
    .sprites, .cifar10, .cifar100, .cifar100Coarse, .idx, .stl10, .stl10Unlabeled, .svhn,
    .svhnExtra, .numpy, .webDataset, .folder, .packed, .digitsOnCIFAR,
  ]

  /// Whether a path is needed.
  public var needsFiles: Bool { files != nil }

  /// The factors that every data set of this kind knows, without loading one: those of
  /// `ImageDataset.factors`, and last what its labels number, where that is known too.
  public var knownFactors: [KnownFactor] { imageFactors + (classFactor.map { [$0] } ?? []) }

  /// The height and width that images of its files at a path are taken at unless another is asked for; nil where
  /// files say nothing, or cannot be read.
  public func imageSize(at path: String) -> Int? { storedSize(path) }

  /// The names of the factors that its images carry.
  public var factorNames: [String] { imageFactors.map(\.name) }

  /// The names of the factors that images of some kind carry, or of a set that is made here and packed, each once.
  public static let allFactorNames: [String] = {
    var names: [String] = []
    let made = MadeGlyphs.knownFactors.map(\.name) + [MadePictograms.factorName]
    for name in allCases.flatMap(\.factorNames) + made where !names.contains(name) {
      names.append(name)
    }
    return names
  }()
}

extension DatasetKind: Hashable {
  /// Kinds are told apart by their names.
  public static func == (first: DatasetKind, second: DatasetKind) -> Bool {
    first.rawValue == second.rawValue
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension DatasetKind {
  /// Generated: shapes before patterns, every factor known. Needs no files.
  public static let sprites = DatasetKind(
    "sprites", "Generated shapes before patterns", files: nil, labels: "10 shapes",
    splits: "8,000 and 2,000, or as many as asked for", factors: Sprites.knownFactors,
    classFactor: Sprites.classFactor
  ) { request throws(DatasetError) in try request.sprites() }

  /// A folder of images, one subfolder a class.
  public static let folder = DatasetKind(
    "folder", "Images in folders",
    files: "a subfolder a class; or `train` and `val`, `validation` or `test` with such subfolders",
    labels: "the subfolders, or none without any",
    splits: "by the folders' names, or a fifth of each class held out"
  ) { request throws(DatasetError) in try FolderReader().read(request, path: request.folder()) }
}
