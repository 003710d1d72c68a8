import Evaluation
import TestSupport
import Testing
import Torch

/// What is not measurable here, and what is a mistake.
@Suite struct EvaluationErrorTests {
  private let x = Tensor((0..<40).map { Double($0 * $0 % 17) }, shape: [20, 2])
  private let classes = (0..<20).map { $0 % 2 }
  private let numbers = Attribute.linear((0..<20).map { Double($0 % 7) })

  private func expect<Result>(
    _ expected: EvaluationError, _ location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Result
  ) {
    let error = #expect(throws: EvaluationError.self, sourceLocation: location) { try body() }
    #expect(error == expected, sourceLocation: location)
    let text = expected.description
    #expect(!text.contains("\n") && !text.contains("--"), sourceLocation: location)
  }

  private func regress(
    _ training: Attribute, _ test: Attribute, rows: Int = 20, on embeddings: Tensor? = nil
  ) throws -> AttributeRegression {
    try AttributeRegression(
      training: x[0..<rows], training, test: embeddings ?? x[0..<rows], test)
  }

  @Test func soundEmbeddingsThatAllowNoFigureAreNotMeasurable() throws {
    let alike = try LabeledEmbeddings(embeddings: x, labels: [Int](repeating: 1, count: 20))
    expect(.notMeasurable(.oneClass(rows: 20))) { try LinearProbe(training: alike) }
    expect(.notMeasurable(.tooFewRows(found: 20, needed: 21))) {
      try NearestNeighbors(training: alike, neighborCount: 21)
    }
    expect(.notMeasurable(.tooFewRows(found: 0, needed: 1))) {
      try LabeledEmbeddings(embeddings: Tensor.ones([0, 2]), labels: [])
    }
    expect(.notMeasurable(.tooFewRows(found: 4, needed: 5))) {
      try regress(.linear([1, 2, 3, 4]), .linear([1, 2, 3, 4]), rows: 4)
    }
    expect(.notMeasurable(.constantFactor)) {
      try regress(numbers, .linear([Double](repeating: 1, count: 20)))
    }
  }

  @Test func embeddingsAndLabelsThatDoNotFitAreWrongInput() throws {
    expect(.wrongInput(.notAMatrix(shape: [2]))) {
      try LabeledEmbeddings(embeddings: x[0], labels: [0, 1])
    }
    expect(.wrongInput(.notFloatingPoint(.int64))) {
      try LabeledEmbeddings(embeddings: Tensor([1, 2]).reshaped([2, 1]), labels: [0, 1])
    }
    expect(.wrongInput(.notFinite)) {
      try LabeledEmbeddings(embeddings: Tensor.full([2, 2], .nan), labels: [0, 1])
    }
    expect(.wrongInput(.labelCount(labels: 1, rows: 20))) {
      try LabeledEmbeddings(embeddings: x, labels: [0])
    }
    expect(.wrongInput(.negativeLabel(-3))) {
      try LabeledEmbeddings(embeddings: x[0..<2], labels: [0, -3])
    }
    let training = try LabeledEmbeddings(embeddings: x, labels: classes)
    expect(.wrongInput(.unequalDimensions(training: 2, test: 3))) {
      try LinearProbe(training: training).predictions(for: Tensor.ones([4, 3]))
    }
    expect(.wrongInput(.unequalDimensions(training: 2, test: 3))) {
      try NearestNeighbors(training: training).predictions(for: Tensor.ones([4, 3]))
    }
    expect(.wrongInput(.penalties([0]))) { try LinearProbe(training: training, penalties: [0]) }
    expect(.wrongInput(.neighborCount(0))) {
      try NearestNeighbors(training: training, neighborCount: 0)
    }
    expect(.wrongInput(.temperature(0))) {
      try NearestNeighbors(training: training, temperature: 0)
    }
  }

  @Test func factorsThatDoNotFitAreWrongInput() {
    expect(.wrongInput(.factorCount(values: 1, rows: 20))) { try regress(numbers, .linear([1])) }
    expect(.wrongInput(.unequalFactors)) {
      try regress(numbers, .circular([Double](repeating: 0, count: 20), period: 1))
    }
    expect(.wrongInput(.factorNotFinite)) {
      try regress(.linear([Double](repeating: .nan, count: 20)), numbers)
    }
    expect(.wrongInput(.unequalDimensions(training: 2, test: 3))) {
      try regress(numbers, numbers, on: Tensor.ones([20, 3]))
    }
  }

  @Test func oneClassIsNoProbeButNeighboursCount() throws {
    let alike = try LabeledEmbeddings(embeddings: x, labels: [Int](repeating: 0, count: 20))
    #expect(throws: EvaluationError.notMeasurable(.oneClass(rows: 20))) {
      try LinearProbe(training: alike)
    }
    #expect(try NearestNeighbors(training: alike).accuracy(on: alike) == 1)
  }
}
