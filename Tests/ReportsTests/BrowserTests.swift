import Foundation
import Reports
import RunStore
import TestSupport
import Testing

@Suite("A report in a browser")
struct BrowserTests {
  private static let browser: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome"]
    return names.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What the browser makes of the page, and what it complains of.
  private func render(
    _ page: URL, dark: Bool, in folder: URL
  ) throws -> (document: String, log: String) {
    let output = folder.appendingPathComponent("document.html")
    let log = folder.appendingPathComponent("log.txt")
    for file in [output, log] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.browser))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
      "--user-data-dir=\(folder.appendingPathComponent("profile").path)",
      "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)",
      "--virtual-time-budget=8000", "--dump-dom", page.absoluteString,
    ]
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    process.waitUntilExit()
    return (
      // The scripts name what the document must not hold.
      Page.emptied(of: "script", try String(contentsOf: output, encoding: .utf8)),
      String(decoding: try Data(contentsOf: log), as: UTF8.self)
    )
  }

  @Test(
    "draws every chart in the colours of the theme, without an error",
    .enabled(if: browser != nil, "no chromium on PATH"),
    .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"),
    .timeLimit(.minutes(3)), arguments: [false, true])
  func drawing(dark: Bool) throws {
    try withTemporaryFolder { folder in
      let hostile = "</script><b>%{y}</b> $x$"
      var runs = try SampleRuns.writeThree(to: folder)
      runs.append(
        try SampleRuns.write(
          name: hostile, strength: 2, seed: 3, to: folder.appendingPathComponent("hostile")))
      let file = folder.appendingPathComponent("report.html")
      let report = try Report(runs: runs)
      try report.write(to: file.path)
      let charts = try Page(report.html()).charts
      let (document, log) = try render(file, dark: dark, in: folder)

      #expect(!log.contains("CONSOLE"), "\(log.suffix(2000))")
      let failed = document.contains("chart-error\"")
      #expect(!failed)
      // Each chart draws its lines into one group of traces.
      for (id, chart) in charts {
        let start = try #require(document.firstRange(of: "id=\"\(id)\""), "\(id)")
        let rest = document[start.upperBound...]
        let end = rest.firstRange(of: "class=\"panel\"")?.lowerBound ?? rest.endIndex
        let drawn = rest[..<end]
        let traces = drawn.components(separatedBy: "trace scatter").count - 1
        #expect(traces == chart.traces.filter { !$0.x.isEmpty }.count, "\(id)")
        let maps = drawn.components(separatedBy: "class=\"hm\"").count - 1
        #expect(maps == (chart.heat == nil ? 0 : 1), "\(id)")
      }
      let strongest = Paint.sequence(3, of: 4)
      let hasOwnColour = document.contains(
        "stroke: \(rgb(dark ? strongest.dark : strongest.light))")
      let hasOther = document.contains("stroke: \(rgb(dark ? strongest.light : strongest.dark))")
      #expect(hasOwnColour && !hasOther)
    }
  }

  private func rgb(_ colour: String) -> String {
    let value = Int(colour.dropFirst(), radix: 16) ?? 0
    return "rgb(\(value >> 16), \(value >> 8 & 255), \(value & 255))"
  }
}
