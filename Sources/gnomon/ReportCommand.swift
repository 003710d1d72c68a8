import ArgumentParser
import Foundation
import Reports
import RunStore

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Runs as one HTML page that works offline.")

  @Argument(help: "Run folders.") var runs: [String]
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The page (default: report.html in the run's folder).", valueName: "file"))
  var output: String?

  func run() throws {
    let folders = runs.map(RunFolder.init(path:))
    guard let path = output ?? (folders.count == 1 ? folders[0].report.path : nil) else {
      throw Failure.usage("a report of several runs needs --output FILE")
    }
    try Report(runs: folders).write(to: path)
    Terminal.note("wrote \(path)")
  }
}
