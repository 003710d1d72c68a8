import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

/// Heads that discretise their output or end in a sparse autoencoder, against PyTorch's values in heads.safetensors.
@Suite struct DiscreteHeadTests {
  private let recorded: [String: Tensor]

  init() throws { recorded = try SafeTensors(path: fixture("heads.safetensors")).tensors }

  private func tensor(_ name: String) throws -> Tensor { try #require(recorded[name], "\(name)") }

  /// The recorded head in float64.
  private func head(_ text: String) throws -> ProjectionHead {
    let head = ProjectionHead(try HeadArchitecture(parsing: text), inputs: 6)
    try head.load(recorded.filter { head.state.keys.contains($0.key) })
    head.convert(to: .float64)
    return head
  }

  private func gradient(_ head: ProjectionHead, _ name: String) throws -> Tensor {
    let parameter = try #require(head.parameters.first { $0.name == name }).parameter
    return try #require(parameter.tensor.gradient)
  }

  private func leaf() throws -> Tensor {
    let h = try tensor("h").to(.float64)
    h.requiresGradient = true
    return h
  }

  private func difference(_ left: Tensor, _ right: Tensor) -> Double {
    abs(left.detached() - right).max().item
  }

  @Test(arguments: [2, 4, 8])
  func levelsAndTheirStraightThroughGradientsArePyTorchs(_ levels: Int) throws {
    let head = try head("mlp:7-4,levels=\(levels)")
    let h = try leaf()
    let z = head(h)
    // Float64 throughout.
    #expect(try difference(z, tensor("levels.\(levels).z")) < 1e-14)
    (z * (try tensor("seed")).to(.float64)).sum().backward()
    let gradientAtH = try #require(h.gradient)
    #expect(try difference(gradientAtH, tensor("levels.\(levels).gradient")) < 1e-12)
    #expect(
      try difference(gradient(head, "0.weight"), tensor("levels.\(levels).weight_gradient")) < 1e-12
    )
  }

  @Test(arguments: [2, 4, 8])
  func aDiscretisedOutputHasAsManyValuesAsLevels(_ levels: Int) throws {
    let h = Samples.normal(seed: 4, [400, 6]) * 3
    let z = try head("mlp:7-4,levels=\(levels)")(h)
    let steps = z.scalars(Double.self).map { ($0 + 1) * Double(levels - 1) / 2 }
    #expect(steps.allSatisfy { $0.isApproximately($0.rounded(), within: 1e-12) })
    #expect(Set(steps.map { Int($0.rounded()) }) == Set(0..<levels))
  }

  /// The derivative along a direction is that of tanh in forward mode as in backward mode: measures of the head's Jacobian see
  /// the function that training sees.
  @Test func forwardModeIsStraightThroughToo() throws {
    let h = try tensor("h").to(.float64)
    let direction = Samples.normal(seed: 5, [9, 6])
    let discrete = try head("mlp:7-4,levels=4")
    let plain = try head("mlp:7-4")
    let along = directionalDerivative(at: h, along: direction) { discrete($0) }
    let expected = directionalDerivative(at: h, along: direction) { tanh(plain($0)) }
    #expect(difference(along.derivative, expected.derivative) < 1e-14)
    #expect(abs(expected.derivative).max().item > 1e-2)
    #expect(difference(along.value, discrete(h).detached()) < 1e-14)
    let codes = try head("mlp:7-4,sparse=11,top=3")
    let step = 1e-6
    let finite = (codes(h + direction * step) - codes(h - direction * step)) / (2 * step)
    // Rounding over the step; no coordinate enters or leaves the largest within it here.
    #expect(
      difference(directionalDerivative(at: h, along: direction) { codes($0) }.derivative, finite)
        < 1e-8)
  }

  @Test(
    arguments: [
      ("l1", "mlp:7-4,sparse=11,l1=0.01", "5"), ("top", "mlp:7-4,sparse=11,top=3", "6"),
      ("both", "mlp:7-4,sparse=11,top=4,l1=0.25", "6"),
    ])
  func aSparseAutoencoderItsPenaltyAndGradientsArePyTorchs(
    _ name: String, _ text: String, _ decoder: String
  ) throws {
    let head = try head(text)
    let h = try leaf()
    let (z, found) = head.penalized(h)
    let penalty = try #require(found)
    #expect(try difference(z, tensor("\(name).z")) < 1e-13)
    #expect(head(h).scalars(Double.self) == z.scalars(Double.self))
    #expect(try difference(head.trace(h)[3].embedding, tensor("\(name).code")) < 1e-13)
    #expect(try penalty.item.isApproximately(tensor("\(name).penalty").item, relative: 1e-12))
    ((z * (try tensor("seed")).to(.float64)).sum() + penalty * 3).backward()
    let gradientAtH = try #require(h.gradient)
    #expect(try difference(gradientAtH, tensor("\(name).gradient")) < 1e-12)
    let names = [
      ("0.weight", "weight_gradient"), ("3.weight", "encoder_gradient"),
      ("\(decoder).bias", "decoder_gradient"),
    ]
    for (parameter, key) in names {
      #expect(try difference(gradient(head, parameter), tensor("\(name).\(key)")) < 1e-12, "\(key)")
    }
  }

  @Test func onlyASparseAutoencoderHasAPenalty() throws {
    for text in ["none", "linear:4", "mlp:7-4,levels=4", "orthogonal:3"] {
      let head = ProjectionHead(try HeadArchitecture(parsing: text), inputs: 6)
      #expect(!head.hasPenalty)
      #expect(head.penalized(try tensor("h")).penalty == nil)
    }
    #expect(try head("mlp:7-4,sparse=11").hasPenalty)
  }

  /// The penalty is a term of the loss at every place of the base objective, and φ's turns see it.
  @Test(arguments: [LossPlaces.z, .h, .both])
  func thePenaltyIsATermOfTheLoss(_ places: LossPlaces) throws {
    let text = "mlp:7-4,sparse=11,l1=0.01"
    let base = InfoNCE(temperature: 0.5)
    let objective = HeadedObjective(
      head: try HeadArchitecture(parsing: text), inputs: 6, base: base, places: places)
    let batch = EmbeddedViews(try tensor("h").slice(0..<8, along: 0), views: 2)
    let evaluation = objective.evaluated(batch)
    let penalty = try #require(evaluation.penalty).item
    let z = objective.head(batch.embeddings)
    let atZ = places == .h ? 0 : base.loss(of: z, views: 2).item
    let atH = places == .z ? 0 : base.loss(of: batch).item
    #expect(penalty > 0)
    // Float32.
    #expect(evaluation.loss.item.isApproximately(atZ + atH + penalty, relative: 1e-6))
    let seen = try #require(objective.headLoss(of: batch))
    #expect(seen.item.isApproximately(atZ + penalty, relative: 1e-6))
    #expect(objective.involvesHead)
  }
}
