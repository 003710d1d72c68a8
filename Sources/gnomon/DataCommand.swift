import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Data sets themselves: pack one into a file.",
    subcommands: [DataConvertCommand.self])
}
