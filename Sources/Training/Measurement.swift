import Augmentations
import Contrastive
import Datasets
import Evaluation
import Geometry
import RunStore
import Torch
import TorchNN

/// Measures every layer of an encoder and its head on held-out images: what they keep, and what an
/// augmentation changes in them. Nothing of the model moves; it is measured in evaluation mode and float32.
public struct Measurement {
  /// How much is measured.
  public enum Extent: Sendable {
    /// Spectra and invariances, on the held-out images.
    case geometry
    /// Nearest neighbours and linear probe, from training to held-out images.
    case evaluation
    /// All of it.
    case full
  }

  /// The fixed strengths of `invariance_at`, by which runs of different strength compare.
  public static let fixedStrengths = [0.25, 0.5, 1.0]
  /// How many held-out images geometry is measured on at most.
  public static let sampleLimit = 2_000

  let encoder: any Encoder
  let head: ProjectionHead
  let splits: DatasetSplits
  let policy: PolicyPair
  let policyChoice: PolicyChoice
  let seed: UInt64
  let device: Device
  private let batchSize = 500

  /// The figures of each layer, from h to z.
  ///
  /// - Throws: `GeometryError` or `EvaluationError`, for embeddings that are not finite and the like.
  public func layers(_ extent: Extent = .full) throws -> [LayerFigures] {
    encoder.train(false)
    head.train(false)
    defer {
      encoder.train(true)
      head.train(true)
    }
    return try withoutGradients {
      let heldOut = embeddings(of: splits.heldOut)
      var figures = try heldOut.map { layer in
        try LayerFigures(layer: layer.name, embeddings: layer.embedding[0..<sampleCount])
      }
      if extent != .evaluation { try addInvariances(to: &figures, clean: heldOut) }
      if extent != .geometry { try addAccuracies(to: &figures, heldOut: heldOut) }
      return figures
    }
  }

  private var sampleCount: Int { min(splits.heldOut.count, Measurement.sampleLimit) }

  private func addInvariances(
    to figures: inout [LayerFigures], clean: [ProjectionHead.Layer]
  ) throws {
    let own = viewEmbeddings(under: policy)
    for (index, layer) in own.enumerated() {
      let statistics = try ViewStatistics(
        clean: clean[index].embedding[0..<sampleCount], first: layer.first, second: layer.second)
      figures[index].add(statistics)
    }
    for strength in Measurement.fixedStrengths {
      let fixed = try policyChoice.policies(strength: Float(strength))
      for (index, layer) in viewEmbeddings(under: fixed).enumerated() {
        figures[index].invarianceAt["\(strength)"] = try invariance(layer.first, layer.second)
      }
    }
  }

  private func addAccuracies(
    to figures: inout [LayerFigures], heldOut: [ProjectionHead.Layer]
  ) throws {
    guard !splits.train.labels.isEmpty, !splits.heldOut.labels.isEmpty else { return }
    let training = embeddings(of: splits.train)
    for index in figures.indices {
      try figures[index].addAccuracies(
        training: LabeledEmbeddings(
          embeddings: training[index].embedding, labels: splits.train.labels),
        heldOut: LabeledEmbeddings(
          embeddings: heldOut[index].embedding, labels: splits.heldOut.labels))
    }
  }

  /// The embeddings of all clean images of a data set, N×D a layer.
  func embeddings(of dataset: ImageDataset) -> [ProjectionHead.Layer] {
    let source = ViewSource(dataset, policy: policy, seed: seed, device: device)
    return concatenated(
      batches(of: dataset.count).map { trace(source.cleanImages(of: $0)) })
  }

  /// The embeddings of two views of each image of the held-out sample.
  private func viewEmbeddings(
    under policy: PolicyPair
  ) -> [(name: String, first: Tensor, second: Tensor)] {
    let source = ViewSource(splits.heldOut, policy: policy, seed: seed, device: device)
    var first: [[ProjectionHead.Layer]] = []
    var second: [[ProjectionHead.Layer]] = []
    for batch in batches(of: sampleCount) {
      let images = source.views(of: batch, epoch: 0)
      first.append(trace(images[0..<batch.count]))
      second.append(trace(images[batch.count..<2 * batch.count]))
    }
    return zip(concatenated(first), concatenated(second)).map {
      ($0.name, $0.embedding, $1.embedding)
    }
  }

  private func trace(_ images: Tensor) -> [ProjectionHead.Layer] { head.trace(encoder(images)) }

  private func batches(of count: Int) -> [ArraySlice<Int>] {
    let all = Array(0..<count)
    return stride(from: 0, to: count, by: batchSize).map { all[$0..<min($0 + batchSize, count)] }
  }

  private func concatenated(_ batches: [[ProjectionHead.Layer]]) -> [ProjectionHead.Layer] {
    (batches.first ?? []).indices.map { index in
      (batches[0][index].name, Tensor.concatenated(batches.map { $0[index].embedding }))
    }
  }
}
