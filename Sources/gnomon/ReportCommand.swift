import ArgumentParser
import Foundation
import Reports
import RunStore

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Runs, or a study, as one HTML page that works offline.")

  @Argument(help: "Run folders, or one study's folder.") var runs: [String]
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The page (default: report.html in the folder).", valueName: "file"))
  var output: String?

  func run() throws {
    if let study = runs.first(where: StudyReport.isStudy) {
      guard runs.count == 1 else {
        throw Failure.usage("\(study) is a study: a report takes one study or any number of runs")
      }
      let folder = URL(fileURLWithPath: study, isDirectory: true)
      let path = output ?? folder.appendingPathComponent("report.html").path
      try StudyReport(folder: folder, catalogue: .standard).write(to: path)
      return Terminal.note("wrote \(path)")
    }
    let folders = runs.map(RunFolder.init(path:))
    guard let path = output ?? (folders.count == 1 ? folders[0].report.path : nil) else {
      throw Failure.usage("a report of several runs needs --output FILE")
    }
    try Report(runs: folders, catalogue: .standard).write(to: path)
    Terminal.note("wrote \(path)")
  }
}
