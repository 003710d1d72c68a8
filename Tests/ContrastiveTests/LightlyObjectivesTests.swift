import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

/// The other objectives that lightly has, against its values and gradients in objectives.safetensors.
@Suite struct LightlyObjectivesTests {
  private let recorded: [String: Tensor]

  init() throws { recorded = try SafeTensors(path: fixture("objectives.safetensors")).tensors }

  private func tensor(_ name: String) throws -> Tensor { try #require(recorded[name], "\(name)") }

  private func objective(_ name: String) throws -> any Objective {
    let temperature = try tensor("temperature").item
    switch name {
    case "dcl": return DecoupledContrastive(temperature: temperature)
    case "alignment_uniformity": return AlignmentUniformity()
    case "vicreg": return VICReg()
    case "barlow_twins": return BarlowTwins()
    case "moco":
      let objective = MomentumContrast(temperature: temperature, queueLength: 48, dimension: 10)
      var state = objective.state
      state["queue"] = try tensor("queue")
      try objective.load(state)
      return objective
    default:
      let objective: any Objective & Module =
        name == "byol" ? BYOL(dimension: 10, hidden: 7) : SimSiam(dimension: 10, hidden: 7)
      try objective.load(recorded.filter { $0.key.hasPrefix("predictor.") })
      return objective
    }
  }

  @Test(
    arguments: [
      "dcl", "moco", "alignment_uniformity", "vicreg", "barlow_twins", "byol", "simsiam",
    ])
  func valueAndGradientAreLightlys(_ name: String) throws {
    let objective = try objective(name)
    objective.module?.convert(to: .float64)
    try expectLightlys(name) { objective.loss(of: $0) }
  }

  @Test func aHeadThatKeepsTheFirstCoordinatesIsDirectCLR() throws {
    let objective = HeadedObjective(
      head: try HeadArchitecture(parsing: "first:6"), inputs: 10,
      base: InfoNCE(temperature: try tensor("temperature").item))
    try expectLightlys("direct_clr") { objective.loss(of: $0).loss }
  }

  private func expectLightlys(_ name: String, _ loss: (EmbeddedViews) -> Tensor) throws {
    let z = Tensor.concatenated([try tensor("a"), try tensor("b")]).to(.float64)
    z.requiresGradient = true
    let loss = loss(EmbeddedViews(z, views: 2, targets: try tensor("targets").to(.float64)))
    loss.backward()
    let recordedLoss = try tensor("\(name).loss").item
    #expect(loss.item.isApproximately(recordedLoss, relative: 1e-9))
    let difference = try #require(z.gradient) - (try tensor("\(name).gradient"))
    // Both in float64; lightly guards cosines with 1e-8 where Gnomon guards lengths with 1e-12.
    #expect(abs(difference).max().item < 1e-8)
  }
}
