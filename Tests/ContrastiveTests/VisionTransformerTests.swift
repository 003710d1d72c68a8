import Contrastive
import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

/// Vision transformers beside timm's, with weights that both sides make by one rule (`makers/transformers.py`).
@Suite struct VisionTransformerTests {
  private static let prime = 65521
  private static let mini = VisionTransformer.Size(patch: 4, width: 192, depth: 6)

  private static func rule(_ name: String, _ count: Int) -> [Int] {
    let offset = 101 * name.utf8.reduce(0) { $0 + Int($1) }
    return (0..<count).map { (31 * $0 * $0 + 17 * $0 + offset) % prime }
  }

  private static func weights(_ shapes: [String: [Int]]) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: shapes.map { name, shape in
        let isPlace = name == "cls_token" || name == "pos_embed"
        let isScale = name.contains("norm") && name.hasSuffix("weight")
        let values = rule(name, shape.reduce(1, *)).map { number -> Float in
          let value = Double(number) / Double(prime) - 0.5
          return Float(isScale ? 1 + value / 2 : isPlace ? value : value / 4)
        }
        return (name, Tensor(values, shape: shape))
      })
  }

  private static func images(_ side: Int) -> Tensor {
    let bytes = rule("images", 2 * 3 * side * side).map { Float(Double($0 % 256) / 255) }
    return Tensor(bytes, shape: [2, 3, side, side])
  }

  private func expected(_ name: String) throws -> Tensor {
    try #require(try SafeTensors(path: fixture("vit.safetensors")).tensors[name])
  }

  private func ruled(
    _ size: VisionTransformer.Size, _ imageSize: Int, _ pooling: VisionTransformer.Pooling = .token
  ) throws -> VisionTransformer {
    let network = VisionTransformer(size, imageSize: imageSize, pooling: pooling)
    try network.load(Self.weights(network.state.mapValues(\.shape)))
    network.train(false)
    return network
  }

  private func difference(_ found: Tensor, _ name: String) throws -> Double {
    found.scalars(Double.self).relativeDifference(from: try expected(name).scalars(Double.self))
  }

  @Test func namesAndShapesAreTimms() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixture("vit_names.json")))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for architecture in EncoderArchitecture.allCases {
      guard let size = architecture.size, architecture != .vitMini4 else { continue }
      let network = VisionTransformer(size, imageSize: 224)
      #expect(network.state.mapValues(\.shape) == all[architecture.rawValue] as? [String: [Int]])
      #expect(network.outputDimension == architecture.outputDimension(width: 16))
      let count = network.parameters.reduce(0) { $0 + $1.parameter.tensor.count }
      let counted = size.weightCount(imageSize: 224)
      #expect(abs(Double(count) - counted) < 0.001 * counted)
    }
    for pooling in VisionTransformer.Pooling.allCases {
      let network = VisionTransformer(Self.mini, imageSize: 32, pooling: pooling)
      let names = all["vit_mini_patch4.\(pooling.rawValue)"] as? [String: [Int]]
      #expect(network.state.mapValues(\.shape) == names)
    }
  }

  @Test func featuresAreTimms() throws {
    try withoutGradients {
      for pooling in VisionTransformer.Pooling.allCases {
        let network = try ruled(Self.mini, 32, pooling)
        // Float32 sums in another order.
        #expect(try difference(network(Self.images(32)), "mini.\(pooling.rawValue).h") < 1e-5)
      }
      let size = try #require(EncoderArchitecture.vitTiny16.size)
      #expect(try difference(ruled(size, 64)(Self.images(64)), "tiny.h") < 1e-5)
    }
  }

  @Test func positionsOfAnotherGridAreInterpolatedAsTimmDoesIt() throws {
    let narrow = Self.weights(VisionTransformer(Self.mini, imageSize: 24).state.mapValues(\.shape))
    let positions = VisionTransformer.positions(try #require(narrow["pos_embed"]), side: 8)
    #expect(positions.shape == [1, 65, 192])
    #expect(try difference(positions, "positions") < 1e-6)
    let network = VisionTransformer(Self.mini, imageSize: 32)
    try network.load(narrow.merging(["pos_embed": positions]) { $1 })
    network.train(false)
    let h = withoutGradients { network(Self.images(32)) }
    #expect(try difference(h, "mini.resized.h") < 1e-5)
  }

  @Test func aTraceHasTheBlocksClassTokensOrMeansAndEndsWithH() throws {
    let images = Self.images(32)
    try withoutGradients {
      for pooling in VisionTransformer.Pooling.allCases {
        let network = try ruled(Self.mini, 32, pooling)
        let trace = network.trace(images)
        #expect(trace.map(\.name) == (1...6).map { "block\($0)" } + ["h"])
        #expect(trace.allSatisfy { $0.embedding.shape == [2, 192] })
        // A view of a block's tokens would not be, and would keep them in memory.
        #expect(trace.allSatisfy { $0.embedding.isContiguous })
        #expect(trace[6].embedding.scalars(Float.self) == network(images).scalars(Float.self))
        // h is what the last block gives, normed.
        let name = pooling == .token ? "norm" : "fc_norm"
        let norm = LayerNorm(192, epsilon: 1e-6)
        try norm.load(network.state.removing(name + "."))
        #expect(
          norm(trace[5].embedding).scalars(Double.self)
            .relativeDifference(from: trace[6].embedding.scalars(Double.self)) < 1e-6)
      }
    }
  }

  @Test func weightsAreInitialisedAsTimmDoesIt() {
    let network = Initializer.seeded(by: 4) { VisionTransformer(Self.mini, imageSize: 32) }
    func deviation(_ name: String) -> Double {
      network.state[name]?.squared().mean().item.squareRoot() ?? .nan
    }
    // The deviation of n draws is off by 1/√(2n) of itself: n is 12,480 at least, and five of these are allowed.
    #expect(abs(deviation("blocks.3.attn.qkv.weight") / 0.02 - 1) < 0.02)
    #expect(abs(deviation("blocks.5.mlp.fc2.weight") / 0.02 - 1) < 0.02)
    #expect(abs(deviation("pos_embed") / 0.02 - 1) < 0.04)
    #expect(abs(deviation("cls_token") / 1e-6 - 1) < 0.3)
    #expect(deviation("blocks.0.attn.qkv.bias") == 0)
    // Uniform in ±1/√48.
    #expect(abs(deviation("patch_embed.proj.weight") * 12 - 1) < 0.03)
  }

  @Test func tangentsAreTheQuotientsOfDifferences() throws {
    let network = try ruled(VisionTransformer.Size(patch: 8, width: 128, depth: 2), 16)
    network.convert(to: .float64)
    let images = Self.images(16).to(.float64)
    let direction = Samples.normal(seed: 2, images.shape)
    try withoutGradients {
      for (index, name) in network.trace(images).map(\.name).enumerated() {
        let layer = { (images: Tensor) in network.trace(images)[index].embedding }
        let exact = directionalDerivative(at: images, along: direction, of: layer)
        let step = 1e-4
        let ahead = layer(images + direction * step)
        let quotient = (ahead - layer(images - direction * step)) / (2 * step)
        #expect(
          exact.value.scalars(Double.self).relativeDifference(
            from: layer(images).scalars(Double.self)) < 1e-12)
        // Central differences are off by the square of the step.
        let difference = exact.derivative.scalars(Double.self).relativeDifference(
          from: quotient.scalars(Double.self))
        #expect(difference < 1e-5, "\(name): \(difference)")
      }
    }
  }
}

extension [String: Tensor] {
  fileprivate func removing(_ prefix: String) -> [String: Tensor] {
    var rest: [String: Tensor] = [:]
    for (name, tensor) in self where name.hasPrefix(prefix) {
      rest[String(name.dropFirst(prefix.count))] = tensor
    }
    return rest
  }
}

@Suite struct ResNetTraceTests {
  @Test func aTraceHasTheFirstThreeStagesAveragedAndEndsWithH() {
    let network = ResNet(.resNet50, stem: .small, width: 4)
    network.train(false)
    withoutGradients {
      let images = Tensor.randomUniform([2, 3, 16, 16])
      let trace = network.trace(images)
      #expect(trace.map(\.name) == ["stage1", "stage2", "stage3", "h"])
      #expect(trace.map { $0.embedding.size(1) } == [16, 32, 64, 128])
      #expect(trace[3].embedding.scalars(Float.self) == network(images).scalars(Float.self))
    }
  }
}
