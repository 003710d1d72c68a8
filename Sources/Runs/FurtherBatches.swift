import Augmentations
import Datasets
import Training

/// Batches of a head's own, for schedules that want more than θ's: numbered through the whole training, in an
/// order and with views of their own, so that θ's batches are the same under every schedule.
final class FurtherBatches {
  private let source: ViewSource
  private let configuration: RunConfiguration
  private let withLabels: Bool
  private let share: (ArraySlice<Int>) -> ArraySlice<Int>
  private var order: (epoch: Int, indices: [Int])?

  /// `share` gives the samples of a batch that are this process' own.
  init(
    from source: ViewSource, _ configuration: RunConfiguration, withLabels: Bool,
    share: @escaping (ArraySlice<Int>) -> ArraySlice<Int>
  ) {
    self.source = source
    self.configuration = configuration
    self.withLabels = withLabels
    self.share = share
  }

  /// The batch of a number, from 0 up.
  func batch(_ number: Int) -> ViewBatch {
    let size = configuration.batchSize
    let batchesPerEpoch = source.sampleCount / size
    let epoch = number / batchesPerEpoch
    if order?.epoch != epoch {
      let order = EpochOrder(
        count: source.sampleCount, seed: configuration.furtherOrderSeed, epoch: epoch)
      self.order = (epoch, order.indices)
    }
    let start = number % batchesPerEpoch * size
    let samples = order?.indices[start..<start + size] ?? []
    // Views depend on the epoch: far beyond those of θ.
    return source.batch(
      of: share(samples), epoch: 1 << 30 + epoch, views: configuration.views, withLabels: withLabels
    )
  }
}
