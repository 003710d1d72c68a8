import Contrastive
import Foundation
import Records
import Runs
import TestSupport
import Testing
import Training

/// Configurations as version 0.1.0 wrote them, when heads, objectives and schedules were kept as they were typed.
@Suite struct EarlierConfigurationTests {
  private func config(_ name: String) throws -> JSONValue {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixture("earlier/\(name).json")))
    return try JSONDecoder().decode(JSONValue.self, from: data)
  }

  @Test(arguments: ["plain", "spelling"])
  func aRunMadeBeforeIsTheSameRun(_ name: String) throws {
    let configuration = try RunConfiguration(path: fixture("earlier/\(name).yaml"))
    let before = try config(name)
    #expect(
      RunConfiguration.identity(of: before) == RunConfiguration.identity(of: configuration.json))
    var other = configuration
    other.seed += 1
    #expect(RunConfiguration.identity(of: before) != RunConfiguration.identity(of: other.json))
    other.seed -= 1
    other.figures = .none
    #expect(RunConfiguration.identity(of: before) == RunConfiguration.identity(of: other.json))
  }

  @Test func whatTellsRunsApartIsWrittenAsItWas() throws {
    // Members and texts go into the names of a study's runs.
    let expected: JSONValue = [
      "batch_size": 64, "device": "cpu", "epochs": 2, "head": "mlp:32-16", "head_momentum": 0.9,
      "head_warmup_epochs": 1, "head_weight_decay": 0.0001, "held_out_count": 300, "log_every": 2,
      "measure_every": 1, "precision": "bf16", "stem": "small", "strength": 0.1, "threads": 1,
      "train_count": 600, "width": 8,
    ]
    #expect(try RunConfiguration.identity(of: config("plain")) == expected)
  }

  @Test func otherSpellingsAreReadAsTheValuesTheyMean() throws {
    let configuration = try RunConfiguration(path: fixture("earlier/spelling.yaml"))
    var head = HeadArchitecture.mlp(hidden: [8], output: 4, batchNorm: true)
    head.hasBias = false
    #expect(configuration.head == head)
    #expect(configuration.objective == .vicReg(VICReg()))
    let identity = try RunConfiguration.identity(of: config("spelling"))
    #expect(identity["objective"] == "vicreg")
    #expect(identity["head"] == "mlp:8-4,bn,no-bias")
    #expect(identity["schedule"] == "unrolled:0")
  }

  @Test func whatNoSettingCanReadStaysInTheIdentity() {
    let strange: JSONValue = ["strength": 7.5, "of_tomorrow": [1, 2], "policy": ["name": "mine"]]
    #expect(RunConfiguration.identity(of: strange) == strange)
  }
}
