import Contrastive
import Interchange
import TestSupport
import Testing
import Torch
import TorchNN

/// Models in the names of lightly, solo-learn, MoCo v2 and VICReg, with the h and z that PyTorch computed.
@Suite struct PublishedModelTests {
  struct Model: Sendable, CustomTestStringConvertible {
    let file: String
    let encoderPrefix: String
    let headPrefix: String
    let head: String
    var stem: ResNet.Stem?
    var testDescription: String { file }
  }

  static let models = [
    Model(
      file: "lightly.ckpt", encoderPrefix: "state_dict.backbone.",
      headPrefix: "state_dict.projection_head.layers.", head: "mlp:12-8,bn,out-bn,no-bias"),
    Model(
      file: "solo_learn.ckpt", encoderPrefix: "state_dict.backbone.",
      headPrefix: "state_dict.projector.", head: "mlp:12-8", stem: .smallPadded),
    Model(
      file: "moco_v2.pth", encoderPrefix: "state_dict.module.encoder_q.",
      headPrefix: "state_dict.module.encoder_q.fc.", head: "mlp:16-8"),
    Model(
      file: "vicreg.pth", encoderPrefix: "model.module.backbone.",
      headPrefix: "model.module.projector.", head: "mlp:12-12-8,bn"),
  ]

  @Test(arguments: models)
  func encoderAndHeadGiveWhatPyTorchSays(_ model: Model) throws {
    let file = try WeightsFile(path: fixture("weights/\(model.file)"))
    let found = try EncoderWeights(in: file)
    #expect(found.prefix == model.encoderPrefix)
    #expect(found.form == .resNet(.resNet18, stem: found.form.stem ?? .small, width: 2))
    let headWeights = try HeadWeights(beside: found, in: file)
    #expect(headWeights.prefix == model.headPrefix)
    #expect(headWeights.architecture.description == model.head)

    let encoder = try found.makeEncoder(stem: model.stem, normalization: .imageNet)
    let head = try headWeights.makeHead()
    let expected = try SafeTensors(path: fixture("weights/expected.safetensors")).tensors
    let images = try #require(expected["images"]).to(.float32) / 255
    try inEvaluationMode([encoder, head]) {
      let h = withoutGradients { encoder(images) }
      let z = withoutGradients { head(h) }
      // Float32 sums in another order.
      for (name, value) in [("h", h), ("z", z)] {
        let reference = try #require(expected["\(model.file).\(name)"])
        let difference = value.scalars(Double.self).relativeDifference(
          from: reference.scalars(Double.self))
        #expect(difference < 1e-5, "\(name): \(difference)")
      }
    }
  }

  @Test func theModelItselfIsTakenRatherThanItsSlowCopyUnlessThatIsAskedFor() throws {
    let file = try WeightsFile(path: fixture("weights/moco_v2.pth"))
    let slow = "state_dict.module.encoder_k."
    #expect(try EncoderWeights(in: file).otherPrefixes == [slow])
    #expect(try EncoderWeights(in: file, prefix: slow).prefix == slow)
    #expect(throws: WeightsError.self) { try EncoderWeights(in: file, prefix: "backbone") }
  }

