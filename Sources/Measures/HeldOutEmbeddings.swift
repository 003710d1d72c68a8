import Datasets
import Torch
import TorchNN

/// Embeddings of held-out images at h and z, with the images' numbers.
public struct HeldOutEmbeddings {
  /// One layer's.
  public struct Layer {
    /// `h` or `z`.
    public let name: String
    /// n×D, float32, a row an image.
    public let embeddings: Tensor
  }

  /// The images' numbers in the held-out set, in ascending order.
  public let samples: [Int]
  /// h, and z where there is a head.
  public let layers: [Layer]
}

extension MeasuredModel {
  /// The embeddings of the held-out images as they are, in evaluation mode.
  ///
  /// - Parameter limit: how many images at most; of more, a random sample that is the same each time.
  /// - Throws: `DatasetError` for images that could not be read from their files.
  public func heldOutEmbeddings(atMost limit: Int) throws(DatasetError) -> HeldOutEmbeddings {
    let embeddings = inEvaluationMode([encoder, head]) {
      withoutGradients {
        let network = Network(self)
        let samples = network.sample(limit).sorted()
        let layers = network.embeddings(of: samples, in: splits.heldOut)
          .filter { $0.name == "h" || $0.name == "z" }
        return HeldOutEmbeddings(
          samples: samples,
          layers: layers.map {
            HeldOutEmbeddings.Layer(name: $0.name, embeddings: $0.embedding.to(.cpu))
          })
      }
    }
    try splits.checkReading()
    return embeddings
  }
}
