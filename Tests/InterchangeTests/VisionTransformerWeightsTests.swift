import Contrastive
import Foundation
import Interchange
import TestSupport
import Testing
import Torch
import TorchNN

/// Vision transformers in files: DINO's checkpoint, and what is refused.
@Suite struct VisionTransformerWeightsTests {
  private let size = VisionTransformer.Size(patch: 8, width: 64, depth: 1)

  @Test func aCheckpointOfDINOsGivesItsTeachersFeaturesAndHead() throws {
    let file = try WeightsFile(path: fixture("weights/dino.pth"))
    let found = try EncoderWeights(in: file)
    #expect(found.prefix == "teacher.backbone.")
    #expect(found.otherPrefixes == ["student.module.backbone."])
    #expect(found.form == .visionTransformer(size, imageSize: 32, pooling: .token))
    let headWeights = try HeadWeights(beside: found, in: file)
    #expect(headWeights.prefix == "teacher.head.mlp.")
    #expect(headWeights.architecture.description == "mlp:24-24-12,gelu")

    let encoder = try found.makeEncoder(normalization: .imageNet)
    let head = try headWeights.makeHead()
    let expected = try SafeTensors(path: fixture("vit.safetensors")).tensors
    let images = try #require(expected["dino.images"]).to(.float32) / 255
    try inEvaluationMode([encoder, head]) {
      let h = withoutGradients { encoder(images) }
      let z = withoutGradients { head(h) }
      // Float32 sums in another order.
      for (name, value) in [("dino.h", h), ("dino.z", z)] {
        let reference = try #require(expected[name]).scalars(Double.self)
        #expect(value.scalars(Double.self).relativeDifference(from: reference) < 1e-5, "\(name)")
      }
    }
  }

