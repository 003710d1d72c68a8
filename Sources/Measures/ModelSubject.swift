import Augmentations
import Contrastive
import Datasets
import Evaluation
import Geometry
import Records
import Torch

/// A model while it is measured, by several threads if need be. Images go through the network a batch at a time, and what more than one measure
/// asks for goes through once.
public final class ModelSubject: Subject {
  let measured: MeasuredModel
  let network: Network
  /// How much is measured.
  public let extent: Extent
  /// On how many samples.
  public let sizes: MeasurementSizes
  /// The layers' names in order.
  public let layers: [String]
  /// Embeddings of the sampled held-out images, n×D a layer.
  private let clean: [Tensor]
  /// Embeddings of all held-out images, where they are asked for.
  private let heldOut: [Tensor]?
  private let pair = Once<[[Tensor]]>()
  private let orbit = Once<[[Tensor]]>()
  private let probed = Once<[ProbedSplit]?>()
  private let training = Once<[Tensor]>()
  private let alongFactors = Once<[FactorTangents]>()
  private let geometryOfHead = Once<ProjectorGeometry?>()

  /// A model to be measured on `sizes`, or on those of the extent.
  init(_ measured: MeasuredModel, _ extent: Extent, sizes: MeasurementSizes? = nil) {
    self.measured = measured
    self.extent = extent
    if case .light(let samples) = extent {
      self.sizes = .light(samples: samples)
    } else {
      self.sizes = sizes ?? .full
    }
    var network = Network(measured)
    let chosen = network.sample(self.sizes.samples)
    let traced: [ProjectionHead.Layer]
    switch extent {
    case .light, .geometry:
      traced = network.embeddings(of: chosen, in: measured.splits.heldOut)
      (clean, heldOut) = (traced.map(\.embedding), nil)
    case .evaluation:
      traced = network.embeddings(of: measured.splits.heldOut)
      (clean, heldOut) = (traced.map(\.embedding), traced.map(\.embedding))
    case .full:
      traced = network.embeddings(of: measured.splits.heldOut)
      let rows = Tensor(chosen).to(measured.device)
      (clean, heldOut) = (traced.map { $0.embedding.gathered(rows) }, traced.map(\.embedding))
    }
    layers = traced.map(\.name)
    network.known = KnownImages(chosen, clean)
    self.network = network
  }

  /// Whether measures add what their figures are under shuffled labels: not along training.
  public var hasControls: Bool {
    if case .light = extent { false } else { measured.hasControls }
  }

  /// Itself.
  public var model: ModelSubject? { self }

  /// The softmax behind what theory predicts; nil where the objective has none, or z is too wide to be measured.
  public var softmax: PairSoftmax? { isZMeasured ? measured.softmax : nil }

  private var isZMeasured: Bool { measured.head.outputDimension <= measured.dimensionLimit }

  /// The sample is in a random order.
  public func randomRows(_ count: Int) -> [Int] { Array(0..<min(count, clean[0].size(0))) }

  /// The sizes of the layers that the figures belong to.
  var shapes: [(n: Int, dimension: Int)] { clean.map { ($0.size(0), $0.size(1)) } }

  /// The first `count` held-out images in the fixed random order.
  func sample(_ count: Int) -> [Int] { network.sample(count) }

  /// The class of each sampled row; nil where they are not known.
  public var labels: [Int]? {
    let labels = measured.splits.heldOut.labels
    return labels.isEmpty ? nil : sample(clean[0].size(0)).map { labels[$0] }
  }

  /// The sampled rows of a layer.
  public func rows(of layer: Int) throws -> EmbeddingRows { try EmbeddingRows(clean[layer]) }

  /// The embeddings of the sampled rows, n×D a layer.
  public func embeddings() throws -> [Tensor] { clean }

  /// Two views of the sampled rows under the policy, for each layer.
  public func views() throws -> [[Tensor]] {
    pair { network.viewEmbeddings(of: sample(sizes.samples), under: measured.policy) }
  }

  /// Many views of some samples, for each layer.
  public func orbits() throws -> [[Tensor]] {
    orbit {
      network.viewEmbeddings(
        of: sample(sizes.orbitSamples), under: measured.policy, count: sizes.orbitViews)
    }
  }

  /// Training and held-out embeddings of each layer with their classes; nil without labels.
  public func probedSplits() throws -> [ProbedSplit]? {
    try probed {
      let splits = measured.splits
      guard let heldOut, !splits.fitted.labels.isEmpty, !splits.heldOut.labels.isEmpty else {
        return nil
      }
      return try zip(trainingEmbeddings(), heldOut).map { training, heldOut in
        ProbedSplit(
          training: try LabeledEmbeddings(embeddings: training, labels: splits.fitted.labels),
          heldOut: try LabeledEmbeddings(embeddings: heldOut, labels: splits.heldOut.labels))
      }
    }
  }

  /// Embeddings of all training and of all held-out images; nil where the extent asks for neither.
  func wholeSplits() -> (training: [Tensor], heldOut: [Tensor])? {
    heldOut.map { (trainingEmbeddings(), $0) }
  }

  private func trainingEmbeddings() -> [Tensor] {
    training { network.embeddings(of: measured.splits.fitted).map(\.embedding) }
  }

  /// Tangents along the factors of the images, where these are sprites and tangents are measured.
  func factorTangents() -> [FactorTangents] {
    alongFactors { sizes.tangentSamples > 0 ? FactorTangents.all(of: network, sizes) : [] }
  }

  /// The head's Jacobians at the anchors; nil where there is no head to differentiate, or z is too wide to be measured.
  public func projectorGeometry() throws -> ProjectorGeometry? {
    try geometryOfHead { try projectorGeometry(at: clean[placeOfH][0..<anchorCount]) }
  }

  /// The same at other points, n×D of h.
  func projectorGeometry(at h: Tensor) throws -> ProjectorGeometry? {
    let head = measured.head
    guard head.architecture != .none, isZMeasured else { return nil }
    return try whereMeasurable {
      let (inputs, outputs) = (h.size(1), head.outputDimension)
      return try ProjectorGeometry(
        of: { head($0) }, at: h, rank: min(inputs, outputs, MeasurementSizes.ranks.max() ?? 1),
        batchSize: max(1, 4_000_000 / (inputs * outputs)))
    }
  }
}
