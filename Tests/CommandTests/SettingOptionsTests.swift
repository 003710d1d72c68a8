import Foundation
import Runs
import TestSupport
import Testing

/// The settings as options, in help, in files, and in the documents.
@Suite struct SettingOptionsTests {
  /// Help without its line breaks, which fall where the line is full.
  private func help(_ command: String) throws -> String {
    try Program.run([command, "--help"]).output.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  private func option(_ setting: any SettingDeclaration) -> String {
    "--" + setting.key.replacing("_", with: "-")
  }

  private func expectedHelp(_ setting: any SettingDeclaration) -> String {
    let name = option(setting)
    return switch setting.form {
    case .flag:
      "\(name)/--no-\(name.dropFirst(2)) \(setting.help) (default: \(setting.defaultText))."
    case .folder, .file:
      "\(name) <\(name.dropFirst(2))> \(setting.help) (default: \(setting.defaultText))."
    case .notation(let forms):
      "\(name) <\(name.dropFirst(2))> \(setting.help) (default: \(setting.defaultText)). \(forms)."
    case .whole, .real, .choice:
      "\(name) <\(name.dropFirst(2))> \(setting.help) (\(setting.form.phrase); default: "
        + "\(setting.defaultText))."
    }
  }

  @Test func everySettingIsInTheHelpWithItsValuesAndDefault() throws {
    let help = try help("train")
    for setting in RunConfiguration.declarations {
      #expect(help.contains(expectedHelp(setting)), "\(setting.key)")
    }
    for option in ["--config", "--set", "--output", "--resume", "--json", "--quiet"] {
      #expect(help.contains(" \(option) "), "\(option)")
    }
  }

  @Test func aPreviewTakesTheSettingsOfImagesAndViews() throws {
    let help = try help("preview")
    let taken = ["dataset", "data", "image_size", "train_count", "strict", "policy", "seed"]
    for setting in RunConfiguration.declarations {
      #expect(help.contains(expectedHelp(setting)) == taken.contains(setting.key), "\(setting.key)")
    }
  }

  @Test func everySettingIsCompletedWithItsChoices() throws {
    let script = try Program.run(["--generate-completion-script", "bash"]).output
    let offered = Set(script.split { $0.isWhitespace || "()'|".contains($0) }.map(String.init))
    for setting in RunConfiguration.declarations {
      #expect(offered.contains(option(setting)), "\(setting.key)")
      guard case .choice(let names) = setting.form else { continue }
      let words = names.map { "'\($0)'" }.joined(separator: "$'\\n'")
      #expect(script.contains("-W \(words)"), "\(setting.key)")
    }
  }

  @Test(arguments: [
    (["--strength", "-1"], "--strength is '-1': use a number from 0 to 2"),
    (["--seed", "-1"], "--seed is '-1': use a whole number from 0 to 9007199254740991"),
    (
      ["--seed", "9007199254740992"],
      "--seed is '9007199254740992': use a whole number from 0 to 9007199254740991"
    ),
    (
      ["--steps", "9223372036854775807"],
      "--steps is '9223372036854775807': use a whole number from 1 to 1000000000"
    ),
    (
      ["--keep-every", "9223372036854775808"],
      "--keep-every is '9223372036854775808': use a whole number from 0 to 1000000"
    ),
    (["--set", "width=0"], "--width is '0': use a whole number from 1 to 4096"),
    (["--set", "width"], "--set is 'width': use a key and its value, as in strength=0.5"),
    (["--width", "4", "--set", "width=5"], "--set width=5: width is given twice"),
    (["--set", "colour=1"], "unknown key 'colour'; gnomon settings lists all of them"),
    (["--dataset", "idx"], "dataset idx needs the folder of its files: --data FOLDER"),
    (
      ["--head-momentum", "0.5"],
      "head_momentum differs from the encoder's, but schedule joint moves both alike: use "
        + "--schedule two-timescale"
    ),
    (
      ["--head", "none", "--schedule", "alternating:1"],
      "schedule alternating:1 moves the head, but head none has nothing to train: use another "
        + "--head, or --schedule joint"
    ),
    (
      ["--batch-size", "9000"],
      "batch_size is 9000, but there are only 8000 training images: use a smaller --batch-size"
    ),
  ])
  func aRefusalNamesTheOptionAndWhatHelps(_ arguments: [String], _ message: String) throws {
    let result = try Program.run(["train"] + arguments)
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(result.error == "gnomon: error: \(message)\n")
  }

  @Test func optionsOverrideAFileAndAFlagCanBeTurnedOff() throws {
    try withTemporaryFolder { folder in
      let config = folder.appendingPathComponent("given.yaml")
      try Data("strict: true\nhead_batch_norm: true\nsteps: 3\nseed: 4\n".utf8).write(to: config)
      let run = folder.appendingPathComponent("run").path
      let result = try Program.run([
        "train", "--config", config.path, "--no-strict", "--steps", "1", "--set", "seed=5",
        "--set", "head=mlp:8-4,no-bias,bn", "--train-count", "16", "--held-out-count", "40",
        "--batch-size", "8", "--image-size", "8", "--width", "2", "--threads", "1", "--quiet",
        "--output", run,
      ])
      #expect(result.code == 0, "\(result.error)")
      let written = try RunConfiguration(path: "\(run)/config.yaml")
      #expect(!written.strict && written.headBatchNorm && written.steps == 1 && written.seed == 5)
      #expect(written.head.description == "mlp:8-4,bn,no-bias")
    }
  }

  @Test func theDocumentsTableIsWhatTheProgramPrints() throws {
    let table = try Program.run(["settings", "--markdown"]).output
    #expect(table.split(separator: "\n").count == RunConfiguration.declarations.count + 2)
    let document = try String(contentsOfFile: fixture("../../Docs/Settings.md"), encoding: .utf8)
    #expect(document.contains("\n\n\(table)"))
  }

  @Test func settingsAreListedAsTextAndAsJSON() throws {
    let text = try Program.run(["settings"]).output.split(separator: "\n")
    let settings = try Program.run(["settings", "--json"]).json()["settings"] as? [[String: Any]]
    #expect(settings?.compactMap { $0["key"] as? String } == RunConfiguration.keys)
    #expect(text.dropFirst().map { $0.prefix { $0 != " " }.description } == RunConfiguration.keys)
    let strength = try #require(settings?.first { $0["key"] as? String == "strength" })
    #expect(strength["default"] as? Double == 0.5 && strength["values"] as? String == "from 0 to 2")
  }
}
