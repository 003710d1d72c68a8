import Contrastive
import Foundation
import SwiftProtobuf
import TestSupport
import Testing
import Torch
import TorchNN

@testable import ONNXFormat

/// What a written graph holds. What it computes is checked by another program: `make check-onnx`.
@Suite struct ONNXModelTests {
  private static let transformer = VisionTransformer.Size(patch: 8, width: 64, depth: 2)

  private static let forms: [EncoderForm] = [
    .resNet(.resNet18, stem: .small, width: 4), .resNet(.resNet50, stem: .imageNet, width: 4),
    .visionTransformer(transformer, imageSize: 32, pooling: .token),
    .visionTransformer(transformer, imageSize: 32, pooling: .average),
  ]

  private static let heads = [
    "linear:8", "mlp:12-10-8,bn,out-bn", "mlp:12-8,gelu", "mlp:12-8,tanh,no-bias",
    "bottleneck:12-4-8,sigmoid", "orthogonal:6", "low-rank:4", "low-rank:4,diagonal", "first:5",
    "reweight:1.5", "mlp:12-6,prototypes=9",
    "linear:6,levels=4", "mlp:12-6,sparse=20", "mlp:12-6,sparse=20,top=5,levels=6",
  ]

  private func graph(
    _ encoder: any DescribedEncoder, _ head: ProjectionHead? = nil
  ) throws -> Onnx_ModelProto {
    let model = try ONNXModel(
      of: encoder, head: head, imageSize: 32, producerVersion: "9", metadata: ["a": "b"])
    return try Onnx_ModelProto(serializedBytes: model.data)
  }