  @Test func aBlockThatIsMissingIsNamed() throws {
    func refusal(_ depth: ResNet.Depth, without name: String) throws -> String {
      var state = ResNet(depth, width: 2).state
      state[name] = nil
      return try withFile(state) { file in
        text(#expect(throws: WeightsError.self) { try EncoderWeights(in: file).makeEncoder() })
      }
    }
    #expect(
      try refusal(.resNet18, without: "layer3.0.conv1.weight")
        .contains(
          "stages of 2, 2, 0, 2 basic blocks; of a resnet18's it lacks layer3.0.conv1.weight"))
    #expect(
      try refusal(.resNet50, without: "layer4.2.conv1.weight")
        .contains("of a resnet50's it lacks layer4.2.conv1.weight"))
    #expect(
      try refusal(.resNet18, without: "layer4.1.conv2.weight")
        .contains("missing: 'layer4.1.conv2.weight'"))
  }

  @Test func missingAndUnexpectedNamesAreListed() throws {
    let network = ResNet(.resNet18, width: 2)
    var state = network.state
    state.removeValue(forKey: "layer3.0.bn1.bias")
    state["layer3.0.se.weight"] = .zeros([1])
    let error = try withFile(state) { file in
      let found = try EncoderWeights(in: file)
      return #expect(throws: WeightsError.self) { try found.makeEncoder() }
    }
    #expect(text(error).contains("missing: 'layer3.0.bn1.bias'"))
    #expect(text(error).contains("unexpected: 'layer3.0.se.weight'"))
  }

  @Test func aFewBytesCannotAskForALargeNetwork() throws {
    let network = ResNet(.resNet18, width: 2)
    var state = network.state
    state["conv1.weight"] = .zeros([4096, 3, 3, 3])
    try withFile(state) { file in
      let error = #expect(throws: WeightsError.self) { try EncoderWeights(in: file) }
      #expect(text(error).contains("layer4.0.conv1.weight"))
    }
  }

  @Test func thatThereIsNoHeadIsSaidWithTheReason() throws {
    let state = ResNet(.resNet18, width: 2).state
    func reason(_ head: [String: Tensor]) throws -> String {
      try withFile(state.merging(head) { $1 }) { file in
        let encoder = try EncoderWeights(in: file)
        let error = #expect(throws: WeightsError.self) {
          try HeadWeights(beside: encoder, in: file)
        }
        return error.map { "\($0.fault)" } ?? ""
      }
    }
    #expect(try reason([:]).contains("nothing is called projection_head.layers"))
    #expect(
      try reason(["projector.0.weight": .zeros([4, 9])])
        == "no head: projector takes 9 coordinates, and the encoder gives 16")
    #expect(
      try reason(["projector.0.weight": .zeros([4, 16]), "projector.2.weight": .zeros([4, 5])])
        .contains("layer 2 takes 5"))
    #expect(
      try reason(["projector.0.weight": .zeros([4, 16]), "projector.1.running_mean": .zeros([3])])
        .contains("layer 1"))
    #expect(try reason(["projector.deep.weight": .zeros([4, 16])]).contains("'deep.weight'"))
  }

  @Test func aHeadsFileMayHoldTheHeadAlone() throws {
    for prefix in [
      "", "projector.", "state_dict.module.head.", "module.", "state_dict.", "state_dict.module.",
    ] {
      let head = ProjectionHead(.mlp(hidden: [6], output: 4, batchNorm: true), inputs: 16)
      try withFile(head.state.addingPrefix(prefix)) { file in
        let found = try HeadWeights(in: file, inputs: 16)
        #expect(found.prefix == prefix && found.architecture == head.architecture)
        let loaded = try found.makeHead()
        #expect(loaded.state.keys.sorted() == head.state.keys.sorted())
      }
    }
  }

  @Test func lightlysNamesForSmallImagesAreKnown() throws {
    let network = ResNet(.resNet18, width: 2)
    let numbers = [
      "conv1": "0", "bn1": "1", "layer1": "2", "layer2": "3", "layer3": "4", "layer4": "5",
    ]
    var renamed: [String: Tensor] = [:]
    for (name, tensor) in network.state {
      let parts = name.split(separator: ".", maxSplits: 1)
      let rest = parts[1].replacing("downsample", with: "shortcut")
      renamed["backbone.\(numbers[String(parts[0])]!).\(rest)"] = tensor
    }
    try withFile(renamed) { file in
      let found = try EncoderWeights(in: file)
      #expect(found.prefix == "backbone." && found.form.stem == .small)
      let loaded = try found.makeEncoder()
      for (name, tensor) in network.state {
        #expect(loaded.state[name]?.scalars(Double.self) == tensor.scalars(Double.self), "\(name)")
      }
    }
  }
}

extension EncoderForm {
  /// The first layers of a ResNet.
  var stem: ResNet.Stem? {
    guard case .resNet(_, let stem, _) = self else { return nil }
    return stem
  }
}

func text(_ error: WeightsError?) -> String { error.map { "\($0)" } ?? "" }

/// Tensors in a file.
func withFile<Result>(
  _ tensors: [String: Tensor], metadata: [String: String] = [:],
  _ body: (WeightsFile) throws -> Result
) throws -> Result {
  var result: Result?
  try withTemporaryFolder { folder in
    let path = folder.appendingPathComponent("weights.safetensors")
    try write(SafeTensors(tensors, metadata: metadata), to: path.path)
    result = try body(WeightsFile(path: path.path))
  }
  return try #require(result)
}
