import Augmentations
import Contrastive
import Datasets
import Torch

/// The way of images to every layer's embeddings, a batch at a time.
struct Network {
  let measured: MeasuredModel
  /// The encoder with batch norm in its convolutions, where that is known to be faster.
  let fixed: FixedResNet?
  /// Held-out images whose embeddings as they are are there.
  var known: KnownImages?
  // What a batch's layers take stays in the cache: half as many images a second go through in batches of 500.
  static let batchSize = 32

  init(_ measured: MeasuredModel) {
    self.measured = measured
    fixed = measured.device == .cpu ? (measured.encoder as? ResNet).flatMap(FixedResNet.init) : nil
  }

  /// The first `count` held-out images in the fixed random order.
  func sample(_ count: Int) -> [Int] {
    var random = CounterRandom(seed: 0x5AD1A1)
    return Array(random.permutation(of: measured.splits.heldOut.count).prefix(count))
  }

  /// The embeddings of all clean images of a data set, N×D a layer.
  func embeddings(of dataset: ImageDataset) -> [ProjectionHead.Layer] {
    embeddings(of: Array(0..<dataset.count), in: dataset)
  }

  /// The embeddings of some clean images, N×D a layer; of those named `names` alone where these are given.
  func embeddings(
    of samples: [Int], in dataset: ImageDataset, at names: [String]? = nil
  ) -> [ProjectionHead.Layer] {
    sideBySide(samples) { samples in
      let source = source(dataset, measured.policy)
      source.willNeed(samples)
      return concatenated(
        batches(samples).map { batch in
          trace(source.cleanImages(of: batch)).filter { names?.contains($0.name) ?? true }
        })
    }
  }

  /// The embeddings of samples, runs of whole batches of them side by side: on a processor one batch's operators are too small to be
  /// shared out among threads.
  private func sideBySide(
    _ samples: [Int], _ embed: ([Int]) -> [ProjectionHead.Layer]
  ) -> [ProjectionHead.Layer] {
    let batchCount = (samples.count + Network.batchSize - 1) / Network.batchSize
    let workers = measured.device == .cpu ? min(Runtime.threads, batchCount) : 1
    guard workers > 1 else { return embed(samples) }
    let bounds = (0...workers).map {
      min(samples.count, $0 * batchCount / workers * Network.batchSize)
    }
    return concatenated(
      Runtime.sideBySide(workers: workers) { worker in
        embed(Array(samples[bounds[worker]..<bounds[worker + 1]]))
      })
  }

  /// The embeddings of views of each of the held-out samples: the views of each layer, N×D each. Views of a sample that are the same
  /// go through once, and those that leave an image as it is not again.
  func viewEmbeddings(
    of samples: [Int], under policy: PolicyPair, count: Int = 2
  ) -> [[Tensor]] {
    let source = source(measured.splits.heldOut, policy)
    source.willNeed(samples)
    let parameters = source.parameters(of: samples, epoch: 0, count: count)
    let views = DistinctViews(
      of: samples, parameters, asTheyAre: source.untouched, known: known)
    let fresh = concatenated(
      batches(Array(views.fresh.indices)).map { batch in
        let own = views.fresh[batch.startIndex..<batch.endIndex]
        return trace(source.views(of: own.map(\.sample), subjectedTo: own.map(\.parameters)))
      }
    ).map(\.embedding)
    let old = views.known.isEmpty ? [] : known?.embeddings(of: views.known) ?? []
    let layers = [fresh, old].filter { !$0.isEmpty }
    return (layers.first ?? []).indices.map { layer in
      let all = Tensor.concatenated(layers.map { $0[layer] })
      return views.places.map { all.gathered(Tensor($0).to(all.device)) }
    }
  }

