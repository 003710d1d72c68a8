import Foundation
import Runs
import TestSupport
import Testing

@Suite struct RunConfigurationTests {
  private func configuration(_ yaml: String) throws -> RunConfiguration {
    var configuration = RunConfiguration()
    try configuration.apply(yaml: yaml, from: "run.yaml")
    return configuration
  }

  @Test func aFileChangesWhatItNamesAndLeavesTheRest() throws {
    let configuration = try configuration("strength: 0.25\nencoder: resnet50\nhead: mlp:64-32\n")
    #expect(configuration.strength == 0.25)
    #expect(configuration.encoder == .resNet50)
    #expect(configuration.head == "mlp:64-32")
    #expect(configuration.batchSize == RunConfiguration().batchSize)
    #expect(try self.configuration("") == RunConfiguration())
    #expect(try self.configuration("steps:\n") == RunConfiguration())
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    var original = RunConfiguration()
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
    #expect(far?.description.contains("did you mean") == false)
  }

  @Test(arguments: [
    "strength: -1", "strength: nan", "strength: 2.5", "width: 0", "width: 1.5", "epochs: many",
    "batch_size: 1", "temperature: 0", "encoder: resnet19", "strict: perhaps", "- a\n- b",
    "width: [1, 2]", "{", "momentum: inf",
  ])
  func aValueOutOfRangeIsRefusedInOneLine(_ yaml: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration(yaml) }
    #expect(error?.description.contains("\n") == false)
  }

  @Test func whatCannotBeBuiltIsRefusedBeforeDataIsRead() {
    func refusal(_ change: (inout RunConfiguration) -> Void) -> String {
      var configuration = RunConfiguration()
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { try configuration.resolved() }
      return error?.description ?? ""
    }
    #expect(refusal { $0.head = "mlp:" }.contains("head 'mlp:' is not understood"))
    #expect(refusal { $0.policy = "simclrr" }.contains("simclr"))
    #expect(refusal { $0.dataset = .cifar10 }.contains("--data"))
    #expect(refusal { $0.device = "tpu" }.contains("unknown device"))
  }
}
