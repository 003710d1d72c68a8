import Augmentations
import Contrastive
import Datasets
import Geometry
import Records
import Torch
import TorchNN

/// An encoder and its head with the images that they are measured on. Nothing of the model moves; it is measured in
/// evaluation mode and float32, and is in the mode it was in afterwards.
///
/// ```swift
/// let model = MeasuredModel(
///   encoder: encoder, head: head, splits: data, policy: policy, policyChoice: "simclr")
/// let layers = try model.figures(.geometry)
/// ```
///
/// A figure that cannot be measured is absent: a tangent gain without a head, an overlap with too few
/// samples for neighbours, an attribute where none is known.
public struct MeasuredModel {
  /// The fixed strengths of `invariance_at`, by which runs of different strength compare.
  public static let fixedStrengths = [0.25, 0.5, 1.0]

  /// A wider layer is left out of all measuring: covariances of D×D numbers in float64 take 2 GB at this D.
  public static let usualDimensionLimit = 16_384

  /// Which layers are measured.
  public enum Layers: String, Sendable, CaseIterable {
    /// h, the head's layers and z.
    case head
    /// One layer of the encoder's trunk as well, before the stage or block that gives h: a ResNet's `stage3`, a vision
    /// transformer's last block but one.
    case tail
    /// Those of the encoder's trunk before h as well: what a ResNet's stages give, averaged over the image, or a vision
    /// transformer's blocks, pooled as its h is.
    case all
  }

  var encoder: any Encoder
  var head: ProjectionHead
  let splits: DatasetSplits
  let policy: PolicyPair
  let policyChoice: PolicyChoice
  let softmax: PairSoftmax?
  let seed: UInt64
  let device: Device
  /// Which layers are measured.
  public var layers: Layers
  /// Makes the encoder and the head that training began with, for the control `untrained`, or gives nil where that is not
  /// possible; nil where they are not known.
  public var untrained: (() throws -> (encoder: any Encoder, head: ProjectionHead)?)?
  /// Whether controls are measured beside the figures, but along training.
  public var hasControls = true
  /// The dimensions that a layer has at most to be measured.
  package var dimensionLimit = MeasuredModel.usualDimensionLimit

  /// A model to be measured.
  ///
  /// - Parameters:
  ///   - encoder: maps images N×3×S×S to h; on `device`, as the head is.
  ///   - head: maps h to z.
  ///   - splits: accuracies and attributes are fitted on the training images; all else is measured on the
  ///     held-out ones.
  ///   - policy: the augmentations that were trained with.
  ///   - policyChoice: their family, which is scaled to the fixed strengths.
  ///   - softmax: the one behind what theory predicts; nil for an objective that has none.
  ///   - seed: which views are drawn.
  ///   - device: where encoder and head are.
  ///   - layers: which layers are measured.
  public init(
    encoder: any Encoder, head: ProjectionHead, splits: DatasetSplits, policy: PolicyPair,
    policyChoice: PolicyChoice,
    softmax: PairSoftmax? = PairSoftmax(temperature: 0.2, batchSize: 256), seed: UInt64 = 0,
    device: Device = .cpu, layers: Layers = .head
  ) {
    self.encoder = encoder
    self.head = head
    self.splits = splits
    self.policy = policy
    self.policyChoice = policyChoice
    self.softmax = softmax
    self.seed = seed
    self.device = device
    self.layers = layers
  }

  /// The embeddings of the held-out images as they are, or of those that probes are fitted on: N×D a layer, in
  /// order, without gradients, on the model's device. Layers that are too wide to be measured are among them.
  ///
  /// - Throws: `DatasetError` for images that could not be read from their files.
  public func embeddings(
    ofHeldOut isHeldOut: Bool = true
  ) throws(DatasetError) -> [ProjectionHead.Layer] {
    var model = self
    model.dimensionLimit = .max
    let layers = inEvaluationMode([encoder, head]) {
      withoutGradients {
        Network(model).embeddings(of: isHeldOut ? splits.heldOut : splits.fitted)
      }
    }
    try splits.checkReading()
    return layers
  }

