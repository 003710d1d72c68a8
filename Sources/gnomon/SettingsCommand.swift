import ArgumentParser
import Records
import Runs

struct SettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "Every setting of a run: its key, values and default.",
    discussion: """
      These are the keys of configuration files and studies; gnomon train takes each as an option, with hyphens \
      for underscores.
      """)

  @Flag(help: "Print a table in Markdown.") var markdown = false
  @Flag(help: "Print one JSON document.") var json = false

  private struct Document: Encodable {
    let schema = 1
    let settings: [Entry]
  }

  private struct Entry: Encodable {
    let key: String
    let values: String
    /// What a configuration has that sets nothing; absent for what may be left open.
    let defaultValue: JSONValue?
    let defaultText: String
    let help: String

    enum CodingKeys: String, CodingKey {
      case key, values, help
      case defaultValue = "default"
      case defaultText = "default_text"
    }

    init(_ setting: any SettingDeclaration) {
      key = setting.key
      values = setting.form.phrase
      let value = setting.json(in: RunConfiguration())
      defaultValue = value == .null ? nil : value
      defaultText = setting.defaultText
      help = setting.help
    }
  }

  func validate() throws {
    guard !(markdown && json) else { throw ValidationError("use --markdown or --json, not both") }
  }

  func run() throws {
    let entries = RunConfiguration.declarations.map(Entry.init)
    if json { return try Output.printJSON(Document(settings: entries)) }
    if markdown {
      print("| key | values | default | what it is |\n| --- | --- | --- | --- |")
      for entry in entries {
        print("| `\(entry.key)` | \(entry.values) | \(entry.defaultText) | \(entry.help) |")
      }
      return
    }
    let rows = entries.map { [$0.key, $0.defaultText, $0.help] }
    print(TextTable(rows: [["key", "default", "what it is"]] + rows, leading: 3).text)
  }
}
