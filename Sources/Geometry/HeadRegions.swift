import Torch

/// The regions of h on which a head of ReLUs is affine, as far as embeddings lie in them: a region is where the same units
/// are active.
public struct HeadRegions: Sendable, Equatable {
  /// In how many different regions the embeddings lie.
  public let count: Int
  /// The share of samples whose two views lie in one region; nil without views.
  public let sameSample: Double?
  /// The share of pairs of two samples, one view of each, that lie in one region; nil without views and for one sample.
  public let twoSamples: Double?

  /// Counts the regions of embeddings.
  ///
  /// - Parameters:
  ///   - patterns: N×U of `DType.bool`: which of the U units are active at each of N embeddings.
  ///   - views: the same at two views of each of M samples, in one order.
  /// - Throws: `GeometryError` for what is not a matrix, patterns of different width and views of different number.
  public init(
    of patterns: Tensor, views: (first: Tensor, second: Tensor)? = nil
  ) throws(GeometryError) {
    count = Set(try Region.all(of: patterns)).count
    guard let views else {
      (sameSample, twoSamples) = (nil, nil)
      return
    }
    try views.first.checkPaired(with: views.second, .views, .views)
    guard views.first.rank == 2, views.first.size(1) == patterns.size(1) else {
      throw .wrongInput(
        .unequalShapes(.embeddings, patterns.shape, .views, views.first.shape))
    }
    let (first, second) = (
      try Region.all(of: views.first), try Region.all(of: views.second)
    )
    let samples = first.count
    let same = zip(first, second).count { $0 == $1 }
    sameSample = samples > 0 ? Double(same) / Double(samples) : nil
    let occupied = Dictionary(second.map { ($0, 1) }, uniquingKeysWith: +)
    let shared = first.reduce(0) { $0 + occupied[$1, default: 0] } - same
    twoSamples = samples > 1 ? Double(shared) / (Double(samples) * Double(samples - 1)) : nil
  }
}

/// A pattern of active units, 32 in a word.
private struct Region: Hashable {
  let words: [Int64]

  private static let wordLength = 32
  // Patterns are packed a block of rows at a time: eight bytes a unit for as long as that takes.
  private static let blockSize = 8_000_000

  static func all(of patterns: Tensor) throws(GeometryError) -> [Region] {
    guard patterns.rank == 2 else {
      throw .wrongInput(.notAMatrix(.embeddings, shape: patterns.shape))
    }
    let (count, units) = (patterns.size(0), patterns.size(1))
    guard count > 0, units > 0 else {
      return [Region](repeating: Region(words: []), count: count)
    }
    let powers = Tensor((0..<wordLength).map { Int64(1) << Int64($0) }).to(patterns.device)
    var regions: [Region] = []
    for block in patterns.split(max(1, blockSize / units)) {
      let words = stride(from: 0, to: units, by: wordLength).map { start in
        let length = min(wordLength, units - start)
        return (block.slice(start..<start + length, along: 1).to(.int64) * powers[0..<length])
          .sum(along: [1])
      }
      let packed = Tensor.stacked(words, along: 1).scalars(Int64.self)
      for row in 0..<block.size(0) {
        regions.append(Region(words: Array(packed[row * words.count..<(row + 1) * words.count])))
      }
    }
    return regions
  }
}
