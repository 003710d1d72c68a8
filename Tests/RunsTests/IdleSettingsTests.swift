import Testing

@testable import Runs

@Suite struct IdleSettingsTests {
  @Test(
    arguments: [
      (["momentum": "0.5", "head_momentum": "0.8"], ["momentum", "head_momentum"]),
      (["momentum": "0.5", "optimizer": "sgd"], []),
      (["temperature": "0.1", "objective": "vicreg"], ["temperature"]),
      (["temperature": "0.1", "objective": "moco:512"], []),
      (["temperature": "0.1", "objective": "nt-xent@both"], []),
      (["strength": "1.0", "policy": "identity"], ["strength"]),
      (["head": "linear:8", "schedule": "none"], ["head"]),
      (
        [
          "head_learning_rate_factor": "4", "head_momentum": "0.5", "schedule": "frozen",
          "optimizer": "lars",
        ],
        ["head_learning_rate_factor", "head_momentum"]
      ),
      (["head_learning_rate_factor": "4", "schedule": "two-timescale"], []),
      (["epochs": "3", "steps": "8"], ["epochs"]),
      (["measure_budget": "0.5"], ["measure_budget"]),
      (["measure_budget": "0.5", "measure_every": "2"], []),
      (
        ["strict": "true", "loading": "stream", "read_ahead": "8"],
        ["loading", "read_ahead", "strict"]
      ),
      (["strict": "true", "dataset": "folder", "data": "photographs"], []),
    ] as [([String: String], [String])])
  func whatDecidesNothingIsNamed(_ given: [String: String], _ idle: [String]) throws {
    let configuration = try configured(given)
    #expect(configuration.idleSettings.map { $0.split(separator: " ")[0] } == idle.map { $0[...] })
  }

  /// Its file spells every setting, those too that follow from others.
  @Test(arguments: ["joint", "none", "frozen", "two-timescale"], ["adamw", "lars"])
  func aRunsOwnFileSetsNothingIdle(_ schedule: String, _ optimizer: String) throws {
    let resolved = try configured(["schedule": schedule, "optimizer": optimizer]).resolved(on: .cpu)
    var written = RunConfiguration()
    for key in RunConfiguration.keys {
      if let text = resolved.value(of: key)?.settingText { try written.set(key, to: text) }
    }
    #expect(written.idleSettings == [])
  }

  @Test func theReasonIsSaid() throws {
    #expect(
      try configured(["momentum": "0.5"]).idleSettings == [
        "momentum has no effect: optimizer adamw has none"
      ])
    #expect(
      try configured(["temperature": "3", "objective": "simsiam"]).idleSettings
        == ["temperature has no effect: objective simsiam has none"])
  }

  private func configured(_ given: [String: String]) throws -> RunConfiguration {
    var configuration = RunConfiguration()
    for (key, text) in given { try configuration.set(key, to: text) }
    return configuration
  }
}
