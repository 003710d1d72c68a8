import Augmentations
import Contrastive
import Datasets
import Torch

/// The embeddings of two views of each sample at one layer.
struct LayerViews {
  let name: String
  let first: Tensor
  let second: Tensor
}

/// Images go through the network a batch at a time.
extension ModelMeasurement {
  private var batchSize: Int { 500 }

  /// The first `count` held-out images in the fixed random order.
  func sample(_ count: Int) -> [Int] {
    var random = CounterRandom(seed: 0x5AD1A1)
    return Array(random.permutation(of: splits.heldOut.count).prefix(count))
  }

  /// The embeddings of all clean images of a data set, N×D a layer.
  func embeddings(of dataset: ImageDataset) -> [ProjectionHead.Layer] {
    embeddings(of: Array(0..<dataset.count), in: dataset)
  }

  /// The embeddings of some clean held-out images, N×D a layer.
  func embeddings(of samples: [Int]) -> [ProjectionHead.Layer] {
    embeddings(of: samples, in: splits.heldOut)
  }

  private func embeddings(of samples: [Int], in dataset: ImageDataset) -> [ProjectionHead.Layer] {
    let source = source(dataset, policy)
    return concatenated(batches(samples).map { trace(source.cleanImages(of: $0)) })
  }

  /// The embeddings of two views of each of the held-out samples.
  func viewEmbeddings(of samples: [Int], under policy: PolicyPair) -> [LayerViews] {
    let views = viewEmbeddings(of: samples, under: policy, count: 2)
    return views[0].indices.map {
      LayerViews(
        name: views[0][$0].name, first: views[0][$0].embedding, second: views[1][$0].embedding)
    }
  }

  /// The embeddings of several views of each of the held-out samples, an array of layers a view.
  func viewEmbeddings(
    of samples: [Int], under policy: PolicyPair, count: Int
  ) -> [[ProjectionHead.Layer]] {
    let source = source(splits.heldOut, policy)
    let batches = batches(samples).map { batch in
      source.views(of: batch, epoch: 0, count: count).split(batch.count).map(trace)
    }
    return (0..<count).map { view in concatenated(batches.map { $0[view] }) }
  }

  /// Held-out images as they are and as views of this measurement.
  func source(_ dataset: ImageDataset, _ policy: PolicyPair) -> ViewSource {
    ViewSource(dataset, policy: policy, seed: seed, device: device)
  }

  private func trace(_ images: Tensor) -> [ProjectionHead.Layer] { head.trace(encoder(images)) }

  private func batches(_ samples: [Int]) -> [ArraySlice<Int>] {
    stride(from: 0, to: samples.count, by: batchSize).map {
      samples[$0..<min($0 + batchSize, samples.count)]
    }
  }

  private func concatenated(_ batches: [[ProjectionHead.Layer]]) -> [ProjectionHead.Layer] {
    (batches.first ?? []).indices.map { index in
      (batches[0][index].name, Tensor.concatenated(batches.map { $0[index].embedding }))
    }
  }
}
