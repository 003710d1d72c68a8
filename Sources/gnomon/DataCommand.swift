import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Data sets themselves: look into one, pack one, make one.",
    subcommands: [DataInspectCommand.self, DataConvertCommand.self, DataMakeCommand.self])
}
