import ArgumentParser
import Foundation
import Records

/// The program: parses, wires and prints. What it does is in the libraries below.
@main
struct Gnomon: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gnomon",
    abstract:
      "Train contrastive models and see what the projection head does to the representation.",
    version: PackageVersion.current,
    subcommands: [
      TrainCommand.self, PreviewCommand.self, GeometryCommand.self, ProbeCommand.self,
      FiguresCommand.self, SettingsCommand.self, DatasetsCommand.self, DataCommand.self,
      ReportCommand.self, ExportCommand.self, EmbedCommand.self, MetricsCommand.self,
      StudyCommand.self, StoreCommand.self, ServeCommand.self,
    ])

  static func main() {
    // A closed pipe or a full quota is an error that a write returns, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // A file that gets the number of a stream that is closed would get what is printed.
    for number in 0...2 where fcntl(Int32(number), F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
    do {
      var command = try parseAsRoot()
      try command.run()
      try Output.finish()
    } catch let failure as Failure {
      Terminal.error(failure.message)
      Foundation.exit(failure.code)
    } catch {
      let code = exitCode(for: error)
      if code.isSuccess { exit(withError: error) }
      guard code == .validationFailure else {
        let failure = Failure(error)
        Terminal.error(failure.message)
        Foundation.exit(failure.code)
      }
      Terminal.error("\(message(for: error)) (see gnomon --help)")
      Foundation.exit(Failure.usage)
    }
  }
}
