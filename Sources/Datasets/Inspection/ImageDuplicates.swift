/// Images that are there more than once, byte by byte or nearly.
///
/// Two images are near duplicates when, shrunk to 16 × 16, their grey values correlate by at least
/// `leastCorrelation` and their mean colours differ by at most `mostColourDifference` levels in blue and in
/// red less luma. So other sizes, brightness and contrast and the traces of compression are passed over, and
/// so are small details; mirrored, cropped and turned copies are not found.
///
/// Of up to `fewImages` images all pairs are compared; of more those that `NearDuplicateSearch` proposes.
public struct ImageDuplicates: Sendable {
  /// The correlation from which on images are near duplicates.
  public static let leastCorrelation: Float = 0.99
  /// The most levels by which their mean colours may differ.
  public static let mostColourDifference: Float = 12
  /// The most images of which all pairs are compared.
  public static let fewImages = 1_000

  /// What images are for.
  public enum Split: String, Sendable, Codable, CaseIterable {
    /// To train on.
    case train
    /// To fit probes on, where that is a set of its own.
    case fitted
    /// To measure on.
    case heldOut = "held_out"
  }

  /// An image of a data set.
  public struct Place: Sendable, Hashable, Codable {
    /// Its split.
    public let split: Split
    /// Its number in its split.
    public let index: Int
  }

  /// Two images that are alike.
  public struct Pair: Sendable, Equatable {
    /// The one that comes first, training images before those that probes are fitted on, and these before
    /// held-out ones.
    public let first: Place
    /// The other one.
    public let second: Place
    /// The correlation of their grey values; nil where they are equal byte by byte.
    public let correlation: Float?

    /// Whether one of them is held out, and the other trained or fitted on.
    public var crosses: Bool { first.split != second.split }
  }

  /// Equal images: each with the first of its split that is equal to it, and each held-out one with the
  /// first of each other split too; in the order of the second.
  public let exact: [Pair]
  /// Near duplicates that are not equal, in the order of the second: of all that are equal, an image is
  /// paired with the first, and with none of a split that has an equal one before it.
  public let near: [Pair]

  /// Looks through all splits. Time grows a little faster than the number of images.
  ///
  /// - Parameters:
  ///   - train: images to train on.
  ///   - heldOut: images that training never sees.
  ///   - fitted: what probes are fitted on instead of the training images, where that is a set of its own.
  public init(train: ImageDataset, heldOut: ImageDataset, fitted: ImageDataset? = nil) {
    let sets: [(split: Split, images: ImageDataset)] =
      [(.train, train)] + (fitted.map { [(.fitted, $0)] } ?? []) + [(.heldOut, heldOut)]
    let groups = EqualImages.groups(of: sets.map(\.images))
    let places = sets.flatMap { set in
      (0..<set.images.count).map { Place(split: set.split, index: $0) }
    }
    let descriptors = sets.flatMap { ImageDescriptor.all(of: $0.images) }
    let members = groups.map { $0.map { places[$0] } }
    let search = NearDuplicateSearch(
      zip(groups, members).map { group, members in
        (descriptors[group[0]], Set(members.map(\.split)))
      })
    let order = Dictionary(uniqueKeysWithValues: zip(places, 0...))
    func precedes(_ first: Place, _ second: Place) -> Bool {
      (order[first] ?? 0) < (order[second] ?? 0)
    }
    func sorted(_ pairs: [Pair]) -> [Pair] {
      pairs.sorted {
        $0.second == $1.second ? precedes($0.first, $1.first) : precedes($0.second, $1.second)
      }
    }
    /// Pairs of each image with the first of each split among others that it is compared with.
    func pairs(
      of images: [Place], with others: [Place], correlation: Float?,
      unless isExcluded: (Split, Place) -> Bool
    ) -> [Pair] {
      let firsts = Split.allCases.compactMap { split in others.first { $0.split == split } }
      return images.flatMap { image in
        firsts.filter {
          ($0.split == image.split || image.split == .heldOut) && precedes($0, image)
            && !isExcluded($0.split, image)
        }.map { Pair(first: $0, second: image, correlation: correlation) }
      }
    }
    exact = sorted(
      members.flatMap { pairs(of: $0, with: $0, correlation: nil, unless: { _, _ in false }) })
    near = sorted(
      search.pairs().flatMap { found in
        [(found.first, found.second), (found.second, found.first)].flatMap { own, other in
          pairs(of: members[own], with: members[other], correlation: found.correlation) {
            split, image in
            members[own].contains { $0.split == split && precedes($0, image) }
          }
        }
      })
  }
}

extension ImageDuplicates {
  /// How many held-out images are equal to an image of another split.
  public func exactAcross(from split: Split) -> Int { ImageDuplicates.heldOut(exact, from: split) }

  /// How many held-out images have a near duplicate among the images of another split, and none that is equal.
  public func nearAcross(from split: Split) -> Int { ImageDuplicates.heldOut(near, from: split) }

  private static func heldOut(_ pairs: [Pair], from split: Split) -> Int {
    Set(pairs.lazy.filter { $0.crosses && $0.first.split == split }.map(\.second)).count
  }

  /// How many images of a split are equal to an earlier one of it.
  public func exactWithin(_ split: Split) -> Int { ImageDuplicates.within(split, exact) }

  /// How many images of a split have a near duplicate before them in it, and none that is equal.
  public func nearWithin(_ split: Split) -> Int { ImageDuplicates.within(split, near) }

  private static func within(_ split: Split, _ pairs: [Pair]) -> Int {
    Set(pairs.lazy.filter { !$0.crosses && $0.first.split == split }.map(\.second)).count
  }
}
