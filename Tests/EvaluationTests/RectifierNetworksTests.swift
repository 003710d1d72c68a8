import Evaluation
import TestSupport
import Testing
import Torch

/// Against PyTorch and scikit-learn; `Tests/Fixtures/README.md` says how.
@Suite struct RectifierNetworksTests {
  private let tensors: [String: Tensor]

  init() throws {
    tensors = try SafeTensors(path: fixture("probes.safetensors")).tensors
  }

  private func recorded(_ name: String) throws -> Tensor { try #require(tensors[name], "\(name)") }

  private func networks(_ prefix: String) throws -> RectifierNetworks {
    RectifierNetworks(
      inputWeights: try recorded("\(prefix).inputWeights"),
      inputBiases: try recorded("\(prefix).inputBiases"),
      outputWeights: try recorded("\(prefix).outputWeights"),
      outputBiases: try recorded("\(prefix).outputBiases"))
  }

  @Test(arguments: ["classes", "numbers"])
  func lossesAndGradientsArePyTorchs(kind: String) throws {
    let target = try recorded("network.\(kind)")
    let targets: NetworkTargets =
      kind == "classes" ? .classes(target, count: 4) : .numbers(target)
    let given = try networks("network")
    let rows = try recorded("network.rows")
    let expected = try networks(kind)
    let found = given.gradients(for: rows, targets)
    func difference(_ left: Tensor, _ right: Tensor) -> Double { abs(left - right).max().item }
    // All in float64, sums of some hundred products of size 1.
    let losses = given.losses(for: rows, targets)
    #expect(try difference(losses, recorded("\(kind).losses")) < 1e-12)
    for part in [
      \RectifierNetworks.inputWeights, \.inputBiases, \.outputWeights, \.outputBiases,
    ] {
      #expect(found[keyPath: part].shape == expected[keyPath: part].shape)
      #expect(difference(found[keyPath: part], expected[keyPath: part]) < 1e-12)
    }
  }

  @Test func ringsAreToldApartAsByScikitLearn() throws {
    func split(_ prefix: String) throws -> LabeledEmbeddings {
      try LabeledEmbeddings(
        embeddings: recorded("rings.\(prefix)features"),
        labels: recorded("rings.\(prefix)labels").scalars())
    }
    let (training, test) = try (split(""), split("test_"))
    let network = try MLPProbe(training: training).accuracy(on: test)
    let linear = try LinearProbe(training: training).accuracy(on: test)
    // Two optimisers, and two ways of regularising: 3 % apart at most, three standard errors of 1,000 rows at 0.88.
    #expect(try network.isApproximately(recorded("rings.mlp_top1").item, within: 0.03))
    #expect(try linear.isApproximately(recorded("rings.linear_top1").item, within: 0.02))
    #expect(network > linear + 0.2)
  }
}