  /// What `DatasetSplits.skippedLines` says of the images that were loaded, and read so far.
  public var skippedLines: [String] { splits.skippedLines() }

  /// The embeddings at one layer alone, without the memory that the others take; nil for a name that no layer has.
  ///
  /// - Throws: `DatasetError` for images that could not be read from their files.
  public func embeddings(
    of layer: String, ofHeldOut isHeldOut: Bool = true
  ) throws(DatasetError) -> Tensor? {
    var model = self
    model.dimensionLimit = .max
    model.layers = FigureKey.isTrunkLayer(layer) ? .all : .head
    let embeddings = inEvaluationMode([encoder, head]) {
      withoutGradients {
        let dataset = isHeldOut ? splits.heldOut : splits.fitted
        return Network(model).embeddings(of: Array(0..<dataset.count), in: dataset, at: [layer])
          .first?.embedding
      }
    }
    try splits.checkReading()
    return embeddings
  }

  /// The names of the layers in order, those that are too wide to be measured included.
  public var layerNames: [String] {
    var model = self
    model.dimensionLimit = .max
    return inEvaluationMode([encoder, head]) {
      withoutGradients { Network(model).embeddings(of: [0], in: splits.heldOut).map(\.name) }
    }
  }

  /// A line that names the head's layers that are left out for their width; nil where none is.
  public var leftOut: String? {
    let layers = inEvaluationMode([head]) {
      withoutGradients {
        head.trace(.zeros([1, head.inputDimension], on: device)).dropFirst()
          .filter { $0.embedding.size(1) > dimensionLimit }
      }
    }
    guard !layers.isEmpty else { return nil }
    let names = layers.map { "\($0.name) of \($0.embedding.size(1)) dimensions" }
    return
      "\(names.joined(separator: ", ")): not measured, as \(dimensionLimit) dimensions at most are"
  }

  /// The figures of each layer, in order.
  ///
  /// - Parameters:
  ///   - extent: how much is measured.
  ///   - measures: what is measured, where it belongs to the extent.
  ///   - workers: how many threads take measures side by side, at most; nil for as many as operators may use. One takes them
  ///     where the model is no CPU's, and where images are read from files as they are needed.
  ///   - willMeasure: told of each measure before it is taken, and of the control whose it is, nil for the model's own. What
  ///     several need is made by the first of them.
  /// - Throws: `GeometryError` or `EvaluationError`, for embeddings that are not finite, for an h that is too wide to be
  ///   measured, and for labels or factors that do not fit the images; `DatasetError` for images that could not be read from their files.
  public func figures(
    _ extent: Extent = .full, by measures: [any Measure] = StandardMeasures.all,
    workers: Int? = nil, willMeasure: (any Measure, Control?) -> Void = { _, _ in }
  ) throws -> [LayerFigures] {
    guard encoder.outputDimension <= dimensionLimit else {
      throw GeometryError.notMeasurable(
        .tooManyDimensions(found: encoder.outputDimension, limit: dimensionLimit))
    }
    return try inEvaluationMode([encoder, head]) {
      try withoutGradients {
        let subject = ModelSubject(self, extent)
        var work = MeasurementWork()
        try work.add(measures, of: subject, shapes: subject.shapes)
        let figures = try addingControls(to: work, of: subject, by: measures) {
          try $0.figures(
            of: subject.layers, shapes: subject.shapes,
            workers: canWorkSideBySide ? workers ?? Runtime.threads : 1, willMeasure)
        }
        // Images that are read from files while they are measured can fail to be.
        try splits.checkReading()
        return figures
      }
    }
  }

  private var canWorkSideBySide: Bool {
    device == .cpu
      && ![splits.train, splits.fitted, splits.heldOut].contains { $0.pixels.isStreamed }
  }
}
