import Evaluation
import TestSupport
import Testing
import Torch

/// Against SciPy's L-BFGS, scikit-learn and plain loops; `Tests/Fixtures/README.md` says how.
@Suite struct IndependentImplementationTests {
  private let tensors: [String: Tensor]

  init() throws {
    tensors = try SafeTensors(path: fixture("evaluation.safetensors")).tensors
  }

  private func recorded(_ name: String) throws -> Tensor { try #require(tensors[name], "\(name)") }

  private func split(_ name: String) throws -> LabeledEmbeddings {
    try LabeledEmbeddings(
      embeddings: recorded("\(name).features"), labels: recorded("\(name).labels").scalars())
  }

  private func difference(_ left: Tensor, _ right: Tensor) -> Double {
    abs(left - right).max().item
  }

  @Test func neighboursVoteAsInPlainLoops() throws {
    let nearest = try NearestNeighbors(training: split("train"))
    let test = try split("test")
    #expect(Double(nearest.neighborCount) == (try recorded("knn.k").item))
    let predictions: [Int] = try recorded("knn.predictions").scalars()
    #expect(try nearest.predictions(for: test.embeddings) == predictions)
    #expect(try nearest.accuracy(on: test) == recorded("knn.top1").item)
  }

  @Test func coordinatesAreStandardizedAsScikitLearnDoes() throws {
    let standardization = Standardization(of: try recorded("train.features").to(.float64))
    let scale = try recorded("standardized.scale")
    #expect(try difference(standardization.mean[0], recorded("standardized.mean")) < 1e-14)
    #expect(difference(standardization.scale[0], scale) < 1e-13)
  }

  @Test(arguments: 0...2)
  func theProbeIsSciPysMinimum(index: Int) throws {
    let training = try split("train")
    let features = training.embeddings.to(.float64)
    let regression = SoftmaxRegression(
      features: Standardization(of: features)(features), labels: Tensor(training.labels),
      classCount: 5)
    let penalty = try recorded("logistic\(index).l2").item
    let fit = regression.fit(penalty: penalty)
    #expect(fit.converged)
    // SciPy's gradient is below 10⁻⁸, ours below 10⁻⁹, the curvature at least 10⁻³: 10⁻⁵ at the very
    // most.
    #expect(try fit.value.isApproximately(recorded("logistic\(index).loss").item, relative: 1e-12))
    let weights = try recorded("logistic\(index).weights")
    #expect(difference(fit.point.slice(0..<24, along: 1), weights) < 1e-6)
    let bias = fit.point.select(24, along: 1)
    #expect(try difference(bias, recorded("logistic\(index).bias")) < 1e-6)
    let probe = try LinearProbe(training: training, penalties: [penalty])
    let predictions: [Int] = try recorded("logistic\(index).predictions").scalars()
    #expect(try probe.predictions(for: split("test").embeddings) == predictions)
    #expect(try probe.accuracy(on: split("test")) == recorded("logistic\(index).top1").item)
  }

  @Test(arguments: 0...2)
  func ridgeIsScikitLearns(index: Int) throws {
    let features = try recorded("train.features").to(.float64)
    let angles: [Double] = try recorded("train.angle").scalars()
    let testAngles: [Double] = try recorded("test.angle").scalars()
    // scikit-learn's weight is on the sum of squares, ours on their mean.
    let penalty = try recorded("ridge\(index).penalty").item / Double(features.size(0))
    for (train, test, key) in [
      (
        Attribute.linear(try recorded("train.position").scalars()),
        Attribute.linear(try recorded("test.position").scalars()), "position_r2"
      ),
      (
        .circular(angles, period: 2 * .pi), .circular(testAngles, period: 2 * .pi),
        "angle_r2_pooled"
      ),
    ] {
      let regression = try AttributeRegression(
        training: features, train, test: recorded("test.features"), test, penalties: [penalty])
      #expect(
        try regression.score.isApproximately(
          recorded("ridge\(index).\(key)").item, relative: 1e-10))
    }
  }
}
