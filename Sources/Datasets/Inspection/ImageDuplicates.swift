/// Images that are there more than once, byte by byte or nearly.
///
/// Two images are near duplicates when, shrunk to 16 × 16, their grey values correlate by at least
/// `leastCorrelation` and their mean colours differ by at most `mostColourDifference` levels in blue and in
/// red less luma. So other sizes, brightness and contrast and the traces of compression are passed over, and
/// so are small details; mirrored, cropped and turned copies are not found.
///
/// Of up to `fewImages` images all pairs are compared; of more, those whose hashes differ in few bits
/// (`MultiIndexHash`). A hash says of 64 low frequencies whether each is above its median over the data set, so
/// that half of all images have every bit.
public struct ImageDuplicates: Sendable {
  /// The correlation from which on images are near duplicates.
  public static let leastCorrelation: Float = 0.99
  /// The most levels by which their mean colours may differ.
  public static let mostColourDifference: Float = 12
  /// The most images of which all pairs are compared.
  public static let fewImages = 1_000

  /// An image of a data set.
  public struct Place: Sendable, Hashable, Codable {
    /// Whether it is one of the held-out images.
    public let isHeldOut: Bool
    /// Its number in its split.
    public let index: Int
  }

  /// Two images that are alike.
  public struct Pair: Sendable, Equatable {
    /// The one that comes first, training images before held-out ones.
    public let first: Place
    /// The other one.
    public let second: Place
    /// The correlation of their grey values; nil where they are equal byte by byte.
    public let correlation: Float?

    /// Whether one of them is trained on and the other held out.
    public var crosses: Bool { first.isHeldOut != second.isHeldOut }
  }

  /// Equal images: each with the first that is equal to it, and each held-out one with the first training
  /// image that is, in the order of the second.
  public let exact: [Pair]
  /// Near duplicates that are not equal, in the order of the second, then of the first; equal images are
  /// looked at once.
  public let near: [Pair]

  /// Looks through both splits. Time grows a little faster than the number of images.
  public init(train: ImageDataset, heldOut: ImageDataset) {
    let places =
      (0..<train.count).map { Place(isHeldOut: false, index: $0) }
      + (0..<heldOut.count).map { Place(isHeldOut: true, index: $0) }
    let sets = [train, heldOut]
    func pixels(_ place: Place) -> ArraySlice<UInt8> {
      sets[place.isHeldOut ? 1 : 0].image(at: place.index)
    }
    var firsts: [Int: [Int]] = [:]
    var exact: [Pair] = []
    var unique: [Int] = []
    for (number, place) in places.enumerated() {
      let bytes = pixels(place)
      let hash = bytes.withUnsafeBytes { buffer in
        var hasher = Hasher()
        hasher.combine(bytes: buffer)
        return hasher.finalize()
      }
      if let equal = firsts[hash]?.first(where: { pixels(places[$0]) == bytes }) {
        exact.append(Pair(first: places[equal], second: place, correlation: nil))
      } else {
        firsts[hash, default: []].append(number)
        unique.append(number)
      }
    }
    self.exact = exact
    let descriptors = ImageDescriptor.all(of: train) + ImageDescriptor.all(of: heldOut)
    near = ImageDuplicates.near(
      among: unique.map { (places[$0], descriptors[$0]) })
  }

  private static func near(
    among images: [(place: Place, descriptor: ImageDescriptor)]
  ) -> [Pair] {
    var grids: [(place: Place, grid: [Float], colour: SIMD2<Float>)] = []
    for (place, descriptor) in images {
      guard let grid = descriptor.grid else { continue }
      grids.append((place, grid, descriptor.colour))
    }
    var found: [(first: Int, second: Int, correlation: Float)] = []
    func compare(_ first: Int, _ second: Int) {
      let colour = grids[first].colour - grids[second].colour
      guard abs(colour.x) <= mostColourDifference, abs(colour.y) <= mostColourDifference else {
        return
      }
      let correlation = product(grids[first].grid, grids[second].grid)
      if correlation >= leastCorrelation { found.append((first, second, correlation)) }
    }
    if grids.count <= fewImages {
      for second in grids.indices {
        for first in 0..<second { compare(first, second) }
      }
    } else {
      MultiIndexHash(hashes(of: grids.map(\.grid))).eachPair(compare)
    }
    return found.sorted { ($0.second, $0.first) < ($1.second, $1.first) }.map { pair in
      Pair(
        first: grids[pair.first].place, second: grids[pair.second].place,
        correlation: pair.correlation)
    }
  }

  /// A bit a frequency: whether it is above its median.
  private static func hashes(of grids: [[Float]]) -> [UInt64] {
    let frequencies = grids.map(ImageDescriptor.frequencies)
    var hashes = [UInt64](repeating: 0, count: grids.count)
    for bit in 0..<64 {
      let values = frequencies.map { $0[bit] }
      let median = values.sorted().dropFirst(values.count / 2).first ?? 0
      for (number, value) in values.enumerated() where value > median {
        hashes[number] |= 1 << UInt64(bit)
      }
    }
    return hashes
  }

  private static func product(_ first: [Float], _ second: [Float]) -> Float {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        var sum: Float = 0
        for place in 0..<first.count { sum += first[place] * second[place] }
        return sum
      }
    }
  }
}

extension ImageDuplicates {
  /// How many held-out images are equal to a training image.
  public var exactAcross: Int { exact.count { $0.crosses } }

  /// How many held-out images have a near duplicate among the training images, and none that is equal.
  public var nearAcross: Int { Set(near.filter(\.crosses).map(\.second)).count }

  /// How many images of a split are equal to an earlier one of it.
  public func exactWithin(heldOut isHeldOut: Bool) -> Int {
    exact.count { !$0.crosses && $0.first.isHeldOut == isHeldOut }
  }

  /// How many images of a split have a near duplicate before them in it.
  public func nearWithin(heldOut isHeldOut: Bool) -> Int {
    Set(near.filter { !$0.crosses && $0.first.isHeldOut == isHeldOut }.map(\.second)).count
  }
}
