import Augmentations
import Foundation
import Testing
import Torch

@Suite struct PolicyPartTests {
  private let size = ImageSize(width: 40, height: 40)

  /// A policy that does everything, always but for what is on or off.
  private func everything() throws -> Policy {
    try JSONDecoder().decode(
      Policy.self,
      from: Data(
        """
        {"crop": {"area": [0.2, 0.9], "aspect": [0.5, 1.5]}, "flip": {"probability": 0.5},
         "translation_x": {"range": [-0.2, 0.1]}, "translation_y": {"range": [-0.2, 0.1]},
         "rotation": {"range": [-0.3, 0.3]}, "log_scale": {"range": [-0.3, 0.1]},
         "log_aspect": {"range": [-0.2, 0.1]}, "shear_x": {"range": [-0.3, 0.1]},
         "shear_y": {"range": [-0.2, 0.1]}, "jitter": {"probability": 0.8},
         "brightness": {"range": [0.5, 1.3]}, "contrast": {"range": [0.5, 2], "logarithmic": true},
         "saturation": {"range": [0.5, 2]}, "hue": {"range": [-0.1, 0.3]},
         "grey": {"probability": 0.5}, "blur": {"range": [0.1, 2], "minimum_side": 20},
         "solarise": {"probability": 0.5}, "posterise": {"range": [1, 4], "probability": 0.5},
         "noise": {"range": [0, 0.1]}, "cutout": {"range": [0.1, 0.8]}, "border": "zero"}
        """.utf8))
  }

  private func views(_ policy: Policy, count: Int = 60, side: Int = 32) -> [ViewParameters] {
    (0..<count).map {
      policy.parameters(seed: 2, epoch: 1, sample: $0, view: 0, source: size, side: side)
    }
  }

