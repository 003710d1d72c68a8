import Datasets
import Torch

/// What a policy makes of some images, to look at: one row an image, one column a strength or a
/// generator, the image itself in the first.
public struct ContactSheet: Sendable {
  /// One column of a sheet.
  public struct Column: Sendable {
    /// What the column shows, in a few letters.
    public var label: String
    fileprivate var parameters: @Sendable (_ row: Int, _ source: ImageSize, Int) -> ViewParameters

    /// The images as they are, but for their size.
    public static let original = Column(label: "image") { _, source, _ in
      var parameters = ViewParameters(of: source)
      parameters.crop = Crop.central(of: source, aspect: 1...1)
      return parameters
    }

    /// One view of each image under a policy, the same that training draws in an epoch.
    public static func policy(
      _ policy: Policy, label: String, epoch: Int = 0, view: Int = 0, seed: UInt64
    ) -> Column {
      Column(label: label) { row, source, side in
        policy.parameters(
          seed: seed, epoch: epoch, sample: row, view: view, source: source, side: side)
      }
    }

    /// A policy at several strengths. The same random numbers are drawn at each.
    ///
    /// - Parameters:
    ///   - strengths: one a column, 0 for none.
    ///   - policy: a policy at strength 1.
    ///   - seed: what the views are drawn by.
    public static func strengths(
      _ strengths: [Float], of policy: Policy, seed: UInt64
    ) -> [Column] {
      self.strengths(strengths, of: PolicyPair(policy), seed: seed)
    }

    /// Both policies of a pair at several strengths, or one column a strength where they are equal.
    ///
    /// - Parameters:
    ///   - strengths: one a column, or two, 0 for none.
    ///   - policies: the policies at strength 1.
    ///   - seed: what the views are drawn by.
    public static func strengths(
      _ strengths: [Float], of policies: PolicyPair, seed: UInt64
    ) -> [Column] {
      strengths.flatMap { strength -> [Column] in
        let scaled = policies.scaled(by: strength)
        let label = "s = \(strength)"
        if policies.first == policies.second {
          return [.policy(scaled.first, label: label, seed: seed)]
        }
        return (0..<2).map { view in
          .policy(scaled[view], label: "\(label), view \(view)", view: view, seed: seed)
        }
      }
    }

    /// One generator alone, by exp(`coefficient`·G).
    public static func generator(_ generator: Generator, by coefficient: Float) -> Column {
      Column(label: "\(generator.rawValue) \(coefficient)") { row, source, side in
        var parameters = original.parameters(row, source, side)
        parameters[generator] = coefficient
        return parameters
      }
    }

    /// Every generator, by an amount that shows what it does.
    public static let generators: [Column] = Generator.allCases.map {
      .generator($0, by: $0.shownCoefficient)
    }
  }

  /// The columns' labels.
  public let labels: [String]
  /// How many images there are.
  public let rows: Int
  /// The side of one view, in pixels.
  public let side: Int
  /// White pixels around every view.
  public static let gap = 2

  /// Pixels across.
  public var width: Int { labels.count * (side + ContactSheet.gap) + ContactSheet.gap }
  /// Pixels down.
  public var height: Int { rows * (side + ContactSheet.gap) + ContactSheet.gap }
  /// Red, green and blue of all pixels, row after row: width·height·3 bytes.
  public let pixels: [UInt8]

  /// The pixels with a square of `factor` by `factor` for each, so that small views can be seen.
  public func pixels(enlargedBy factor: Int) -> [UInt8] {
    precondition(factor > 0, "a sheet enlarged by \(factor)")
    var enlarged: [UInt8] = []
    enlarged.reserveCapacity(pixels.count * factor * factor)
    for top in stride(from: 0, to: pixels.count, by: 3 * width) {
      var row: [UInt8] = []
      row.reserveCapacity(3 * width * factor)
      for pixel in stride(from: top, to: top + 3 * width, by: 3) {
        for _ in 0..<factor { row += pixels[pixel..<pixel + 3] }
      }
      for _ in 0..<factor { enlarged += row }
    }
    return enlarged
  }

  /// Makes a sheet of images of a data set.
  ///
  /// - Parameters:
  ///   - samples: which images.
  ///   - dataset: where they are.
  ///   - columns: what each column shows, from the left.
  ///   - side: the side of one view, in pixels.
  /// - Throws: `ViewError` for a view that cannot be made.
  public init(
    of samples: some Collection<Int>, in dataset: ImageDataset, columns: [Column], side: Int
  ) throws(ViewError) {
    let size = ImageSize(width: dataset.width, height: dataset.height)
    let images = (0..<samples.count).map {
      StoredImage(offset: $0 * dataset.bytesPerImage, size: size)
    }
    try self.init(
      of: images, in: dataset.pixels.gathered(samples), columns: columns, side: side)
  }

  /// Makes a sheet.
  ///
  /// - Parameters:
  ///   - images: where the images lie in `bytes`.
  ///   - bytes: the stored images.
  ///   - columns: what each column shows, from the left.
  ///   - side: the side of one view, in pixels.
  /// - Throws: `ViewError` for an image that does not lie in `bytes`.
  public init(
    of images: [StoredImage], in bytes: [UInt8], columns: [Column], side: Int
  ) throws(ViewError) {
    labels = columns.map(\.label)
    rows = images.count
    self.side = side
    let requests = images.enumerated().flatMap { row, image in
      columns.map { ViewRequest(of: image, $0.parameters(row, image.size, side)) }
    }
    let gap = ContactSheet.gap
    let width = columns.count * (side + gap) + gap
    let height = images.count * (side + gap) + gap
    var sheet = [UInt8](repeating: 255, count: width * height * 3)
    let views = try FusedViews(side: side).tensor(from: bytes, requests)
    let levels = (views.permuted([0, 2, 3, 1]) * 255 + 0.5).to(.uint8).scalars(UInt8.self)
    for index in requests.indices {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns.count)
      for y in 0..<side {
        let top = gap + row * (side + gap) + y
        let target = 3 * (top * width + gap + column * (side + gap))
        let source = 3 * side * (index * side + y)
        sheet.replaceSubrange(
          target..<target + 3 * side, with: levels[source..<source + 3 * side])
      }
    }
    pixels = sheet
  }
}
