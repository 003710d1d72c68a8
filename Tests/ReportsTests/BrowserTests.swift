import Measures
import Foundation
import Records
import Reports
import TestSupport
import Testing

/// Pages as a browser has them: a start of Chromium takes seconds, so one renders both widths.
@Suite(
  "A page in a browser",
  .enabled(if: Browser.path != nil, "no chromium on PATH"),
  .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"),
  .serialized, .timeLimit(.minutes(3)))
struct BrowserTests {
  private static let widths = [1280, 400]

  private func expectWhole(_ findings: Browser.Findings, _ page: Page) {
    #expect(findings.scrollWidth <= findings.width)
    #expect(findings.failed == 0)
    #expect(Set(findings.charts.keys) == Set(page.charts.map(\.id)))
    // Each chart draws its lines into one group of traces.
    for (id, chart) in page.charts {
      let drawn = findings.charts[id]
      #expect(drawn?.traces == chart.traces.filter { !$0.x.isEmpty }.count, "\(id)")
      #expect(drawn?.maps == (chart.heat == nil ? 0 : 1), "\(id)")
      #expect(drawn?.clipped == [], "\(id) at \(findings.width)")
      let ticks = (chart.x.ticks ?? []) + (chart.y.ticks ?? [])
      let names = ticks.map(\.label) + (chart.heat.map { $0.rows + $0.columns } ?? [])
      let missing = Set(names.filter { $0.count <= 22 }).subtracting(drawn?.labels ?? [])
      #expect(missing.isEmpty, "\(id) at \(findings.width)")
    }
  }

  @Test(
    "of runs draws every chart in the colours of the theme, without an error or overflow",
    arguments: [false, true])
  func runs(dark: Bool) throws {
    try withTemporaryFolder { folder in
      let hostile = "</script><b>%{y}</b> $x$"
      var runs = try SampleRuns.writeThree(to: folder)
      runs.append(
        try SampleRuns.write(
          name: hostile, strength: 2, seed: 3, to: folder.appendingPathComponent("hostile")))
      let file = folder.appendingPathComponent("report.html")
      let report = try Report(runs: runs, catalogue: .standard)
      try report.write(to: file.path)
      let page = try Page(report.html())
      let (findings, log) = try Browser.render(file, widths: Self.widths, dark: dark, in: folder)

      #expect(!log.contains("CONSOLE"), "\(log.suffix(2000))")
      #expect(findings.map(\.width) == Self.widths)
      let strongest = Paint.sequence(3, of: 4)
      for found in findings {
        expectWhole(found, page)
        #expect(found.strokes.contains(rgb(dark ? strongest.dark : strongest.light)))
        #expect(!found.strokes.contains(rgb(dark ? strongest.light : strongest.dark)))
      }
    }
  }

  @Test(
    "of a study draws every claim, sorts its runs and has no error or overflow",
    arguments: [false, true])
  func study(dark: Bool) throws {
    try withTemporaryFolder { folder in
      let record = try SampleStudy.write(to: folder)
      let file = folder.appendingPathComponent("report.html")
      let report = try StudyReport(folder: folder, catalogue: .standard)
      try report.write(to: file.path)
      let page = try Page(report.html())
      let (findings, log) = try Browser.render(file, widths: Self.widths, dark: dark, in: folder)

      #expect(!log.contains("CONSOLE"), "\(log.suffix(2000))")
      #expect(findings.map(\.width) == Self.widths)
      let keys = record.runs.map(\.key)
      for found in findings {
        expectWhole(found, page)
        #expect(found.orders[0] == keys)
        // Two clicks on each head, the names' first; the keys sort as they stand.
        #expect(found.orders[1] == keys)
        #expect(found.orders[2] == keys.reversed())
        // By strength the ties keep their order, of which the last was by falling name.
        #expect(found.orders[3].prefix(2) == ["strength-0.1-seed-5", "strength-0.1-seed-4"])
        #expect(found.orders[4].first == "strength-1.0-seed-5")
        // Runs without a figure stand last, whichever way the others go.
        let column = try #require(
          page.all("th", ["scope": "col"]).map(\.text).filter { !Self.ledger.contains($0) }
            .firstIndex(of: "Effective rank, z"))
        let (rising, falling) = (found.orders[2 * column + 1], found.orders[2 * column + 2])
        for order in [rising, falling] {
          #expect(Set(order.suffix(2)) == ["strength-1.0-seed-4", "strength-1.0-seed-5"])
        }
        #expect(rising.first?.hasPrefix("strength-1.0") == true)
        #expect(falling.first?.hasPrefix("strength-0.1") == true)
      }
    }
  }

  @Test(
    "of four data sets and of controls draws every panel without overflow",
    arguments: [false, true])
  func dataSets(dark: Bool) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("report.html")
      try SampleDataSets.write(to: folder)
      let report = try StudyReport(folder: folder, catalogue: .standard)
      try report.write(to: file.path)
      let page = try Page(report.html())
      let (findings, log) = try Browser.render(
        file, widths: [1920, 1280, 360], dark: dark, in: folder)
      #expect(!log.contains("CONSOLE"), "\(log.suffix(2000))")
      for found in findings {
        expectWhole(found, page)
        let layers = [Paint.layer("h"), Paint.layer("z")].map { dark ? $0.dark : $0.light }
        #expect(found.strokes.isSuperset(of: layers.map(rgb)))
      }
    }
  }

  private static let ledger = [
    "Claim", "Effect", "95 % interval", "p", "Holm p", "Seeds", "Verdict",
  ]

  @Test("without charts still sorts its table and has no error")
  func empty() throws {
    try withTemporaryFolder { folder in
      let record = StudyRecord(
        name: "waiting", axes: [.init(key: "seed", values: [1, 2])],
        runs: [1, 2].map {
          .init(key: "run \($0)", settings: ["seed": .integer($0)], status: .pending)
        })
      let file = folder.appendingPathComponent("report.html")
      try StudyReport(record: record, folder: folder, catalogue: .standard).write(to: file.path)
      let (findings, log) = try Browser.render(file, widths: [400], dark: false, in: folder)
      #expect(!log.contains("CONSOLE"), "\(log.suffix(2000))")
      #expect(findings[0].scrollWidth <= 400 && findings[0].charts.isEmpty)
      #expect(findings[0].orders[2] == ["run 2", "run 1"])
    }
  }

  private func rgb(_ colour: String) -> String {
    let value = Int(colour.dropFirst(), radix: 16) ?? 0
    return "rgb(\(value >> 16), \(value >> 8 & 255), \(value & 255))"
  }
}
