import Records
import Runs
import Testing
import Yams

/// What CONTRIBUTING.md's recipe for a setting gives: one member beside those of `RunSettings`.
private struct ToySettings: Sendable {
  let patience = Setting(
    "patience", 3, .whole(1...100), "Measurements without a better figure before a run stops")
}

@Suite struct ToySettingTests {
  private func patience() throws -> any SettingDeclaration {
    try #require(RunConfiguration.declarations(of: ToySettings()).first)
  }

  @Test func aSettingOfOnesOwnIsFoundByItsDeclarationAlone() throws {
    #expect(RunConfiguration.declarations(of: ToySettings()).map(\.key) == ["patience"])
    // As all of `RunSettings` are.
    #expect(
      RunConfiguration.declarations(of: RunConfiguration.settings).map(\.key)
        == RunConfiguration.keys)
  }

  @Test func itSaysWhatHelpAndTheDocumentsPrint() throws {
    let setting = try patience()
    #expect(setting.form.phrase == "from 1 to 100" && setting.defaultText == "3")
    #expect(setting.help == "Measurements without a better figure before a run stops")
  }

  @Test func itIsReadFromATextAndFromAFileAndWrittenBack() throws {
    let setting = try patience()
    var configuration = RunConfiguration()
    #expect(setting.json(in: configuration) == .integer(3))
    try setting.set(&configuration, to: "7")
    #expect(setting.json(in: configuration) == .integer(7))
    #expect(!setting.agrees(configuration, RunConfiguration()))

    var fromFile = RunConfiguration()
    let node = try #require(try compose(yaml: "patience: 7"))
    try setting.set(&fromFile, to: try #require(node["patience"]))
    #expect(setting.agrees(configuration, fromFile))
    #expect(setting.canonical(.string("7")) == .integer(7))
  }

  @Test func itRefusesWhatItDoesNotTakeByItsName() throws {
    let setting = try patience()
    var configuration = RunConfiguration()
    let error = #expect(throws: ConfigurationError.self) {
      try setting.set(&configuration, to: "0")
    }
    #expect(error == .value(key: "patience", text: "0", .whole(1...100), .notOfForm))
    #expect(setting.agrees(configuration, RunConfiguration()))
  }
}
