import Contrastive
import Foundation
import Interchange
import TestSupport
import Testing
import Torch
import TorchNN

func write(_ tensors: SafeTensors, to path: String) throws {
  var data = Data()
  tensors.encode { (bytes) throws(Never) in data.append(contentsOf: bytes) }
  try data.write(to: URL(fileURLWithPath: path))
}

@Suite struct ExportTests {
  private let encoder = ResNet(
    .resNet50, stem: .imageNet, width: 4,
    normalization: InputNormalization(parsing: "0.5,0.4,0.3/0.25,0.2,0.125") ?? .imageNet)
  private let head: ProjectionHead = {
    var architecture = HeadArchitecture.mlp(hidden: [6, 5], output: 4, batchNorm: true)
    architecture.activation = .gelu
    return ProjectionHead(architecture, inputs: 128)
  }()

  private func bits(_ state: [String: Tensor]) -> [String: [UInt8]] {
    state.mapValues { tensor in tensor.withBytes { Array($0) } }
  }

  @Test(arguments: WeightsFormat.allCases)
  func whatIsExportedIsReadBackBitForBit(_ format: WeightsFormat) throws {
    let exported = SafeTensors(exporting: encoder, head, as: format, configuration: "epochs: 1\n")
    try withFile(exported.tensors, metadata: exported.metadata) { file in
      let found = try EncoderWeights(in: file)
      #expect(found.form == encoder.form)
      #expect(bits(try found.makeEncoder().state) == bits(encoder.state))
      #expect(file.normalization == encoder.normalization)
      guard format == .gnomon else {
        #expect(throws: WeightsError.self) { try HeadWeights(beside: found, in: file) }
        return
      }
      #expect(file.metadata["configuration"] == "epochs: 1\n")
      let loaded = try HeadWeights(beside: found, in: file)
      #expect(loaded.architecture == head.architecture)
      #expect(bits(try loaded.makeHead().state) == bits(head.state))
      let error = #expect(throws: WeightsError.self) {
        try HeadWeights(beside: found, in: file, withPrototypes: true)
      }
      #expect(text(error).contains("no prototypes"), "\(text(error))")
    }
  }

  @Test func whatAreNoWeightsIsNotTakenForThem() throws {
    let exported = SafeTensors(exporting: encoder, head, as: .gnomon, configuration: "")
    func tensors(_ change: (Tensor) -> Tensor, _ isOfHead: Bool) throws -> [String: Tensor] {
      let name = try #require(
        exported.tensors.keys.filter { $0.hasPrefix("head.") == isOfHead && $0.hasSuffix("weight") }
          .min())
      var tensors = exported.tensors
      tensors[name] = tensors[name].map(change)
      return tensors
    }
    let whole: (Tensor) -> Tensor = { ($0 * 100).to(.int32) }
    let broken: (Tensor) -> Tensor = { $0 * .nan }
    for (change, reason) in [
      (whole, "holds int32, where weights are floating-point numbers"),
      (broken, "holds NaN or infinity"),
    ] {
      try withFile(tensors(change, false), metadata: exported.metadata) { file in
        let error = #expect(throws: WeightsError.self) { try EncoderWeights(in: file) }
        #expect(text(error).hasSuffix(reason), "\(text(error))")
      }
      try withFile(tensors(change, true), metadata: exported.metadata) { file in
        let found = try EncoderWeights(in: file)
        let error = #expect(throws: WeightsError.self) {
          try HeadWeights(beside: found, in: file)
        }
        #expect(text(error).contains(reason), "\(text(error))")
      }
    }
  }

  @Test func prototypesOfGnomonsOwnHeadsAreThereWhereTheyAreAskedFor() throws {
    let head = ProjectionHead(
      try HeadArchitecture(parsing: "mlp:6-4,prototypes=9"), inputs: 128)
    let exported = SafeTensors(exporting: encoder, head, as: .gnomon, configuration: "")
    try withFile(exported.tensors, metadata: exported.metadata) { file in
      let found = try EncoderWeights(in: file)
      let loaded = try HeadWeights(beside: found, in: file, withPrototypes: true)
      #expect(loaded.architecture == head.architecture)
    }
  }

  @Test(arguments: [
    "first:99", "mlp:99999999-4", "orthogonal:99999999", "mlp:4-4,prototypes=99999999",
  ])
  func aHeadThatTheFileHasNoNumbersForIsNotBuilt(_ notation: String) throws {
    try withFile(["head.0.weight": .zeros([1])], metadata: ["head": notation]) { file in
      #expect(throws: WeightsError.self) { try HeadWeights(in: file, inputs: 16) }
    }
  }

  @Test func aNetworkWhoseLargestTensorIsEmptyIsNotBuilt() throws {
    var tensors = ResNet(.resNet18, stem: .small, width: 2).state
    tensors["layer4.0.conv1.weight"] = .zeros([16, 8, 0, 0])
    try withFile(tensors) { file in
      let error = #expect(throws: WeightsError.self) { try EncoderWeights(in: file) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("8 channels to 16 by 3×3"))
    }
  }

  @Test(arguments: VisionTransformer.Pooling.allCases)
  func aVisionTransformerIsReadBackBitForBit(_ pooling: VisionTransformer.Pooling) throws {
    let size = VisionTransformer.Size(patch: 8, width: 64, depth: 2)
    let encoder = VisionTransformer(size, imageSize: 24, pooling: pooling)
    let head = ProjectionHead(.none, inputs: 64)
    for format in WeightsFormat.allCases where format != .torchvision {
      let exported = SafeTensors(exporting: encoder, head, as: format, configuration: "")
      #expect(exported.metadata["global_pool"] == pooling.rawValue)
      #expect(exported.metadata["img_size"] == "24" && exported.metadata["num_heads"] == "1")
      try withFile(exported.tensors, metadata: exported.metadata) { file in
        let found = try EncoderWeights(in: file)
        #expect(found.form == encoder.form)
        #expect(bits(try found.makeEncoder().state) == bits(encoder.state))
      }
    }
    #expect(!WeightsFormat.torchvision.names(encoder.form))
  }

  @Test func tensorsInOnePlaceAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("overlap.safetensors")
      let header =
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#
      var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
      data.append(contentsOf: header.utf8)
      data.append(Data(count: 12))
      try data.write(to: path)
      let error = #expect(throws: WeightsError.self) { try WeightsFile(path: path.path) }
      #expect(text(error).contains("'a' and 'b' overlap"))
    }
  }
}
