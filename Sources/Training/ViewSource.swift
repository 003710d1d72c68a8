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

  /// Two views of each sample, 2N×3×S×S in 0…1, first all first views, then all second ones: a
  /// function of (seed, epoch, sample, view) alone.
  public func views(of samples: some Collection<Int>, epoch: Int) -> Tensor {
    let source = ImageSize(width: dataset.width, height: dataset.height)
    let parameters = (0..<2).flatMap { view in
      samples.map { sample in
        policy[view].parameters(
          seed: seed, epoch: epoch, sample: sample, view: view, source: source,
          side: dataset.height)
      }
    }
    let images = stored.gathered(index(of: Array(samples) + Array(samples)))
    return TensorViews.render(images, parameters, side: dataset.height)
  }

  /// The images as they are, N×3×S×S in 0…1.
  public func cleanImages(of samples: some Collection<Int>) -> Tensor {
    stored.gathered(index(of: Array(samples))).permuted([0, 3, 1, 2]).to(.float32) / 255
  }

  private func index(of samples: [Int]) -> Tensor { Tensor(samples).to(stored.device) }
}
