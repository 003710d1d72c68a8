import Datasets
import Torch

/// Images of a data set as an encoder reads them: views under a policy, or as they are.
///
/// They are made on the processor, by one fused pass over stored bytes, for an encoder on any device: a device works on
/// what it has been given meanwhile, and gets the same bits as a processor.
public struct ViewSource {
  private let dataset: ImageDataset
  private let policy: PolicyPair
  private let seed: UInt64
  private let device: Device
  private let renderer: FusedViews

  /// A source of images for an encoder on `device`.
  public init(_ dataset: ImageDataset, policy: PolicyPair, seed: UInt64, device: Device) {
    self.dataset = dataset
    self.policy = policy
    self.seed = seed
    self.device = device
    renderer = FusedViews(side: dataset.height, threads: Runtime.threads)
  }

  /// How many samples the data set has.
  public var sampleCount: Int { dataset.count }

  /// Says which samples will be asked for next, so that images that are read from files are begun with.
  public func willNeed(_ samples: some Sequence<Int>) { dataset.pixels.willNeed(samples) }

  /// Views of each sample, (`count`·N)×3×S×S in 0…1, first all first views, then all second ones: a
  /// function of (seed, epoch, sample, view) alone.
  public func views(of samples: some Collection<Int>, epoch: Int, count: Int = 2) -> Tensor {
    render(
      (0..<count).flatMap { _ in samples }, parameters(of: samples, epoch: epoch, count: count))
  }

  /// One view of each of some samples, with what each is subjected to, N×3×S×S in 0…1.
  public func views(of samples: [Int], subjectedTo parameters: [ViewParameters]) -> Tensor {
    render(samples, parameters)
  }

  /// What an image as it is is subjected to.
  public var untouched: ViewParameters { ViewParameters(of: size) }

  /// Each sample as it is at one point of a path, N×3×S×S in 0…1, at so much of it (`ViewPath.coefficients`).
  public func views(
    of samples: some Collection<Int>, on path: ViewPath, at coefficient: Double
  ) -> Tensor {
    let parameters = path.parameters(at: coefficient, of: size, border: policy.first.border)
    return render(Array(samples), samples.map { _ in parameters })
  }

  /// What the views of `views(of:epoch:count:)` are subjected to, in their order.
  public func parameters(
    of samples: some Collection<Int>, epoch: Int, count: Int = 2
  ) -> [ViewParameters] {
    (0..<count).flatMap { view in
      samples.map { sample in
        policy[view].parameters(
          seed: seed, epoch: epoch, sample: sample, view: view, source: size,
          side: dataset.height)
      }
    }
  }

  /// The classes of some samples, N of int64 on the images' device.
  public func labels(of samples: some Collection<Int>) -> Tensor {
    Tensor(samples.map { dataset.labels[$0] }).to(device)
  }

  /// The images as they are, N×3×S×S in 0…1.
  public func cleanImages(of samples: some Collection<Int>) -> Tensor {
    render(Array(samples), samples.map { _ in untouched })
  }

  private var size: ImageSize { ImageSize(width: dataset.width, height: dataset.height) }

  private func render(_ samples: [Int], _ parameters: [ViewParameters]) -> Tensor {
    do throws(ViewError) {
      return try dataset.pixels.withBytes(of: samples) { (bytes, offsets) throws(ViewError) in
        let requests = zip(offsets, parameters).map { offset, parameters in
          ViewRequest(of: StoredImage(offset: offset, size: size), parameters)
        }
        return try renderer.tensor(from: bytes, requests, on: device)
      }
    } catch {
      preconditionFailure("a data set's own image cannot be rendered: \(error)")
    }
  }
}
