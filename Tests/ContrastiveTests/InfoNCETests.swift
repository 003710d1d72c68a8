import Contrastive
import TestSupport
import Testing
import Torch

/// NT-Xent against lightly's and against a double loop in float64, both recorded in ntxent.safetensors.
@Suite struct InfoNCETests {
  private let recorded: [String: Tensor]

  init() throws { recorded = try SafeTensors(path: fixture("ntxent.safetensors")).tensors }

  private func tensor(_ name: String) throws -> Tensor { try #require(recorded[name], "\(name)") }

  private func cases() throws -> [String] {
    (0..<Int(try tensor("cases").item)).map { "case\($0)" }
  }

  private func lossAndGradients(_ name: String, _ dtype: DType) throws -> (
    Double, [Double], [Double]
  ) {
    let a = try tensor("\(name).a").to(dtype).copied()
    let b = try tensor("\(name).b").to(dtype).copied()
    a.requiresGradient = true
    b.requiresGradient = true
    let objective = InfoNCE(temperature: try tensor("\(name).temperature").item)
    let loss = objective.loss(of: .concatenated([a, b]), views: 2)
    loss.backward()
    return (
      loss.item, try #require(a.gradient).scalars(Double.self),
      try #require(b.gradient).scalars(Double.self)
    )
  }

  @Test func valueAndGradientsAreThoseOfADoubleLoop() throws {
    for name in try cases() {
      let (loss, a, b) = try lossAndGradients(name, .float64)
      #expect(
        loss.isApproximately(try tensor("\(name).naive.loss").item, relative: 1e-10), "\(name)")
      // The recorded inputs are float32, the sums are in float64 on both sides.
      #expect(a.relativeDifference(from: try tensor("\(name).naive.gradient_a").scalars()) < 1e-9)
      #expect(b.relativeDifference(from: try tensor("\(name).naive.gradient_b").scalars()) < 1e-9)
    }
  }

  @Test func valueAndGradientsAgreeWithLightlysInFloat32() throws {
    for name in try cases() {
      let (loss, a, b) = try lossAndGradients(name, .float32)
      #expect(
        loss.isApproximately(try tensor("\(name).lightly.loss").item, relative: 1e-6), "\(name)")
      // Gradients at low temperatures are differences of large terms: 1e-6 of the loss's own scale.
      let scale = 1 / (try tensor("\(name).temperature").item)
      let expectedA: [Double] = try tensor("\(name).lightly.gradient_a").scalars()
      let expectedB: [Double] = try tensor("\(name).lightly.gradient_b").scalars()
      for (own, expected) in [(a, expectedA), (b, expectedB)] {
        let difference = zip(own, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
        #expect(difference <= 1e-6 * scale, "\(name): \(difference)")
      }
    }
  }

  @Test func statisticsAreThoseOfADoubleLoop() throws {
    for name in try cases() {
      let z = Tensor.concatenated([try tensor("\(name).a"), try tensor("\(name).b")]).to(.float64)
      let statistics = ContrastiveStatistics(
        of: z, temperature: try tensor("\(name).temperature").item)
      let expected = try ["contrastive_top1", "positive_cosine", "negative_cosine", "entropy"]
        .map { try tensor("\(name).\($0)").item }
      let own = [
        statistics.top1, statistics.meanPositiveCosine,
        try #require(statistics.meanNegativeCosine), try #require(statistics.softmaxEntropy),
      ]
      #expect(own.relativeDifference(from: expected) < 1e-6, "\(name): \(own), \(expected)")
    }
  }

  @Test func identicalEmbeddingsGiveTheLogarithmOfTheCandidates() {
    let z = Tensor.ones([10, 4])
    let loss = InfoNCE(temperature: 0.01).loss(of: z, views: 2)
    // ln(2N − 1), in float32.
    #expect(loss.item.isApproximately(2.1972245773362196, within: 1e-4))
  }

  @Test func zerosAndHalfPrecisionAtALowTemperatureStayFinite() {
    for z in [Tensor.zeros([8, 4]), Tensor.randomNormal([8, 4]).to(.bfloat16)] {
      z.requiresGradient = true
      let loss = InfoNCE(temperature: 0.01).loss(of: z, views: 2)
      loss.backward()
      #expect(loss.isFinite && z.gradient?.isFinite == true)
    }
  }
}
