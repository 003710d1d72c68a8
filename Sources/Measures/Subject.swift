import Evaluation
import Geometry
import Records
import Torch

/// Something that is being measured: a model on images, or embeddings in files. What several measures ask for is
/// made once and kept until the subject goes.
public protocol Subject: AnyObject {
  /// The layers' names in order: those of the trunk, h, those of the head, z.
  var layers: [String] { get }
  /// How much is measured.
  var extent: Extent { get }
  /// On how many samples.
  var sizes: MeasurementSizes { get }
  /// The class of each sampled row; nil where they are not known.
  var labels: [Int]? { get }
  /// The softmax behind what theory predicts; nil where the objective has none.
  var softmax: PairSoftmax? { get }
  /// Encoder, head and images; nil where there are embeddings alone.
  var model: ModelSubject? { get }
  /// Whether measures add what their figures are under shuffled labels.
  var hasControls: Bool { get }

  /// All rows of a layer, for what can be measured a block at a time.
  func rows(of layer: Int) throws -> EmbeddingRows
  /// The embeddings of the sampled rows, n×D a layer.
  func embeddings() throws -> [Tensor]
  /// Views of the sampled rows under the subject's own policy: the views of each layer, n×D each; none where there
  /// are none.
  func views() throws -> [[Tensor]]
  /// Many views of some samples, as `views()`.
  func orbits() throws -> [[Tensor]]
  /// The numbers of the first so many of the sampled rows in a random order, for what is measured on few of them.
  func randomRows(_ count: Int) -> [Int]
  /// Embeddings to fit a probe on and others to score it on, of each layer; nil without labels.
  func probedSplits() throws -> [ProbedSplit]?
  /// The head's Jacobians at the first `anchorCount` rows of h; nil where there is no head to differentiate, or z is too wide
  /// to be measured.
  func projectorGeometry() throws -> ProjectorGeometry?
}

/// Embeddings of one layer with their classes, in two splits.
public struct ProbedSplit {
  /// What a probe is fitted on.
  public let training: LabeledEmbeddings
  /// What it is scored on.
  public let heldOut: LabeledEmbeddings

  /// A pair of splits of one layer.
  public init(training: LabeledEmbeddings, heldOut: LabeledEmbeddings) {
    self.training = training
    self.heldOut = heldOut
  }
}

/// The softmax over pairs of samples that an objective trains with.
public struct PairSoftmax: Sendable, Equatable {
  /// τ.
  public var temperature: Double
  /// How many samples are contrasted with each other.
  public var batchSize: Int

  /// A softmax at a temperature within batches of samples.
  public init(temperature: Double, batchSize: Int) {
    self.temperature = temperature
    self.batchSize = batchSize
  }
}

extension Subject {
  /// Which of the layers h is. Of files that have no h it is the first.
  var placeOfH: Int { layers.firstIndex(of: "h") ?? 0 }

  /// At how many points the head is differentiated for its plane.
  var anchorCount: Int {
    get throws { min(sizes.anchors, try embeddings()[placeOfH].size(0)) }
  }

  /// The plane over all points that has as many directions as the head passes on at all.
  func globalPlane() throws -> Planes? {
    guard let projector = try projectorGeometry() else { return nil }
    return try whereMeasurable { try projector.passedPlane() }
  }

  /// The labels of the sampled rows in a random order, the same every time; nil where they are not known, and where there
  /// are no controls.
  var shuffledLabels: [Int]? {
    guard hasControls else { return nil }
    return labels.map { labels in
      var random = CounterRandom(seed: 0x5AD1A1, 1)
      return random.permutation(of: labels.count).map { labels[$0] }
    }
  }

  /// Two views of each sampled row at each layer; a single given view goes with the row itself. Nil where there is
  /// no view.
  func pairs() throws -> [(first: Tensor, second: Tensor)?] {
    let embeddings = try embeddings()
    return try views().enumerated().map { index, views in
      guard let first = views.first else { return nil }
      return views.count == 1 ? (embeddings[index], first) : (first, views[1])
    }
  }

  /// The number of rows for a convention: nil where it is the layer's own.
  func count(_ count: Int, beside figures: LayerFigures) -> Int? {
    count == figures.n ? nil : count
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
