import Augmentations
import Datasets
import Torch

/// Images of a data set as an encoder reads them: views under a policy, or as they are.
public struct ViewSource {
  private let dataset: ImageDataset
  private let stored: Tensor
  private let policy: PolicyPair
  private let seed: UInt64

  /// A source that keeps the data set's pixels on `device`.
  public init(_ dataset: ImageDataset, policy: PolicyPair, seed: UInt64, device: Device) {
    self.dataset = dataset
    self.policy = policy
    self.seed = seed
    stored = Tensor(
      dataset.pixels, shape: [dataset.count, dataset.height, dataset.width, 3]
    ).to(device)
  }

  var sampleCount: Int { dataset.count }

  /// Views of each sample, (`count`·N)×3×S×S in 0…1, first all first views, then all second ones: a
  /// function of (seed, epoch, sample, view) alone.
  public func views(of samples: some Collection<Int>, epoch: Int, count: Int = 2) -> Tensor {
    let source = ImageSize(width: dataset.width, height: dataset.height)
    let parameters = (0..<count).flatMap { view in
      samples.map { sample in
        policy[view].parameters(
          seed: seed, epoch: epoch, sample: sample, view: view, source: source,
          side: dataset.height)
      }
    }
    let repeated = (0..<count).flatMap { _ in samples }
    let images = stored.gathered(index(of: repeated))
    return TensorViews.render(images, parameters, side: dataset.height)
  }

  /// Views as `views(of:epoch:count:)` makes them, with the samples' labels if wanted.
  func batch(
    of samples: some Collection<Int>, epoch: Int, views count: Int, withLabels: Bool
  ) -> ViewBatch {
    ViewBatch(
      views(of: samples, epoch: epoch, count: count), views: count,
      labels: withLabels ? index(of: samples.map { dataset.labels[$0] }) : nil)
  }

  /// The images as they are, N×3×S×S in 0…1.
  public func cleanImages(of samples: some Collection<Int>) -> Tensor {
    stored.gathered(index(of: Array(samples))).permuted([0, 3, 1, 2]).to(.float32) / 255
  }

  private func index(of samples: [Int]) -> Tensor { Tensor(samples).to(stored.device) }
}