  /// The embeddings of each of the held-out samples turned by none, one, two and three quarters, counter-clockwise: the turns
  /// of each layer, N×D each. No pixel is interpolated.
  func quarterTurnEmbeddings(of samples: [Int]) -> [[Tensor]] {
    let source = source(measured.splits.heldOut, measured.policy)
    source.willNeed(samples)
    let batches = batches(samples).map { batch in
      let images = source.cleanImages(of: batch)
      let turned = images.transposed(2, 3)
      return [
        images, turned.reversed(along: 2), images.reversed(along: 2).reversed(along: 3),
        turned.reversed(along: 3),
      ].map { trace($0.channelsLast()) }
    }
    let turns = (0..<4).map { turn in concatenated(batches.map { $0[turn] }) }
    return (turns.first ?? []).indices.map { layer in turns.map { $0[layer].embedding } }
  }

  /// The embeddings of held-out samples at each point of a path: the points of each layer, N×D each.
  func pathEmbeddings(of samples: [Int], along path: ViewPath) -> [[Tensor]] {
    let source = source(measured.splits.heldOut, measured.policy)
    source.willNeed(samples)
    let points = path.coefficients.map { coefficient in
      concatenated(
        batches(samples).map { trace(source.views(of: $0, on: path, at: coefficient)) })
    }
    return (points.first ?? []).indices.map { layer in points.map { $0[layer].embedding } }
  }

  /// The held-out images as they are, N×3×S×S.
  func cleanImages(of samples: [Int]) -> Tensor {
    source(measured.splits.heldOut, measured.policy).cleanImages(of: samples)
  }

  /// Images of a data set as they are and as views of this measurement.
  func source(_ dataset: ImageDataset, _ policy: PolicyPair) -> ViewSource {
    ViewSource(dataset, policy: policy, seed: measured.seed, device: measured.device)
  }

  /// All measured layers' embeddings of images.
  func trace(_ images: Tensor) -> [ProjectionHead.Layer] {
    if measured.layers == .head && fixed == nil {
      return headTrace(at: measured.encoder(images))
    }
    let trunk = fixed?.trace(images) ?? measured.encoder.trace(images)
    return measuredTrunk(trunk.dropLast())
      + (trunk.last.map { headTrace(at: $0.embedding) } ?? [])
  }

  /// Those of the trunk's layers before h that are measured.
  func measuredTrunk(_ trunk: ArraySlice<ProjectionHead.Layer>) -> [ProjectionHead.Layer] {
    measured.layers == .head ? [] : withinLimit(chosen(of: trunk))
  }

  /// The trunk's layers before h that are measured.
  private func chosen(of trunk: ArraySlice<ProjectionHead.Layer>) -> [ProjectionHead.Layer] {
    guard measured.layers == .tail else { return Array(trunk) }
    // A vision transformer's last block is h but for the norm.
    let isLastOfH = measured.encoder is VisionTransformer
    return (isLastOfH ? trunk.dropLast() : trunk).suffix(1)
  }

  /// The embeddings of h and of the head's layers that are measured.
  func headTrace(at h: Tensor) -> [ProjectionHead.Layer] { withinLimit(measured.head.trace(h)) }

  private func withinLimit(_ layers: [ProjectionHead.Layer]) -> [ProjectionHead.Layer] {
    layers.filter { $0.embedding.size(1) <= measured.dimensionLimit }
  }

  /// How many images tangents are taken of at once: what attention's scores take, which forward mode holds as a whole, stays
  /// below 256 MB.
  var tangentBatchSize: Int {
    guard let transformer = measured.encoder as? VisionTransformer else { return Network.batchSize }
    return max(1, min(Network.batchSize, (256 << 20) / (4 * transformer.scoreCount)))
  }

  private func batches(_ samples: [Int]) -> [ArraySlice<Int>] {
    stride(from: 0, to: samples.count, by: Network.batchSize).map {
      samples[$0..<min($0 + Network.batchSize, samples.count)]
    }
  }

  private func concatenated(_ batches: [[ProjectionHead.Layer]]) -> [ProjectionHead.Layer] {
    (batches.first ?? []).indices.map { index in
      (batches[0][index].name, Tensor.concatenated(batches.map { $0[index].embedding }))
    }
  }
}
