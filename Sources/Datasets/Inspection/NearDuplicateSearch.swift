/// Looks for near duplicates among images that are all different.
///
/// Of up to `ImageDuplicates.fewImages` images all pairs are compared. Of more, two kinds of candidates are:
/// - those whose hashes differ in few bits (`MultiIndexHash`). A hash says of 64 low frequencies whether each is
///   above its median over the data set, so that half of all images have every bit. Where much of the
///   data set is one scene, medians lie among its own images, and bits say nothing about these.
/// - those that are neighbours along one of `axes` low frequencies: each image's nearest `neighbours` of every split
///   on both sides. Among many images of one scene the neighbours are nearly all of this scene.
struct NearDuplicateSearch {
  /// How many neighbours of each split on each side are compared.
  static let neighbours = 16

  /// Places of frequencies in `ImageDescriptor.frequencies`: those of up to two half waves along each direction.
  private static let axes = [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]
    .map { ImageDescriptor.frequency(vertical: $0.0, horizontal: $0.1) }

  private struct Image {
    /// Its number among the images that were given.
    let number: Int
    let grid: [Float]
    let colour: SIMD2<Float>
    let splits: Set<ImageDuplicates.Split>
  }

  private let images: [Image]

  /// - Parameter images: each with the splits that it is in. Images of one grey are like no others.
  init(_ images: [(descriptor: ImageDescriptor, splits: Set<ImageDuplicates.Split>)]) {
    self.images = images.enumerated().compactMap { number, image in
      image.descriptor.grid.map {
        Image(
          number: number, grid: $0, colour: image.descriptor.colour, splits: image.splits)
      }
    }
  }

  /// The pairs of numbers of images that are near duplicates, each once, with the correlation.
  func pairs() -> [(first: Int, second: Int, correlation: Float)] {
    var found: [(first: Int, second: Int, correlation: Float)] = []
    func compare(_ first: Int, _ second: Int) {
      let colour = images[first].colour - images[second].colour
      let most = ImageDuplicates.mostColourDifference
      guard abs(colour.x) <= most, abs(colour.y) <= most else { return }
      let correlation = NearDuplicateSearch.product(images[first].grid, images[second].grid)
      if correlation >= ImageDuplicates.leastCorrelation {
        found.append((images[first].number, images[second].number, correlation))
      }
    }
    guard images.count > ImageDuplicates.fewImages else {
      for second in images.indices {
        for first in 0..<second { compare(first, second) }
      }
      return found
    }
    let frequencies = images.map { ImageDescriptor.frequencies(of: $0.grid) }
    MultiIndexHash(NearDuplicateSearch.hashes(of: frequencies)).eachPair(compare)
    for axis in NearDuplicateSearch.axes {
      let values = frequencies.map { $0[axis] }
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      eachNeighbour(in: order, compare)
      eachNeighbour(in: order.reversed(), compare)
    }
    found.sort { ($0.second, $0.first) < ($1.second, $1.first) }
    return found.indices.filter {
      $0 == 0 || found[$0].first != found[$0 - 1].first || found[$0].second != found[$0 - 1].second
    }.map { found[$0] }
  }

  /// Calls `body` with each image and the last of every split before it in an order, the smaller number first.
  private func eachNeighbour(
    in order: [Int], _ body: (_ first: Int, _ second: Int) -> Void
  ) {
    var before: [ImageDuplicates.Split: [Int]] = [:]
    for number in order {
      for last in before.values {
        for other in last.suffix(NearDuplicateSearch.neighbours) {
          body(min(number, other), max(number, other))
        }
      }
      for split in images[number].splits { before[split, default: []].append(number) }
    }
  }

  /// A bit a frequency: whether it is above its median.
  private static func hashes(of frequencies: [[Float]]) -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: frequencies.count)
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
