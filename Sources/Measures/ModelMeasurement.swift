import Augmentations
import Contrastive
import Datasets
import Evaluation
import Geometry
import Records
import Torch
import TorchNN

/// Measures every layer of an encoder and its head on held-out images: what they keep, what an augmentation
/// changes in them, and which directions the head passes on. Nothing of the model moves; it is measured
/// in evaluation mode and float32.
///
/// A figure that cannot be measured is absent: a tangent gain without a head, an overlap with too few
/// samples for neighbours, an attribute where none is known.
public struct ModelMeasurement {
  /// How much is measured.
  public enum Extent: Sendable, Equatable {
    /// What three forward passes a sample give, on that many samples: spectra, invariance under the
    /// run's own policy, dimension, similarity, planes and what theory predicts.
    case light(samples: Int)
    /// All that describes the layers themselves.
    case geometry
    /// Nearest neighbours, linear probe and attributes, from training to held-out images.
    case evaluation
    /// All of it.
    case full
  }

  /// The fixed strengths of `invariance_at`, by which runs of different strength compare.
  public static let fixedStrengths = [0.25, 0.5, 1.0]

  let encoder: any Encoder
  let head: ProjectionHead
  let splits: DatasetSplits
  let policy: PolicyPair
  let policyChoice: PolicyChoice
  let temperature: Double?
  let contrastedSamples: Int
  let seed: UInt64
  let device: Device

  /// What measures an encoder and a head.
  ///
  /// - Parameters:
  ///   - encoder: maps images N×3×S×S to h; on `device`, as the head is.
  ///   - head: maps h to z.
  ///   - splits: accuracies and attributes are fitted on the training images; all else is measured on the
  ///     held-out ones.
  ///   - policy: the augmentations that were trained with.
  ///   - policyChoice: their family, which is scaled to the fixed strengths.
  ///   - temperature: τ of the contrastive covariance's softmax; nil for an objective that has none, and there
  ///     is no prediction.
  ///   - contrastedSamples: how many samples are contrasted with each other in it.
  ///   - seed: which views are drawn.
  public init(
    encoder: any Encoder, head: ProjectionHead, splits: DatasetSplits, policy: PolicyPair,
    policyChoice: PolicyChoice, temperature: Double? = 0.2, contrastedSamples: Int = 256,
    seed: UInt64 = 0, device: Device = .cpu
  ) {
    self.encoder = encoder
    self.head = head
    self.splits = splits
    self.policy = policy
    self.policyChoice = policyChoice
    self.temperature = temperature
    self.contrastedSamples = contrastedSamples
    self.seed = seed
    self.device = device
  }

  /// The figures of each layer, from h to z.
  ///
  /// - Throws: `GeometryError` or `EvaluationError` for embeddings that are not finite, and for labels or factors
  ///   that do not fit the images.
  public func layers(_ extent: Extent = .full) throws -> [LayerFigures] {
    encoder.train(false)
    head.train(false)
    defer {
      encoder.train(true)
      head.train(true)
    }
    return try withoutGradients {
      switch extent {
      case .light(let samples):
        let sizes = MeasurementSizes.light(samples: samples)
        return try geometry(sizes, of: embeddings(of: sample(sizes.samples)), isLight: true)
      case .geometry:
        return try geometry(.full, of: embeddings(of: sample(MeasurementSizes.full.samples)))
      case .evaluation:
        let heldOut = embeddings(of: splits.heldOut)
        var figures = heldOut.map {
          LayerFigures(
            layer: $0.name, n: $0.embedding.size(0), dimension: $0.embedding.size(1))
        }
        try addEvaluation(to: &figures, heldOut: heldOut)
        return figures
      case .full:
        let heldOut = embeddings(of: splits.heldOut)
        let chosen = Tensor(sample(MeasurementSizes.full.samples)).to(device)
        let clean = heldOut.map { (name: $0.name, embedding: $0.embedding.gathered(chosen)) }
        var figures = try geometry(.full, of: clean)
        try addEvaluation(to: &figures, heldOut: heldOut)
        return figures
      }
    }
  }

  private func geometry(
    _ sizes: MeasurementSizes, of clean: [ProjectionHead.Layer], isLight: Bool = false
  ) throws -> [LayerFigures] {
    var figures = try clean.map { try LayerFigures(layer: $0.name, embeddings: $0.embedding) }
    try addDimension(to: &figures, clean)
    try addSimilarity(to: &figures, clean)
    let views = try addInvariance(to: &figures, clean, sizes, atFixedStrengths: !isLight)
    var factorTangents: [Tensor] = []
    if !isLight {
      try addPartInvariance(to: &figures, sizes)
      try addOrbits(to: &figures, sizes)
      factorTangents = try addTangents(to: &figures, sizes)
    }
    let plane = try addPlanes(to: &figures[0], h: clean[0].embedding, factorTangents, sizes)
    try addTheory(
      to: &figures[0], views, projector: plane,
      anchors: min(sizes.anchors, clean[0].embedding.size(0)))
    return figures
  }

  private func addDimension(
    to figures: inout [LayerFigures], _ clean: [ProjectionHead.Layer]
  ) throws {
    for (index, layer) in clean.enumerated() {
      if let dimension = try whereMeasurable({ try IntrinsicDimension(of: layer.embedding) }) {
        figures[index].add(dimension)
      }
    }
  }

  private func addSimilarity(
    to figures: inout [LayerFigures], _ clean: [ProjectionHead.Layer]
  ) throws {
    for (index, layer) in clean.enumerated() {
      for (otherIndex, other) in clean.enumerated() where otherIndex > index {
        let similarity = try whereMeasurable {
          try CenteredKernelAlignment(layer.embedding, other.embedding)
        }
        guard let similarity else { continue }
        figures[index].add(similarity, with: other.name)
        figures[otherIndex].add(similarity, with: layer.name)
      }
    }
  }
}

/// What `body` gives, or nil where these embeddings do not allow it: too few of them, or all equal. Any other
/// error is a mistake, and thrown on.
func whereMeasurable<Result>(_ body: () throws -> Result) throws -> Result? {
  do {
    return try body()
  } catch GeometryError.notMeasurable {
    return nil
  } catch EvaluationError.notMeasurable {
    return nil
  }
}
