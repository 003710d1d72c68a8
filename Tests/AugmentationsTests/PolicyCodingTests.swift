import Augmentations
import Foundation
import Testing

@Suite struct PolicyCodingTests {
  private func policy(_ json: String) throws -> Policy {
    try JSONDecoder().decode(Policy.self, from: Data(json.utf8))
  }

  private func message(_ json: String) -> String {
    do {
      _ = try policy(json)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func aPolicyIsReadPartByPart() throws {
    let policy = try policy(
      """
      {"name": "mine", "crop": {"area": [0.2, 1], "aspect": [0.75, 1.25]},
       "flip": {"probability": 0.5}, "rotation": {"range": [-0.3, 0.3], "probability": 0.5},
       "contrast": {"range": [0.5, 2], "logarithmic": true}, "border": "zero",
       "blur": {"range": [0.1, 2], "probability": 0.25, "minimum_side": 64}}
      """)
    #expect(policy.name == "mine")
    #expect(policy.cropArea == 0.2...1)
    #expect(policy.flipProbability == 0.5)
    #expect(policy[.rotation] == Policy.Part(-0.3...0.3, probability: 0.5))
    #expect(policy[.contrast].isLogarithmic)
    #expect(policy[.hue].range == 0...0)
    #expect(policy.border == .zero)
    #expect(policy.blurMinimumSide == 64)
  }

  @Test(arguments: PolicyPair.names)
  func whatIsWrittenIsReadBack(name: String) throws {
    for policy in [try PolicyPair.named(name).first, try PolicyPair.named(name).second] {
      let data = try JSONEncoder().encode(policy)
      #expect(try JSONDecoder().decode(Policy.self, from: data) == policy)
    }
  }

  @Test func badDescriptionsAreOneClearLine() {
    let cases = [
      (#"{"rotatoin": {"range": [0, 1]}}"#, "did you mean 'rotation'?"),
      (#"{"sharpness": {"range": [0, 1]}}"#, "unknown operation 'sharpness'"),
      (#"{"flip": {"probability": 1.5}}"#, "probability 1.5 of 'flip'"),
      (#"{"hue": {"range": [-0.1, 0.1], "probability": -1}}"#, "probability -1.0 of 'hue'"),
      (#"{"hue": {"range": [0.1, -0.1]}}"#, "two rising numbers"),
      (#"{"hue": {"range": [-2, 2]}}"#, "[-0.5, 0.5]"),
      (#"{"hue": {"range": "wide"}}"#, "two numbers"),
      (#"{"hue": {}}"#, "needs a range"),
      (#"{"hue": {"rnage": [0, 0]}}"#, "did you mean 'range'?"),
      (#"{"grey": 0.2}"#, "is not a mapping"),
      (#"{"border": "wrap"}"#, "reflect, zero, replicate"),
      (#"{"crop": {"area": [0, 1]}}"#, "range [0.0, 1.0] of 'crop: area'"),
      (#"["flip"]"#, "is not a mapping of operations"),
      (#"{"posterise": {"range": [0, 9]}}"#, "[0.0, 7.0]"),
      (#"{"flip": {}}"#, "needs a probability"),
      (#"{"blur": {"range": [0, 1], "minimum_side": -1}}"#, "not a number of pixels"),
      (#"{"blur": {"range": [0, 1], "minimum_side": 1e30}}"#, "not a number of pixels"),
      (#"{"hue": {"range": [0, 0], "logarithmic": true}}"#, "unknown key 'logarithmic'"),
    ]
    for (json, expected) in cases {
      let found = message(json)
      #expect(found.contains(expected), "\(json): \(found)")
      #expect(!found.contains("\n"))
    }
  }

  @Test func errorsAreDataForWhoeverCatchesThem() {
    let cases: [(String, PolicyError)] = [
      (#"{"sharpness": {}}"#, .unknownPart("sharpness", policy: "custom")),
      (
        #"{"flip": {"range": [0, 1]}}"#,
        .unknownKey("range", part: "flip", allowed: ["probability"])
      ),
      (#"{"noise": {}}"#, .missing(key: "range", part: "noise")),
      (#"{"noise": {"range": [0, 2]}}"#, .range(lower: 0, upper: 2, part: "noise", allowed: 0...1)),
      (
        #"{"noise": {"range": 1}}"#, .malformed(part: "noise: range", expected: .twoNumbers)
      ),
      (
        #"{"border": 1}"#,
        .malformed(part: "border", expected: .oneOf(["reflect", "zero", "replicate"]))
      ),
    ]
    for (json, expected) in cases {
      #expect(throws: expected) { try policy(json) }
    }
  }
}
