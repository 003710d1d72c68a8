import Torch

/// The shuffled order in which one epoch visits the samples of a data set.
///
/// It depends on the number of samples, the seed and the epoch alone, so a resumed run meets the
/// same batches as an uninterrupted one.
public struct EpochOrder: Sendable {
  /// Every sample index once, in the order of the epoch.
  public let indices: [Int]

  /// The order of `count` samples in an epoch, a uniformly random permutation.
  public init(count: Int, seed: UInt64, epoch: Int) {
    var random = RandomStream.epochOrder.generator(seed: seed, epoch, 0)
    indices = random.permutation(of: count)
  }

  /// The epoch cut into batches of `size` samples; a last incomplete batch is dropped.
  ///
  /// - Throws: a `DatasetError` when there is no whole batch, or `size` is below 1.
  public func batches(of size: Int) throws(DatasetError) -> [ArraySlice<Int>] {
    guard size >= 1 else {
      throw DatasetError("batch size", .outOfRange(size, allowed: 1...Int.max))
    }
    guard size <= indices.count else {
      throw DatasetError("batch size", .batch(size: size, imageCount: indices.count))
    }
    return (0..<indices.count / size).map { indices[$0 * size..<($0 + 1) * size] }
  }
}
