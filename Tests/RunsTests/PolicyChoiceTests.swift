import Augmentations
import Foundation
import Runs
import Testing

/// A policy that a configuration file describes.
@Suite struct PolicyChoiceTests {
  private static let described = """
    strength: 0.5
    policy:
      name: it's mine
      crop: {area: [0.2, 1], aspect: [0.75, 1.3333334]}
      flip: {probability: 0.5}
      rotation: {range: [-0.3, 0.3], probability: 0.7}
      contrast: {range: [0.5, 2], logarithmic: true}
      blur:
        range: [1.0e-5, 2]
        probability: 0.25
        minimum_side: 64
      border: zero
    """

  private func configuration(_ yaml: String) throws -> RunConfiguration {
    var configuration = RunConfiguration()
    try configuration.apply(yaml: yaml, from: "run.yaml")
    return configuration
  }

  private struct HasOnlyAName: Error {}

  private func policy(of configuration: RunConfiguration) throws -> Policy {
    guard case .described(let policy) = configuration.policy else { throw HasOnlyAName() }
    return policy
  }

  @Test func aPolicyIsReadPartByPart() throws {
    let policy = try policy(of: configuration(Self.described))
    #expect(policy.name == "it's mine")
    #expect(policy.cropArea == 0.2...1)
    #expect(policy[.rotation] == Policy.Part(-0.3...0.3, probability: 0.7))
    #expect(policy[.contrast] == Policy.Part(0.5...2, isLogarithmic: true))
    #expect(policy.blurMinimumSide == 64)
    #expect(policy.border == .zero)
    #expect(try configuration("policy: byol\n").policy == .named("byol"))
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    let original = try configuration(Self.described).resolved()
    #expect(try configuration(original.yaml) == original)
    let json = try JSONEncoder().encode(original.json)
    #expect(try configuration(String(decoding: json, as: UTF8.self)) == original)
  }

  @Test(arguments: PolicyPair.names)
  func everyPublishedPolicyCanBeDescribed(name: String) throws {
    var original = RunConfiguration()
    original.policy = .described(try PolicyPair.named(name).second)
    #expect(try configuration(original.yaml) == original)
  }

  @Test func strengthScalesADescribedPolicy() throws {
    let choice = try configuration(Self.described).policy
    let scaled = try choice.policies(strength: 0.5)
    #expect(scaled.first == scaled.second)
    #expect(scaled.first[.rotation].range == -0.15...0.15)
    #expect(try choice.policies(strength: 1).first == policy(of: configuration(Self.described)))
    #expect(throws: PolicyError.strength(3)) { try choice.policies(strength: 3) }
  }

  @Test(arguments: [
    ("{rotatoin: {range: [0, 1]}}", "did you mean 'rotation'?"),
    ("{flip: {probability: 1.5}}", "probability 1.5 of 'flip'"),
    ("{flip: {probability: .nan}}", "'flip'"),
    ("{hue: {range: [0.1, -0.1]}}", "two rising numbers"),
    ("{hue: {range: [[0], [1]]}}", "two numbers"),
    ("{grey: 0.2}", "is not a mapping"),
    ("{flip: {probability: 88888888888880:4:4:0:4}}", "a number in it is written with colons"),
    ("[simclr]", "policy should have one value"), ("simclrr", "did you mean 'simclr'?"),
  ])
  func aBadDescriptionIsOneClearLine(yaml: String, expected: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration("policy: \(yaml)\n") }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("run.yaml: policy"), "\(message)")
    #expect(message.contains(expected) && !message.contains("\n"), "\(message)")
  }
}
