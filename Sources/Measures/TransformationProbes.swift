import Augmentations
import Datasets
import Evaluation
import Records
import Torch

/// How well it can be read from a layer by how much an image was transformed, linearly and by a network with a hidden
/// layer. Ranges are fixed, so that runs of different policies compare.
struct TransformationProbes: Measure {
  let occasion = Occasion.atEnd
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    [
      family(
        "transformation", "Transformation",
        "R² of ridge regression, from the embedding of an image that was transformed by this alone, of the amount"
      ),
      family(
        "transformation_mlp", "Transformation, MLP",
        "the same, read by one hidden layer of \(MLPRegression.units) ReLU units"),
      FigureDescriptor(
        key: "rotation_top1", name: "Quarter turns, linear (%)", group: .information,
        form: .percent,
        meaning:
          "which of four quarter turns an image was given, by logistic regression: chance is 25 %",
        source: "Chen et al., ICML 2020, table 3"),
      FigureDescriptor(
        key: "rotation_mlp_top1", name: "Quarter turns, MLP (%)", group: .information,
        form: .percent,
        meaning: "the same, by one hidden layer of \(MLPRegression.units) ReLU units",
        source: "Chen et al., ICML 2020, table 3"),
    ]
  }

  private func family(_ key: String, _ name: String, _ meaning: String) -> FigureDescriptor {
    FigureDescriptor(
      key: key, name: name, group: .information, standsAlone: false,
      members: [.names(ProbedTransformation.names)], meaning: meaning)
  }

  /// Fitted on the views of four fifths of the samples, scored on those of the others. The number of samples is a
  /// multiple of 25, so that a fifth of the rows that are fitted, by which penalties are chosen, has all views of its samples, too.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for piece in pieces(of: subject) { try piece.take(&figures) }
  }

  /// Each transformation, and the quarter turns.
  func pieces(of subject: any Subject) -> [MeasurePiece] {
    guard let model = subject.model else { return [] }
    let available = model.sample(model.sizes.transformationSamples)
    let samples = Array(available.prefix(available.count / 25 * 25))
    guard !samples.isEmpty else { return [] }
    let amounts = ProbedTransformation.all.map { transformation in
      MeasurePiece(.long) { try add(transformation, of: samples, in: model, to: &$0) }
    }
    return amounts + [MeasurePiece(.long) { try addQuarterTurns(of: samples, in: model, to: &$0) }]
  }

  private func add(
    _ transformation: ProbedTransformation, of samples: [Int], in model: ModelSubject,
    to figures: inout [LayerFigures]
  ) throws {
    let count = model.sizes.transformationViews
    let policy = PolicyPair(transformation.policy)
    let parameters = model.network.source(model.measured.splits.heldOut, policy)
      .parameters(of: samples, epoch: 0, count: count)
    let rows = ScoredRows(samples: samples.count, views: count)
    let fitted = transformation.attributes(of: rows.fitted.map { parameters[$0] })
    let scored = transformation.attributes(of: rows.scored.map { parameters[$0] })
    let views = model.network.viewEmbeddings(of: samples, under: policy, count: count)
    for (index, views) in views.enumerated() {
      let (training, test) = rows.split(Tensor.concatenated(views))
      let ridge = AttributeRegression.of(
        Array(zip(fitted, scored)), training: training, test: test)
      let network = try whereMeasurable {
        try MLPRegression(training: training, fitted, test: test, scored)
      }
      for (place, question) in transformation.asked.enumerated() {
        if let score = try whereMeasurable({ try ridge[place].get().score }) {
          figures[index].record(score, as: "transformation.\(question.name)", rows.convention)
        }
        if let score = network?.scores[place] {
          figures[index].record(score, as: "transformation_mlp.\(question.name)", rows.convention)
        }
      }
    }
  }

  private func addQuarterTurns(
    of samples: [Int], in model: ModelSubject, to figures: inout [LayerFigures]
  ) throws {
    let rows = ScoredRows(samples: samples.count, views: 4)
    let turns = (0..<4).flatMap { turn in samples.map { _ in turn } }
    for (index, views) in model.network.quarterTurnEmbeddings(of: samples).enumerated() {
      let (training, test) = rows.split(Tensor.concatenated(views))
      let fitted = try LabeledEmbeddings(
        embeddings: training, labels: rows.fitted.map { turns[$0] })
      let scored = try LabeledEmbeddings(embeddings: test, labels: rows.scored.map { turns[$0] })
      let linear = try LinearProbe(training: fitted).accuracy(on: scored)
      figures[index].record(linear, as: "rotation_top1", rows.convention)
      let network = try MLPProbe(training: fitted, units: MLPRegression.units)
        .accuracy(on: scored)
      figures[index].record(network, as: "rotation_mlp_top1", rows.convention)
    }
  }
}

/// Rows of views, first all first views, then all second ones, of which those of every fifth sample are scored.
private struct ScoredRows {
  let fitted: [Int]
  let scored: [Int]
  let convention: Convention

  init(samples: Int, views: Int) {
    let all = 0..<samples * views
    fitted = all.filter { $0 % samples % 5 != 4 }
    scored = all.filter { $0 % samples % 5 == 4 }
    convention = Convention(
      centered: true, rowNormalized: false, n: scored.count, views: views, fitted: fitted.count)
  }

  func split(_ embeddings: Tensor) -> (training: Tensor, test: Tensor) {
    func part(_ rows: [Int]) -> Tensor { embeddings.gathered(Tensor(rows).to(embeddings.device)) }
    return (part(fitted), part(scored))
  }
}