  /// Every node takes what is there before it, and all names are different.
  private func check(_ graph: Onnx_GraphProto) {
    var known = Set(graph.input.map(\.name))
    for tensor in graph.initializer {
      #expect(known.insert(tensor.name).inserted, "\(tensor.name)")
      let width = tensor.dataType == 1 ? 4 : 8
      #expect(tensor.rawData.count == width * Int(tensor.dims.reduce(1, *)), "\(tensor.name)")
    }
    let weights = Set(graph.initializer.map(\.name))
    var used: Set<String> = []
    for node in graph.node {
      for input in node.input { #expect(known.contains(input), "\(node.name): \(input)") }
      used.formUnion(node.input)
      for output in node.output { #expect(known.insert(output).inserted, "\(output)") }
    }
    #expect(weights.isSubset(of: used))
    for output in graph.output { #expect(known.contains(output.name)) }
  }

  @Test(arguments: forms)
  func everyWeightOfAnEncoderIsInItsGraphOnce(_ form: EncoderForm) throws {
    let encoder = form.makeEncoder(normalization: .imageNet)
    let model = try graph(encoder)
    check(model.graph)
    #expect(model.opsetImport.map(\.version) == [17] && model.irVersion == 8)
    #expect(model.docString.contains("RGB in 0…1; normalises them by imagenet itself"))
    #expect(model.metadataProps.map(\.key) == ["a"] && model.producerVersion == "9")
    #expect(model.graph.output.map(\.name) == ["h"])
    let dimensions = try #require(model.graph.input.first).type.tensorType.shape.dim
    #expect(dimensions[0].dimParam == "N")
    #expect(dimensions.dropFirst().map(\.dimValue) == [3, 32, 32])
    let tensors = Dictionary(
      uniqueKeysWithValues: model.graph.initializer.map { ($0.name, $0) })
    for (name, tensor) in encoder.state where !name.hasSuffix("num_batches_tracked") {
      let isTurned = tensors[name] == nil
      let found = try #require(tensors[isTurned ? name + ".transposed" : name], "\(name)")
      let expected = isTurned ? tensor.transposed() : tensor
      #expect(found.dims == expected.shape.map(Int64.init))
      #expect(found.rawData == expected.withBytes { Data($0) }, "\(name)")
    }
  }

  @Test(arguments: heads)
  func aHeadGivesZBesideH(_ text: String) throws {
    let encoder = ResNet(.resNet18, width: 4)
    let head = ProjectionHead(try HeadArchitecture(parsing: text), inputs: 32)
    let model = try graph(encoder, head)
    check(model.graph)
    #expect(model.graph.output.map(\.name) == ["h", "z"])
    let width = model.graph.output[1].type.tensorType.shape.dim[1].dimValue
    #expect(width == Int64(head.outputDimension))
    // Every number that the head holds is in the graph.
    let isWeight = { (name: String) in name.hasPrefix("head.") }
    let count = model.graph.initializer.filter { isWeight($0.name) }
      .reduce(0) { $0 + Int($1.dims.reduce(1, *)) }
    let held = head.state.filter { !$0.key.hasSuffix("tracked") }.values.reduce(0) { $0 + $1.count }
    #expect(count == held)
  }

  @Test(arguments: [
    (ResNet.Stem.small, 1, 1), (ResNet.Stem.smallPadded, 1, 2), (ResNet.Stem.imageNet, 2, 3),
  ])
  func aResNetsWindowsAndEpsilonAreTorchvisions(
    _ stem: ResNet.Stem, stride: Int64, padding: Int64
  ) throws {
    let nodes = try graph(ResNet(.resNet18, stem: stem, width: 4)).graph.node
    func window(_ name: String) throws -> [String: [Int64]] {
      let node = try #require(nodes.first { $0.output == [name] }, "\(name)")
      return Dictionary(uniqueKeysWithValues: node.attribute.map { ($0.name, $0.ints) })
    }
    func expect(_ name: String, kernel: Int64, stride: Int64, padding: Int64) throws {
      let expected = [
        "kernel_shape": [kernel, kernel], "strides": [stride, stride],
        "pads": [padding, padding, padding, padding],
      ]
      #expect(try window(name) == expected, "\(name)")
    }
    try expect("conv1", kernel: stem == .imageNet ? 7 : 3, stride: stride, padding: padding)
    #expect(nodes.contains { $0.opType == "MaxPool" } == (stem == .imageNet))
    if stem == .imageNet { try expect("maxpool", kernel: 3, stride: 2, padding: 1) }
    try expect("layer1.0.conv1", kernel: 3, stride: 1, padding: 1)
    try expect("layer2.0.conv1", kernel: 3, stride: 2, padding: 1)
    try expect("layer2.0.conv2", kernel: 3, stride: 1, padding: 1)
    try expect("layer2.0.downsample.0", kernel: 1, stride: 2, padding: 0)
    let norms = nodes.filter { $0.opType == "BatchNormalization" }
    #expect(norms.count == 20)
    #expect(norms.allSatisfy { $0.attribute.map(\.name) == ["epsilon"] })
    #expect(norms.allSatisfy { $0.attribute.map(\.f) == [1e-5] })
  }

  @Test func imagesThatAreTakenAsTheyAreHaveNoNodesForIt() throws {
    let model = try graph(ResNet(.resNet18, width: 4))
    #expect(model.graph.node.first?.opType == "Conv")
    #expect(!model.graph.initializer.contains { $0.name.hasPrefix("input.") })
  }

  @Test func equalModelsGiveEqualFiles() throws {
    let encoder = ResNet(.resNet18, width: 4)
    let file = { try ONNXModel(of: encoder, imageSize: 32, producerVersion: "9").data }
    #expect(try file() == file())
  }

  @Test func whatOneFileCannotHoldIsRefusedAndSoIsAHeadThatIsNone() throws {
    #expect(throws: ONNXError.tooLarge(bytes: 1 << 31)) {
      try ONNXModel.check(byteCount: 1 << 31)
    }
    #expect(throws: Never.self) { try ONNXModel.check(byteCount: 2_000_000_000) }
    #expect(
      "\(ONNXError.tooLarge(bytes: 3_000_000_000))"
        == "the weights take 3000000000 bytes, and an ONNX file holds 2147483647 at most")
    let encoder = ResNet(.resNet18, width: 4)
    #expect(throws: ONNXError.noHead) {
      try graph(encoder, ProjectionHead(.none, inputs: 32))
    }
  }
}
