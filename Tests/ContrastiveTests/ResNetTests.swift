import Contrastive
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct ResNetTests {
  @Test(arguments: ResNet.Depth.allCases)
  func namesAndShapesAreTorchvisions(_ depth: ResNet.Depth) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixture("resnet_names.json")))
    let all = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let expected = try #require(all?[depth.rawValue] as? [String: [Int]])
    let network = ResNet(depth, stem: .imageNet, width: 64)
    #expect(network.state.mapValues(\.shape) == expected)
    #expect(network.outputDimension == (depth == .resNet50 ? 2048 : 512))
  }

  @Test func eachStemTurnsImagesIntoRowsOfFeatures() {
    for (stem, side) in [(ResNet.Stem.small, 16), (.imageNet, 64)] {
      let network = ResNet(.resNet18, stem: stem, width: 4)
      network.train(false)
      let h = withoutGradients { network(Tensor.randomUniform([2, 3, side, side])) }
      #expect(h.shape == [2, 32])
      #expect(h.isFinite)
    }
  }

  @Test func headsAreReadFromTextAndBuiltAsNamed() throws {
    let head = ProjectionHead(
      try HeadArchitecture(parsing: "mlp:8-6-4", batchNorm: true), inputs: 10)
    #expect(
      head.parameters.map(\.name).filter { $0.hasSuffix("weight") } == [
        "0.weight", "1.weight", "3.weight", "4.weight", "6.weight",
      ])
    let trace = head.trace(Tensor.randomNormal([5, 10]))
    #expect(trace.map(\.name) == ["h", "head.1", "head.2", "z"])
    #expect(trace.map { $0.embedding.size(1) } == [10, 8, 6, 4])
    #expect(ProjectionHead(.none, inputs: 10).trace(Tensor.zeros([2, 10])).map(\.name) == ["h"])
    for text in ["none", "linear:64", "mlp:128-64"] {
      #expect(try HeadArchitecture(parsing: text).description == text)
    }
    for text in [
      "", "mlp", "mlp:64", "linear:0", "linear:1-2", "mlp:1--2", "mlp:1-2:3", "none:1", "mlp:a-b",
    ] {
      #expect(throws: NotationError.self) { try HeadArchitecture(parsing: text) }
    }
  }
}
