import Torch

extension DatasetKind {
  /// MNIST's digits on CIFAR-10's photographs.
  public static let digitsOnCIFAR = DatasetKind(
    "digits-on-cifar", "A digit of MNIST pasted on each photograph of CIFAR-10",
    files: "a folder that holds both, `cifar-10-batches-py` and `MNIST/raw` for example, or "
      + "`PHOTOGRAPHS:DIGITS`, two folders",
    labels: "the photographs' 10 classes; `digit`, `digit_x` and `digit_y` are factors",
    splits: "CIFAR-10's; training images take training digits, held-out ones held-out digits",
    factors: DigitsOnPhotographs.factors,
    classFactor: KnownFactor(name: "photograph", kind: .categorical(count: 10))
  ) { request throws(DatasetError) in
    let (photographs, digits) = try DigitsOnPhotographs.folders(request)
    return try DigitsOnPhotographs(
      photographs: DatasetRequest(
        kind: .cifar10, path: photographs, imageSize: request.imageSize,
        trainCount: request.trainCount, heldOutCount: request.heldOutCount, seed: request.seed,
        strict: request.strict),
      digits: DatasetRequest(kind: .idx, path: digits, seed: request.seed, strict: request.strict)
    ).load()
  }
}

/// Photographs with a digit on each: two things to be learnt, one of them much easier, as in studies of
/// features that suppress others (Chen, Luo and Li, arXiv 2011.02803).
///
/// Which digit image i of a split bears, and where, depends on (seed, split, i) alone. The digit is half as
/// high as the photograph, but at least 8 pixels, lies wholly in it, and is white: a photograph's byte p under ink d of 255 becomes
/// p + (255 − p)·d / 255. The photograph's class stays the label; the digit and its place are factors.
public struct DigitsOnPhotographs: Sendable {
  /// What is drawn upon.
  public let photographs: DatasetRequest
  /// What is drawn; images of ten classes. Their size is chosen here.
  public let digits: DatasetRequest

  /// A composite of two data sets, which are read when it is loaded.
  public init(photographs: DatasetRequest, digits: DatasetRequest) {
    self.photographs = photographs
    self.digits = digits
  }

  /// The digit, and where its middle is, in sides of the image from its middle: to the right and downwards.
  public static let factors = [
    KnownFactor(name: "digit", kind: .categorical(count: 10)),
    KnownFactor(name: "digit_x", kind: .linear), KnownFactor(name: "digit_y", kind: .linear),
  ]

  /// Reads both and makes the images. The seed is the photographs'.
  ///
  /// - Throws: a `DatasetError` for either data set, and for digits of other than at most ten classes.
  public func load() throws(DatasetError) -> DatasetSplits {
    let below = try photographs.load()
    var request = digits
    request.imageSize = max(DatasetRequest.imageSizes.lowerBound, photographs.imageSize / 2)
    let above = try request.load()
    guard 1...10 ~= above.train.classNames.count else {
      throw DatasetError(
        digits.path ?? digits.kind.rawValue,
        .format(.digits(classes: above.train.classNames.count)))
    }
    return DatasetSplits(
      train: composed(below.train, above.train, split: 0),
      heldOut: composed(below.heldOut, above.heldOut, split: 1),
      fitted: below.fittedApart.map { composed($0, above.train, split: 2) },
      skipped: below.skipped + above.skipped)
  }

  /// The folder that holds both, or the two of `PHOTOGRAPHS:DIGITS`.
  static func folders(
    _ request: DatasetRequest
  ) throws(DatasetError) -> (photographs: String, digits: String) {
    let path = try request.location()
    let parts = path.split(separator: ":", maxSplits: 1).map(String.init)
    guard !FileBytes.isFolder(path), parts.count == 2 else { return (path, path) }
    return (parts[0], parts[1])
  }

  private func composed(
    _ below: ImageDataset, _ above: ImageDataset, split: Int
  ) -> ImageDataset {
    let room = below.width - above.width
    let placements = (0..<below.count).map { image in
      var random = RandomStream.composite.generator(seed: photographs.seed, split, image)
      return Placement(
        digit: random.index(below: above.count), column: random.index(below: room + 1),
        row: random.index(below: room + 1))
    }
    var pixels = below.pixels.bytes
    pixels.withUnsafeMutableBufferPointer { pixels in
      for (image, placement) in placements.enumerated() {
        let digit = above.image(at: placement.digit)
        let start = image * below.bytesPerImage
        for row in 0..<above.height {
          let line = start + ((placement.row + row) * below.width + placement.column) * 3
          for byte in 0..<above.width * 3 {
            let paper = Int(pixels[line + byte])
            let ink = Int(digit[digit.startIndex + row * above.width * 3 + byte])
            pixels[line + byte] = UInt8(paper + ((255 - paper) * ink + 127) / 255)
          }
        }
      }
    }
    let side = Float(below.width)
    func place(_ start: Int) -> Float { (Float(start) + Float(above.width) / 2) / side - 0.5 }
    let values: [[Float]] = [
      placements.map { Float(above.labels[$0.digit]) }, placements.map { place($0.column) },
      placements.map { place($0.row) },
    ]
    return ImageDataset(
      name: "digits on \(below.name)",
      height: below.height, width: below.width, pixels: pixels, labels: below.labels,
      classNames: below.classNames,
      factors: below.factors
        + zip(DigitsOnPhotographs.factors, values).map {
          Factor(name: $0.name, kind: $0.kind, values: $1)
        })
  }

  /// Which digit an image bears, and the first column and row of it.
  private struct Placement {
    let digit: Int
    let column: Int
    let row: Int
  }
}
