import Datasets
import Torch
import TorchNN

/// Embeddings of held-out images at some layers, with the images' numbers.
public struct HeldOutEmbeddings {
  /// One layer's.
  public struct Layer {
    /// `h`, `z`, or another layer's.
    public let name: String
    /// n×D, float32, a row an image.
    public let embeddings: Tensor
  }

  /// The images' numbers in the held-out set, in ascending order.
  public let samples: [Int]
  /// h, and z where there is a head, or those that were asked for.
  public let layers: [Layer]
}

extension MeasuredModel {
  /// The embeddings of the held-out images as they are, in evaluation mode.
  ///
  /// - Parameters:
  ///   - limit: how many images at most; of more, a random sample that is the same each time.
  ///   - isWanted: whether the embeddings of a layer are kept, asked by its name.
  /// - Throws: `DatasetError` for images that could not be read from their files.
  public func heldOutEmbeddings(
    atMost limit: Int, at isWanted: (String) -> Bool = { $0 == "h" || $0 == "z" }
  ) throws(DatasetError) -> HeldOutEmbeddings {
    let embeddings = inEvaluationMode([encoder, head]) {
      withoutGradients {
        let network = Network(self)
        let samples = network.sample(limit).sorted()
        let layers = network.embeddings(of: samples, in: splits.heldOut)
          .filter { isWanted($0.name) }
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
