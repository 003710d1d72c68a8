/// Images of one size, with what is known about each.
public struct ImageDataset: Sendable {
  /// What the images are, for reports: "sprites train", for example.
  public let name: String
  /// Rows of every image.
  public let height: Int
  /// Columns of every image.
  public let width: Int
  /// The images themselves, `height` × `width` × 3 bytes each: in memory, in a mapped file, or read when they are
  /// asked for.
  public let pixels: ImagePixels
  /// One class index an image, each an index into `classNames`; empty when there are none.
  public let labels: [Int]
  /// The names of the classes, by index.
  public let classNames: [String]
  /// What varies between the images, where the data set knows it; empty for real data.
  public let factors: [Factor]

  /// A data set of images that are already in memory.
  ///
  /// Traps when the arrays do not agree on the number of images, or a label has no class name.
  public init(
    name: String, height: Int, width: Int, pixels: [UInt8], labels: [Int] = [],
    classNames: [String] = [], factors: [Factor] = []
  ) {
    precondition(
      height > 0 && width > 0 && width <= Int.max / 3 / height,
      "images of \(height) rows and \(width) columns")
    self.init(
      name: name, height: height, width: width,
      pixels: ImagePixels(pixels, bytesPerImage: height * width * 3), labels: labels,
      classNames: classNames, factors: factors)
  }

  /// A data set of images, wherever they are held.
  ///
  /// Traps when the images are of another size, or what is known is not of as many images.
  public init(
    name: String, height: Int, width: Int, pixels: ImagePixels, labels: [Int] = [],
    classNames: [String] = [], factors: [Factor] = []
  ) {
    precondition(
      pixels.bytesPerImage == height * width * 3,
      "images of \(pixels.bytesPerImage) bytes are not \(height)×\(width) RGB")
    let count = pixels.count
    precondition(
      labels.isEmpty || labels.count == count, "\(labels.count) labels for \(count) images")
    precondition(
      labels.allSatisfy(classNames.indices.contains), "a label lies outside the class names")
    for factor in factors {
      precondition(
        factor.values.count == count,
        "factor \(factor.name) has \(factor.values.count) values for \(count) images")
    }
    self.name = name
    self.height = height
    self.width = width
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
    self.factors = factors
  }

  /// The number of images.
  public var count: Int { pixels.count }

  /// The bytes of one image: `height` × `width` × 3.
  public var bytesPerImage: Int { pixels.bytesPerImage }

  /// The bytes of image `index`, RGB interleaved, rows from the top.
  public func image(at index: Int) -> ArraySlice<UInt8> { pixels[index] }
}

/// Something that varies between the images of a data set, with its value for each image.
public struct Factor: Sendable, Equatable {
  /// How a factor's values are to be read.
  public enum Kind: Sendable, Equatable {
    /// A number on a line.
    case linear
    /// A number on a circle: values that differ by `period` are one and the same.
    case circular(period: Float)
    /// One of `count` kinds, numbered from 0, in no order.
    case categorical(count: Int)
  }

  /// A name in snake case, as it is stored with results.
  public let name: String
  /// How the values are to be read.
  public let kind: Kind
  /// One value an image.
  public let values: [Float]

  /// A factor with its value for each image of a data set.
  public init(name: String, kind: Kind, values: [Float]) {
    self.name = name
    self.kind = kind
    self.values = values
  }
}

/// A factor that every data set of a kind knows, whatever images it holds.
public struct KnownFactor: Sendable, Equatable {
  /// A name in snake case, the FACTOR of the figures `attribute.FACTOR`.
  public let name: String
  /// How its values are to be read.
  public let kind: Factor.Kind
}

/// What a data set is loaded as: images to train on, others to evaluate on, and what was left out.
public struct DatasetSplits: Sendable {
  /// Images to train on.
  public let train: ImageDataset
  /// Images that training never sees.
  public let heldOut: ImageDataset
  /// What probes are fitted on instead of the training images; nil where it is these.
  public let fittedApart: ImageDataset?
  /// Files that could not be used, in the order of their paths.
  public let skipped: [SkippedFile]
  /// What was left aside on purpose or taken in a way that could surprise, a line each.
  public let remarks: [String]

  /// The parts of a data set.
  ///
  /// - Parameters:
  ///   - train: images to train on.
  ///   - heldOut: images that training never sees.
  ///   - fitted: what probes are fitted on instead of the training images.
  ///   - skipped: files that could not be used.
  ///   - remarks: what was left aside on purpose, or taken in a way that could surprise.
  public init(
    train: ImageDataset, heldOut: ImageDataset, fitted: ImageDataset? = nil,
    skipped: [SkippedFile] = [], remarks: [String] = []
  ) {
    self.train = train
    self.heldOut = heldOut
    fittedApart = fitted
    self.skipped = skipped
    self.remarks = remarks
  }
}

extension DatasetSplits {
  /// The images that probes are fitted on: those trained on, unless these have no labels and others do.
  public var fitted: ImageDataset { fittedApart ?? train }
}

/// A file of a data set that could not be used, and why.
public struct SkippedFile: Error, Sendable, Equatable {
  /// Where the file lies.
  public let path: String
  /// Why it was left out, in a few words.
  public let reason: String

  /// A file and the reason why it is left out.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}
