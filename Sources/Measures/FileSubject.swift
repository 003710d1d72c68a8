import Evaluation
import Geometry
import Records
import Torch

/// Somebody's embeddings while they are measured.
final class FileSubject: Subject {
  private let given: GivenEmbeddings
  let extent: Extent
  let sizes = MeasurementSizes.full
  let softmax: PairSoftmax?
  let hasControls: Bool
  private let sample: [Int]
  private var sampled: [Tensor]?
  private var viewed: [[Tensor]]?
  private var probed: [ProbedSplit]?

  init(_ given: GivenEmbeddings, _ extent: Extent, temperature: Double, hasControls: Bool) {
    self.hasControls = hasControls
    self.given = given
    self.extent = extent
    sample = given.sample
    softmax = PairSoftmax(
      temperature: temperature,
      batchSize: min(GivenEmbeddings.contrastedSamples, sample.count))
  }

  var model: ModelSubject? { nil }

  var layers: [String] { given.layers.map(\.name) }

  var shapes: [(n: Int, dimension: Int)] {
    given.layers.map { (given.count, $0.embeddings.shape[1]) }
  }

  var labels: [Int]? { given.labels.map { labels in sample.map { labels[$0] } } }

  func rows(of layer: Int) throws -> EmbeddingRows {
    try given.streamed(given.layers[layer].embeddings)
  }

  func embeddings() throws -> [Tensor] {
    if let sampled { return sampled }
    let read = try given.layers.map { try given.rows(sample, of: $0.embeddings) }
    sampled = read
    return read
  }

  func views() throws -> [[Tensor]] {
    if let viewed { return viewed }
    let read = try given.layers.map { layer -> [Tensor] in
      guard let file = layer.views else { return [] }
      let rows = try given.rows(sample, of: file)
      return rows.rank == 2 ? [rows] : (0..<rows.size(1)).map { rows.select($0, along: 1) }
    }
    viewed = read
    return read
  }

  func orbits() throws -> [[Tensor]] { try views() }

  /// Shuffled, as in training: rows of a file may come class by class.
  func randomRows(_ count: Int) -> [Int] {
    var random = CounterRandom(seed: 0x5AD1A1)
    return Array(random.permutation(of: sample.count).prefix(count))
  }

  /// Files hold no head.
  func projectorGeometry() throws -> ProjectorGeometry? { nil }

  /// Every fifth row of each class is held out, among all rows.
  func probedSplits() throws -> [ProbedSplit]? {
    if let probed { return probed }
    guard let labels = given.labels else { return nil }
    let split = HeldOut(stratifiedBy: labels)
    guard !split.heldOut.isEmpty else {
      throw GivenEmbeddingsError.nothingHeldOut(rows: labels.count)
    }
    let made = try given.wholeEmbeddings().map { embeddings in
      let all = try LabeledEmbeddings(embeddings: embeddings, labels: labels)
      func part(_ rows: [Int]) throws -> LabeledEmbeddings {
        try LabeledEmbeddings(
          embeddings: all.embeddings.gathered(Tensor(rows).to(all.embeddings.device)),
          labels: rows.map { labels[$0] })
      }
      return ProbedSplit(training: try part(split.fitted), heldOut: try part(split.heldOut))
    }
    probed = made
    return made
  }
}

extension GivenEmbeddings {
  /// Every figure that can be known from what is given.
  ///
  /// - Parameters:
  ///   - extent: `.geometry` or `.evaluation`.
  ///   - measures: what is measured, where it belongs to the extent.
  ///   - temperature: τ of the softmax behind what theory predicts.
  ///   - withControls: whether a Gaussian of the same mean and covariance is measured as well.
  /// - Throws: `GeometryError` or `EvaluationError` for rows that cannot be read or do not fit.
  public func figures(
    _ extent: Extent = .geometry, by measures: [any Measure] = StandardMeasures.all,
    temperature: Double = 0.2, withControls: Bool = true
  ) throws -> [LayerFigures] {
    let subject = FileSubject(
      self, extent, temperature: temperature, hasControls: withControls)
    var work = MeasurementWork()
    try work.add(measures, of: subject, shapes: subject.shapes)
    if withControls { try work.addGaussian(like: subject, by: measures) }
    // Rows are streamed from files, by one thread.
    return try work.figures(of: subject.layers, shapes: subject.shapes, workers: 1)
  }

  /// What was not given, and the families of figures that are not measured without it; those that need a model are the model's alone, whatever they
  /// need besides.
  public func missing(
    among measures: [any Measure] = StandardMeasures.all
  ) -> [(need: Need, figures: [FigureDescriptor])] {
    let met = met
    let ofGeometry = measures.filter { $0.occasion != .evaluation }
    return Need.allCases.filter { !met.contains($0) }.compactMap { need in
      let lacking = ofGeometry.flatMap { measure in
        measure.figures.filter { figure in
          let isOfModel =
            measure.needs.contains(.model) || measure.figuresOfModels.contains(figure.key)
          return isOfModel ? need == .model : measure.needs.contains(need)
        }
      }
      return lacking.isEmpty ? nil : (need, lacking)
    }
  }

  private var met: Set<Need> {
    var met: Set<Need> = []
    if layers.count == 2 { met.insert(.twoLayers) }
    let views = layers.compactMap(\.views)
    if views.count == layers.count { met.insert(.secondView) }
    if views.count == layers.count, views.allSatisfy({ $0.shape.count == 3 && $0.shape[1] >= 2 }) {
      met.insert(.manyViews)
    }
    if labels != nil { met.insert(.labels) }
    return met
  }
}
