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

@Suite struct InputNormalizationTests {
  @Test func aNetworkNormalisesItsInputAsItIsTold() throws {
    let normalization = try #require(InputNormalization(parsing: "0.5,0.25,0/0.5,0.25,2"))
    let network = ResNet(.resNet18, width: 2, normalization: normalization)
    let plain = ResNet(.resNet18, width: 2)
    try plain.load(network.state)
    network.train(false)
    plain.train(false)
    let images = Tensor.randomUniform([2, 3, 16, 16])
    let mean = Tensor([0.5, 0.25, 0], shape: [1, 3, 1, 1]).to(.float32)
    let deviation = Tensor([0.5, 0.25, 2], shape: [1, 3, 1, 1]).to(.float32)
    withoutGradients {
      #expect(
        network(images).scalars(Float.self)
          == plain((images - mean) / deviation).scalars(Float.self))
    }
  }

  @Test func itsTextIsReadBackAndOthersAreNot() {
    for text in ["none", "imagenet", "0.5,0.4,0.3/0.25,0.2,1e-05"] {
      #expect(InputNormalization(parsing: text)?.description == text)
    }
    for text in [
      "", "ImageNet", "0,0,0", "0,0,0/1,1", "0,0,0/1,1,0", "0,0,nan/1,1,1", "0,0,0/1,1,1/2",
    ] {
      #expect(InputNormalization(parsing: text) == nil, "\(text)")
    }
  }
}
