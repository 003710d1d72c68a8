import Augmentations
import Contrastive
import Foundation
import Runs
import TestSupport
import Testing
import Torch

@Suite struct RunConfigurationTests {
  private func configuration(_ yaml: String) throws -> RunConfiguration {
    var configuration = RunConfiguration()
    try configuration.apply(yaml: yaml, from: "run.yaml")
    return configuration
  }

  @Test(arguments: [
    "a\n\n b\n", "tab\there", "it's", #"quote " and \ back"#, "\u{7F}\u{85}\u{2028}", "x\u{FEFF}",
    "é 🎈", " x ", "\u{1}", "a'\u{6D7}b", "'\u{301}'\u{301}",
  ])
  func aPathOfAnyCharactersIsReadBackAsItWas(_ path: String) throws {
    var configuration = RunConfiguration()
    configuration.data = path
    let again = try self.configuration(configuration.yaml)
    #expect(again.data == path)
  }

  @Test func aFileChangesWhatItNamesAndLeavesTheRest() throws {
    let configuration = try configuration("strength: 0.25\nencoder: resnet50\nhead: mlp:64-32\n")
    #expect(configuration.strength == 0.25)
    #expect(configuration.encoder == .resNet50)
    #expect(configuration.head == .mlp(hidden: [64], output: 32))
    #expect(configuration.batchSize == RunConfiguration().batchSize)
    #expect(try self.configuration("") == RunConfiguration())
    #expect(try self.configuration("steps:\n") == RunConfiguration())
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    var original = RunConfiguration()
    original.dataset = .folder
    original.data = "it's: a \"folder\" # with\ttrouble"
    original.steps = 12
    original.learningRate = 0.1 + 0.2
    original.strict = true
    #expect(try configuration(original.yaml) == original)
    let resolved = try original.resolved()
    #expect(try configuration(resolved.yaml).resolved() == resolved)
  }

  @Test func anUnknownKeyIsRefusedWithTheNearestKnownOne() {
    let error = #expect(throws: ConfigurationError.self) { try configuration("strenght: 1\n") }
    #expect(error?.description == "run.yaml: unknown key 'strenght'; did you mean 'strength'?")
    let far = #expect(throws: ConfigurationError.self) { try configuration("colour: 1\n") }
    #expect(far == .inFile(source: "run.yaml", .unknownKey("colour", nearest: nil)))
    #expect(far?.description == "run.yaml: unknown key 'colour'")
  }

  @Test(arguments: [
    ("strength: -1", "strength is '-1': use a number from 0 to 2"),
    ("strength: nan", "strength is 'nan': use a number from 0 to 2"),
    ("strength: 2.5", "strength is '2.5': use a number from 0 to 2"),
    ("learning_rate: inf", "learning_rate is 'inf': use a number from 0 up"),
    ("width: 0", "width is '0': use a whole number from 1 to 4096"),
    ("width: 1.5", "width is '1.5': use a whole number from 1 to 4096"),
    ("epochs: many", "epochs is 'many': use a whole number from 1 to 1000000"),
    (
      "encoder: resnet19",
      "encoder is 'resnet19': did you mean 'resnet18'? use one of resnet18, resnet34, resnet50, vit_mini_patch4, "
        + "vit_tiny_patch16, vit_small_patch16, vit_small_patch8, vit_base_patch16, vit_base_patch8"
    ),
    ("strict: perhaps", "strict is 'perhaps': use true or false"),
    ("head: 'mlp:'", "head 'mlp:' is not understood: a width is '', not a whole number from 1 up"),
    ("device: tpu", "device is 'tpu': use cpu, cuda, cuda:INDEX or auto"),
    ("width: [1, 2]", "width should have one value"),
    ("width: {a: 1}", "width should have one value"),
  ])
  func aValueThatASettingDoesNotTakeIsRefusedInOneLine(_ yaml: String, _ message: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration(yaml) }
    #expect(error?.description == "run.yaml: \(message)")
  }

  @Test func whatIsNoMappingOrNoYAMLIsRefused() {
    #expect(throws: ConfigurationError.notAMapping(source: "run.yaml")) {
      try configuration("- a\n- b")
    }
    let error = #expect(throws: ConfigurationError.self) { try configuration("{") }
    guard case .notYAML(source: "run.yaml", let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!reason.isEmpty && !reason.contains("\n"))
    var bomb = "a: &a [x, x]\n"
    for (next, last) in zip("bcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxy") {
      bomb += "\(next): &\(next) [*\(last), *\(last)]\n"
    }
    let expanded = #expect(throws: ConfigurationError.self) {
      try configuration(bomb + "? *z\n: 1")
    }
    #expect(expanded?.description == "run.yaml is not YAML: it has more than 16 aliases (*name)")
    #expect(throws: ConfigurationError.unreadable(path: "/none.yaml")) {
      try RunConfiguration(path: "/none.yaml")
    }
  }

  @Test func filesForADataSetThatIsMadeAreRefused() {
    var configuration = RunConfiguration()
    configuration.data = "photos"
    #expect(throws: ConfigurationError.dataUnused(.sprites)) { try configuration.resolved() }
  }

  @Test func aRefusalIsData() {
    var configuration = RunConfiguration()
    #expect(
      throws: ConfigurationError.value(
        key: "strength", text: "3", .real(0...2), .notOfForm)
    ) { try configuration.set("strength", to: "3") }
    #expect(throws: ConfigurationError.unknownKey("strenght", nearest: "strength")) {
      try configuration.set("strenght", to: "3")
    }
    #expect(configuration == RunConfiguration())
  }

  @Test func whatCannotBeBuiltIsRefusedBeforeDataIsRead() throws {
    func refusal(_ change: (inout RunConfiguration) -> Void) -> ConfigurationError? {
      var configuration = RunConfiguration()
      change(&configuration)
      return #expect(throws: ConfigurationError.self) { try configuration.resolved() }
    }
    #expect(
      refusal { $0.policy = "simclrr" }
        == .value(key: "policy", text: "simclrr", .choice(PolicyPair.names), .notOfForm))
    #expect(refusal { $0.dataset = .cifar10 } == .dataNeeded(.cifar10))
    #expect(
      refusal { $0.device = .cuda(1_000) }
        == .device(
          .notAvailable(.cuda(1_000), cudaCount: Device.cudaCount, libtorch: Runtime.version)))
    let head = HeadArchitecture(.layers([1_000_000_000, 64]))
    guard case .modelTooLarge(let weights, _) = refusal({ $0.head = head }) else {
      Issue.record("a head of \(head) fits")
      return
    }
    // 128 × 10⁹ and 10⁹ × 64 weights of four bytes, and an encoder.
    #expect(abs(weights / (4 * 192e9) - 1) < 1e-3)
  }
}