  @Test func itsPrototypesAreAPartOfTheHeadWhereTheyAreAskedFor() throws {
    let file = try WeightsFile(path: fixture("weights/dino.pth"))
    let found = try EncoderWeights(in: file)
    let head = try HeadWeights(beside: found, in: file, withPrototypes: true).makeHead()
    #expect(head.architecture.description == "mlp:24-24-12,gelu,prototypes=20")
    let expected = try SafeTensors(path: fixture("vit.safetensors")).tensors
    let h = try #require(expected["dino.h"])
    let trace = withoutGradients { head.trace(h) }
    #expect(trace.map(\.name) == ["h", "head.1", "head.2", "head.3", "z"])
    // Float32 sums in another order.
    for (name, value) in [("dino.z", trace[3].embedding), ("dino.scores", trace[4].embedding)] {
      let reference = try #require(expected[name]).scalars(Double.self)
      #expect(value.scalars(Double.self).relativeDifference(from: reference) < 1e-5, "\(name)")
    }
    let published = try WeightsFile(path: fixture("weights/vicreg.pth"))
    let other = try EncoderWeights(in: published)
    let error = #expect(throws: WeightsError.self) {
      try HeadWeights(beside: other, in: published, withPrototypes: true)
    }
    #expect(text(error).contains("no prototypes"), "\(text(error))")
  }

  @Test func positionsAreInterpolatedForImagesOfAnotherSizeAndKeptForTheirOwn() throws {
    let file = try WeightsFile(path: fixture("weights/dino.pth"))
    let found = try EncoderWeights(in: file)
    let larger = try found.makeEncoder(imageSize: 48)
    #expect(larger.form == .visionTransformer(size, imageSize: 48, pooling: .token))
    #expect(larger.state["pos_embed"]?.shape == [1, 37, 64])
    let h = withoutGradients { larger(Tensor.randomUniform([2, 3, 48, 48])) }
    #expect(h.shape == [2, 64] && h.isFinite)
    let same = try found.makeEncoder(imageSize: 32).state["pos_embed"]
    #expect(same?.scalars(Float.self) == found.state["pos_embed"]?.scalars(Float.self))
    let error = #expect(throws: WeightsError.self) { try found.makeEncoder(imageSize: 36) }
    #expect(text(error).contains("images of 36 pixels do not divide into its encoder's patches"))
  }

  @Test func otherKindsOfTransformersAreRefused() throws {
    let state = VisionTransformer(size, imageSize: 16).state
    func refusal(_ change: (inout [String: Tensor]) -> Void) throws -> String {
      var state = state
      change(&state)
      return try withFile(state) { file in
        text(#expect(throws: WeightsError.self) { try EncoderWeights(in: file).makeEncoder() })
      }
    }
    #expect(
      try refusal { $0["reg_token"] = .zeros([1, 4, 64]) }.contains("unexpected: 'reg_token'"))
    #expect(
      try refusal { $0["blocks.0.ls1.gamma"] = .zeros([64]) }
        .contains("unexpected: 'blocks.0.ls1.gamma'"))
    #expect(
      try refusal { $0["blocks.0.attn.qkv.bias"] = nil }
        .contains("missing: 'blocks.0.attn.qkv.bias'"))
    #expect(
      try refusal { $0["pos_embed"] = .zeros([1, 4, 64]) }.contains("4 positions are not"))
    #expect(try refusal { $0["pos_embed"] = nil }.contains("pos_embed is missing"))
    #expect(
      try refusal { $0["blocks.1.norm1.weight"] = .zeros([64]) }
        .contains("blocks.1.attn.qkv.weight is missing"))
    #expect(
      try refusal { $0["blocks.0.mlp.fc2.weight"] = nil }
        .contains("blocks.0.mlp.fc2.weight is missing"))
    #expect(
      try refusal { $0["blocks.999999999.norm1.weight"] = .zeros([64]) }
        .contains("its blocks are not numbered from 0 on"))
    #expect(
      try refusal { $0["patch_embed.proj.weight"] = .zeros([65536, 3, 8, 8]) }
        .contains("how many heads of attention tokens of length 65536 have"))
    #expect(
      try refusal { $0["blocks.0.mlp.fc1.weight"] = .zeros([128, 64]) }
        .contains("blocks.0.mlp.fc1.weight does not map 64 numbers to 256"))
  }

  @Test(arguments: [128, 320, 512, 1280])
  func aWidthThatLeavesTheNumberOfHeadsOpenIsRefused(_ width: Int) throws {
    let other = VisionTransformer.Size(patch: 8, width: width, depth: 1)
    try withFile(VisionTransformer(other, imageSize: 16).state) { file in
      let error = #expect(throws: WeightsError.self) { try EncoderWeights(in: file) }
      #expect(text(error).contains("how many heads of attention tokens of length \(width) have"))
    }
  }

  /// The positions of MoCo v3's `build_2d_sincos_position_embedding`, and zeros for the class token.
  private func fixedPositions(side: Int, width: Int) -> Tensor {
    let rates = (0..<width / 4).map { pow(10_000, -Double($0) / Double(width / 4)) }
    let patches = (0..<side * side).flatMap { patch -> [Double] in
      let places = [Double(patch / side), Double(patch % side)]
      return places.flatMap { place in
        rates.map { sin(place * $0) } + rates.map { cos(place * $0) }
      }
    }
    return Tensor(
      ([Double](repeating: 0, count: width) + patches).map(Float.init),
      shape: [1, 1 + side * side, width])
  }

  @Test func moCo3sSmallNetworkWithItsTwelveHeadsIsRefusedAndOthersAsWideAreNot() throws {
    let small = VisionTransformer.Size(patch: 16, width: 384, depth: 1)
    let learned = VisionTransformer(small, imageSize: 32).state
    let form = EncoderForm.visionTransformer(small, imageSize: 32, pooling: .token)
    let found = try withFile(learned) { file in try EncoderWeights(in: file).form }
    #expect(found == form)
    var fixed = learned
    fixed["pos_embed"] = fixedPositions(side: 2, width: 384)
    let named = { (prefix: String) in
      Dictionary(uniqueKeysWithValues: learned.map { (prefix + $0, $1) })
    }
    for state in [fixed, named("module.base_encoder."), named("module.momentum_encoder.")] {
      let error = #expect(throws: WeightsError.self) {
        try withFile(state) { try EncoderWeights(in: $0) }
      }
      #expect(text(error).contains("MoCo v3's") && text(error).contains("12 heads"))
    }
    // Of the base network there is one number of heads.
    let base = VisionTransformer.Size(patch: 16, width: 768, depth: 1)
    var state = VisionTransformer(base, imageSize: 32).state
    state["pos_embed"] = fixedPositions(side: 2, width: 768)
    let foundBase = try withFile(state) { file in try EncoderWeights(in: file).form }
    #expect(foundBase == .visionTransformer(base, imageSize: 32, pooling: .token))
  }

  @Test func anArchitectureThatIsAskedForIsRequired() throws {
    let named = EncoderArchitecture.vitMini4
    let mini = try #require(named.size)
    try withFile(VisionTransformer(mini, imageSize: 16).state) { file in
      let found = try EncoderWeights(in: file)
      try found.require(named)
      let error = #expect(throws: WeightsError.self) { try found.require(.vitTiny16) }
      #expect(text(error).contains("a vit_mini_patch4, not a vit_tiny_patch16"))
    }
  }
}
