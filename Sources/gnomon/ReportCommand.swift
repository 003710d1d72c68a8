import ArgumentParser
import Foundation
import Records
import Reports
import RunStore
import Studies

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Runs, or a study, as one HTML page that works offline.",
    discussion: """
      With --figure the plot of one claim of a study is written as an image for a paper: vectors as SVG or PDF, or \
      pixels as PNG. Chromium or Chrome draws it, the one that GNOMON_BROWSER names or the first on PATH.
      """)

  @Argument(help: "Run folders, or one study's folder.") var runs: [String]
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The page (default: report.html in the folder of one run or study), or the image: .svg, .pdf or .png (default: CLAIM.svg there).",
      valueName: "file"), transform: namedPath)
  var output: String?
  @Option(help: ArgumentHelp("Write the plot of this claim of a study.", valueName: "claim"))
  var figure: String?
  @Option(
    help: ArgumentHelp(
      "The image's width on paper, in mm, cm, in or pt (default: 85mm, a column).",
      valueName: "width"))
  var width: String?

  func validate() throws {
    if let width, PaperWidth(width) == nil {
      throw ValidationError("--width is \(width): use 30mm to 600mm, as in 85mm, 17.4cm or 3.35in")
    }
    guard figure != nil else {
      if width != nil { throw ValidationError("--width goes with --figure") }
      return
    }
    if let output, ImageFormat(ofFile: output) == nil {
      throw ValidationError("--output is \(output): an image ends in .svg, .pdf or .png")
    }
  }

  func run() throws {
    if let study = runs.first(where: StudyReport.isStudy) {
      guard runs.count == 1 else {
        throw Failure.usage("\(study) is a study: a report takes one study or any number of runs")
      }
      let folder = URL(fileURLWithPath: study, isDirectory: true)
      let report = try StudyReport(
        folder: folder, catalogue: .standard, claims: Self.claims(of: study))
      if let figure { return try draw(figure, of: report, in: folder) }
      let path = output ?? folder.appendingPathComponent("report.html").path
      try report.write(to: path)
      return Terminal.note("wrote \(path)")
    }
    guard figure == nil else {
      throw Failure.usage("--figure takes a study: \(runs.joined(separator: ", ")) is none")
    }
    let folders = runs.map(RunFolder.init(path:))
    guard let path = output ?? (folders.count == 1 ? folders[0].report.path : nil) else {
      throw Failure.usage("a report of several runs needs --output FILE")
    }
    try Report(runs: folders, catalogue: .standard).write(to: path)
    Terminal.note("wrote \(path)")
  }

  /// A study's claims, judged by what its runs say now: they may have been measured since the study was written. nil where they cannot be.
  private static func claims(of study: String) -> [ClaimRecord]? {
    guard FileManager.default.fileExists(atPath: StudyFolder(path: study).file.path) else {
      return nil
    }
    do {
      let place = try StudyPlace(study, output: nil, isQuick: false, threads: 1)
      return try StudyResults(place.study, in: place.folder).claims
    } catch {
      Terminal.warning(
        "claims are shown as they were last judged: \(ErrorWording.line(for: error))")
      return nil
    }
  }

  private func draw(_ claim: String, of report: StudyReport, in folder: URL) throws {
    let image = try report.image(ofClaim: claim)
    let path = output ?? folder.appendingPathComponent(Self.fileName(of: claim)).path
    let browser = try HeadlessBrowser.find()
    try image.write(
      to: path, as: ImageFormat(ofFile: path) ?? .svg,
      width: width.flatMap(PaperWidth.init) ?? .column, by: browser)
    Terminal.note("wrote \(path)")
  }

  /// A claim's name may have characters that no file's should.
  private static func fileName(of claim: String) -> String {
    let plain = claim.map { character in
      character.isASCII && (character.isLetter || character.isNumber) || "-_".contains(character)
        ? character : "_"
    }
    return String(plain.prefix(100)) + ".svg"
  }
}