  @Test func everyPartIsNamedOnceInTheOrderInWhichItActs() {
    let names = Policy.partNames
    #expect(
      names == ["crop", "flip"] + Generator.names
        + ["grey", "blur", "solarise", "posterise", "noise", "cutout"])
    #expect(Set(Policy.operationNames) == Set(names + ["jitter", "border"]))
    #expect(Set(ViewParameters.factorNames).count == ViewParameters.factorNames.count)
    #expect(
      Set(ViewParameters.factorNames)
        == Set(names).subtracting(["crop"])
        .union(["crop_x", "crop_y", "crop_log_area", "crop_log_aspect"]))
  }

  @Test(arguments: Policy.partNames)
  func aPolicyRestrictedToAPartDrawsItAsTheWholeDoesAndNothingElse(part: String) throws {
    let policy = try everything()
    let alone = policy.restricted(to: part)
    #expect(PolicyPair(alone).parts(side: 32) == [part])
    let isOfPart = ViewParameters.factorNames.map { $0 == part || $0.hasPrefix(part + "_") }
    let untouched = ViewParameters(of: size).factors
    var acted = false
    for (whole, restricted) in zip(views(policy), views(alone)) {
      for (column, value) in restricted.factors.enumerated() {
        // The crop alone takes as many random numbers as it needs, and comes last: all are alike.
        #expect(value == (isOfPart[column] ? whole.factors[column] : untouched[column]))
        acted = acted || value != untouched[column]
      }
    }
    #expect(acted)
  }

  @Test func allPartsActInAPolicyOfEverythingAndNoneInTheIdentity() throws {
    #expect(PolicyPair(try everything()).parts(side: 32) == Policy.partNames)
    #expect(!PolicyPair(try everything()).parts(side: 19).contains("blur"))
    #expect(PolicyPair(Policy()).parts(side: 32).isEmpty)
    var still = try everything()
    still.jitterProbability = 0
    #expect(!PolicyPair(still).parts(side: 32).contains("hue"), "colours never change")
  }

  @Test func aPolicyOfEverythingIsReadAsItIsWritten() throws {
    let policy = try everything()
    let data = try JSONEncoder().encode(policy)
    #expect(try JSONDecoder().decode(Policy.self, from: data) == policy)
    let identity = String(decoding: try JSONEncoder().encode(Policy()), as: UTF8.self)
    #expect(!identity.contains("posterise"), "what is never used is not written")
  }

  // 2^bits levels become one, from the level that is a multiple of it on: torchvision's `posterize`
  // keeps the leading 8 − bits.
  @Test(arguments: 0...7)
  func posterisationKeepsTheLeadingBits(bits: Int) throws {
    let image = TestImage(
      size: ImageSize(width: 16, height: 16),
      bytes: (0..<256).flatMap { [UInt8($0), 255 - UInt8($0), UInt8($0)] })
    var parameters = image.untouched
    parameters.posterise = Float(bits)
    let expected = image.bytes.map { Float($0 & (0xFF << UInt8(bits))) / 255 }
    #expect(image.view(parameters, side: 16) == expected)
    let request = ViewRequest(of: StoredImage(offset: 0, size: image.size), parameters)
    let fused = try FusedViews(side: 16).tensor(from: image.bytes, [request])
    #expect(fused.permuted([0, 2, 3, 1]).scalars(Float.self) == expected)
  }

  @Test func bothImplementationsPosteriseAlikeButAtStepsThatRoundingDecides() throws {
    let image = TestImage.smooth(width: 40, height: 40)
    var policy = Policy.simCLR()
    policy.posterise = Policy.Part(1...5)
    var (steps, count) = (0, 0)
    for parameters in views(policy) {
      let request = ViewRequest(of: StoredImage(offset: 0, size: size), parameters)
      let fused = try FusedViews(side: 32).tensor(from: image.bytes, [request])
        .permuted([0, 2, 3, 1]).scalars(Float.self)
      let tensor = image.view(parameters, side: 32)
      // A channel that lies on the edge between two levels may go either way, by one step.
      let step = exp2(parameters.posterise) / 255
      for (first, second) in zip(fused, tensor) where abs(first - second) > 1e-6 {
        #expect(abs(first - second) < step * 1.0001)
        steps += 1
      }
      count += fused.count
    }
    // Rounding differs by some 1e-6 of a step of at least 1/128: one channel in thousands.
    #expect(Double(steps) < 0.001 * Double(count))
  }

  @Test func aPartWithAStreamOfItsOwnLeavesAllOthersAsTheyAre() {
    var policy = Policy.simCLR()
    let without = views(policy)
    policy.posterise = Policy.Part(1...4)
    var with = views(policy)
    #expect(with.allSatisfy { 1...4 ~= $0.posterise })
    #expect(Set(with.map(\.posterise)).count > 50, "drawn anew for each view")
    for index in with.indices { with[index].posterise = 0 }
    #expect(with == without)
  }

  @Test func strengthScalesHowManyBitsAreLost() {
    var policy = Policy()
    policy.posterise = Policy.Part(2...5, probability: 0.5)
    #expect(policy.scaled(by: 0.5).posterise == Policy.Part(2...2.5, probability: 0.5))
    #expect(policy.scaled(by: 2).posterise.range == 2...7)
    #expect(policy.scaled(by: 0).posterise.range == 0...0)
  }

  @Test func factorsSayWhatAViewWasSubjectedTo() {
    var view = ViewParameters(of: ImageSize(width: 80, height: 40))
    view.crop = Crop(x: 20, y: 10, width: 40, height: 20)
    view.isFlipped = true
    view[.rotation] = 0.25
    view.brightness = 1.5
    view.cutout = ViewParameters.Cutout(x: 0.1, y: 0.2, side: 0.3)
    let values = Dictionary(
      uniqueKeysWithValues: zip(ViewParameters.factorNames, view.factors))
    #expect(values["crop_x"] == 0.5 && values["crop_y"] == 0.5)
    #expect(values["crop_log_area"] == log(Float(0.25)))
    #expect(values["crop_log_aspect"] == log(Float(2)))
    #expect(values["flip"] == 1 && values["grey"] == 0)
    #expect(values["rotation"] == 0.25 && values["shear_x"] == 0)
    #expect(values["brightness"] == 1.5 && values["contrast"] == 1)
    #expect(values["cutout"] == 0.3)
  }
}
