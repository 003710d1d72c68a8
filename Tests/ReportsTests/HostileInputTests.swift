import Measures
import Foundation
import Records
import Reports
import RunStore
import TestSupport
import Testing

@Suite("A report of hostile data")
struct HostileInputTests {
  static let names = [
    "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "'><b onclick='alert(1)'>&amp;&lt;", "<!--", "]]>", "{{style}} {{{plotly}}}",
    // A combining accent makes the quote part of another character to Swift, not to a browser.
    "\"\u{301} onmouseover=alert(1) x=\"", "<\u{338}script>",
    // A prepended mark makes the bracket part of its character.
    "\u{600}</script><script>alert(1)</script>", "a\u{2028}b", "=1+1,\"x\"\n",
  ]

  @Test(
    "shows names and settings as they are and runs none of them",
    .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"), arguments: names)
  func escaping(name: String) throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("run").path)
      try run.create()
      try AtomicFile.write(Data("name: \(name)".utf8), to: run.config)
      let figures = LayerFigures(
        layer: name, n: 4, dimension: 2,
        values: ["effective_rank": 1, name: 2, "other.\(name)": 3],
        invarianceAt: [name: 1])
      try run.write(
        RunSummary(
          name: name, config: ["key": .string(name), "strength": .string(name)], epochs: 1,
          steps: 1,
          finalLoss: 1, layers: [figures]))
      try JSONLinesFile(appendingTo: run.geometry)
        .append(GeometryRecord(step: 1, epoch: 1, figures: figures))
      let other = RunFolder(path: folder.appendingPathComponent("other").path)
      try other.create()
      try other.write(RunSummary(name: "other", config: [:], epochs: 1, steps: 1))

      // The page parses as strictly as XML, so nothing of the name became markup …
      let html = try Report(runs: [run, other], catalogue: .standard).html()
      let page = try Page(html)
      #expect(page.all("img").isEmpty && page.all("b", ["onclick": "alert(1)"]).isEmpty)
      #expect(page.all("script").count == 3)
      for element in page.elements {
        #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
      }
      // … and all of it is there.
      #expect(page.all("th", ["scope": "row"]).contains { $0.text == name })
      #expect(page.texts("pre") == ["name: \(name)"])
      #expect(page.texts("code").contains("key"))
      #expect(page.all("td").contains { $0.text == name })
      let chart = try #require(page.chart("Effective rank"))
      #expect(chart.traces.map(\.name) == [name])
      #expect(chart.x.ticks?.first?.label == name)
      let ends = html.components(separatedBy: "</script").count - 1
      #expect(ends == 3)
    }
  }

  @Test(
    "never offers a spreadsheet a formula",
    .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
  func formulas() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      let figures = LayerFigures(
        layer: "@h\u{600}\",\"\u{301}", n: 4, dimension: 2, values: ["rankme": -1.5])
      try run.write(
        RunSummary(
          name: "=cmd|' /C calc'!A0", config: [:], epochs: 1, steps: 1, layers: [figures]))
      let page = try Page(Report(runs: [run], catalogue: .standard).html())
      let csv = String(decoding: try page.download("figures.csv"), as: UTF8.self)
      #expect(
        csv
          == "run,layer,n,dimension,rankme\r\n'=cmd|' /C calc'!A0,\"'@h\u{600}\"\",\"\"\u{301}\",4,2,-1.5\r\n"
      )
    }
  }

  @Test(
    "takes numbers of any size",
    .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
  func extremes() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      let values = [
        "effective_rank": 1e308, "invariance": -1e308, "alpha": .leastNonzeroMagnitude,
        "linear_top1": 1.7e308,
      ]
      let layers = ["h", "z", "head.99999999999999999999"].map {
        LayerFigures(
          layer: $0, n: 1 << 53, dimension: 0, values: values,
          invarianceAt: ["1e999": 1, "1": 1e308],
          spectrum: [1e308, -1e308])
      }
      let summary = RunSummary(
        name: "x", config: ["strength": 1e308], epochs: 1e308, steps: 1 << 53, finalLoss: -1e308,
        wallSeconds: 1e300, viewsPerSecond: 1e300, layers: layers)
      try run.write(summary)
      let metrics = try JSONLinesFile(appendingTo: run.metrics)
      for step in [0, 1, 1 << 53] {
        try metrics.append(MetricRecord(step: step, epoch: -1e308, loss: 1e308))
      }
      _ = try Page(Report(runs: [run], catalogue: .standard).html())
      _ = try Page(Report(runs: [run, run], catalogue: .standard).html())
    }
  }

  @Test(
    "embeds a contact sheet only when it is a PNG",
    .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
  func contactSheets() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try run.write(RunSummary(name: "x", config: [:], epochs: 1, steps: 1))
      let sheet = SamplePNG.contactSheet(strength: 0.5)
      let cases: [(Data, Int)] = [
        (sheet, 1), (Data(), 0), (sheet.prefix(30), 0), (Data("<svg onload='x'/>".utf8), 0),
        (SamplePNG.image(width: 0, height: 4) { _, _ in (0, 0, 0) }, 0),
      ]
      for (content, count) in cases {
        try AtomicFile.write(content, to: run.views)
        let images = try Page(Report(runs: [run], catalogue: .standard).html()).all("img")
        #expect(images.count == count)
        #expect(images.allSatisfy { $0.attributes["width"] == "768" })
      }
    }
  }

  @Test("is refused in one line when there is no run, no folder, or nothing in it")
  func nothing() throws {
    try withTemporaryFolder { folder in
      #expect(throws: ReportError.noRuns) { try Report(runs: [], catalogue: .standard) }
      #expect(throws: ReportError.nothingRecorded(path: folder.path)) {
        try Report(runs: [RunFolder(path: folder.path)], catalogue: .standard)
      }
      let absent = RunFolder(path: folder.appendingPathComponent("absent").path)
      #expect(throws: RunStoreError.notARun(path: absent.url.path)) {
        try Report(runs: [absent], catalogue: .standard)
      }
      let errors: [ReportError] = [
        .noRuns, .nothingRecorded(path: "x"), .missingResource(name: "plotly.min.js"),
        .missingResource(name: "page.mustache"),
      ]
      for error in errors {
        #expect(
          !error.description.contains("\n") && error.localizedDescription == error.description)
      }
      #expect(errors[2].description.contains("run \"make setup\""))
    }
  }

  @Test("is refused in one line that names the file and line of damage")
  func damage() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try AtomicFile.write(Data("{\"step\":1,\"epoch\":1}\nnonsense\n".utf8), to: run.metrics)
      let error = #expect(throws: RunStoreError.self) {
        try Report(runs: [run], catalogue: .standard)
      }
      #expect(error?.description.hasPrefix("\(run.metrics.path), line 2, is damaged") == true)
    }
  }
}
