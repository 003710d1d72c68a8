import Foundation
import Measures
import Records
import Reports
import TestSupport
import Testing

@Suite("The image of a claim")
struct ClaimImageTests {
  private func report(_ folder: URL) throws -> StudyReport {
    try SampleDataSets.write(to: folder)
    return try StudyReport(folder: folder, catalogue: .standard)
  }

  @Test(
    "is refused in one line for a claim that there is not, with the nearest name and all of them")
  func unknown() throws {
    try withTemporaryFolder { folder in
      let report = try report(folder)
      let near = #expect(throws: ReportError.self) { try report.image(ofClaim: "rnak") }
      let line =
        "the study has no claim 'rnak'; did you mean 'rank'? It has rank, transfer, predicted-rank, "
        + "tangent"
      #expect(near?.description == line)
      let far = #expect(throws: ReportError.self) { try report.image(ofClaim: "a\nthing") }
      #expect(far?.description.contains("; it has rank, transfer") == true)
      _ = try SampleStudy.write(to: folder)
      let other = try StudyReport(folder: folder, catalogue: .standard)
      #expect(throws: ReportError.nothingToDraw(claim: "schedule")) {
        try other.image(ofClaim: "schedule")
      }
    }
  }

  @Test("takes widths on paper in four units, and formats by the file's ending")
  func sizes() {
    #expect(PaperWidth("85mm") == .column)
    #expect(PaperWidth("8.5cm")?.millimetres == 85)
    #expect(PaperWidth("2in")?.millimetres == 50.8)
    #expect(PaperWidth("144pt")?.millimetres == 50.8)
    for text in ["85", "mm", "29mm", "601mm", "nanmm", "infcm", "-85mm", "85 px", ""] {
      #expect(PaperWidth(text) == nil, "\(text)")
    }
    #expect(ImageFormat(ofFile: "a.b/rank.PDF") == .pdf)
    for path in ["rank", "a.svg/rank", "rank.jpg", ".svg", ""] {
      #expect(ImageFormat(ofFile: path) == nil, "\(path)")
    }
  }

  @Test("is drawn by the browser that is named, or the first on PATH")
  func browsers() throws {
    try withTemporaryFolder { folder in
      #expect(throws: ReportError.noBrowser(named: "no-such-thing")) {
        try HeadlessBrowser.find(in: ["GNOMON_BROWSER": "no-such-thing", "PATH": folder.path])
      }
      let program = folder.appendingPathComponent("firesnake")
      try Data("#!/bin/sh\necho 'it has no display' >&2\nexit 3\n".utf8).write(to: program)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: program.path)
      let browser = try HeadlessBrowser.find(
        in: ["GNOMON_BROWSER": "firesnake", "PATH": folder.path])
      guard plotlyIsInstalled else { return }
      let image = try report(folder).image(ofClaim: "rank")
      let file = folder.appendingPathComponent("rank.svg")
      #expect(
        throws: ReportError.browserFailed(path: program.path, reason: "it has no display")
      ) { try image.write(to: file.path, as: .svg, width: .column, by: browser) }
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
  }

  /// Images as a browser draws them.
  @Suite(
    "as a browser draws it",
    .enabled(if: Browser.path != nil, "no chromium on PATH"),
    .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"),
    .serialized, .timeLimit(.minutes(3)))
  struct Drawn {
    private func write(
      _ claim: String, _ report: StudyReport, as format: ImageFormat, width: String, in folder: URL
    ) throws -> Data {
      let file = folder.appendingPathComponent("image.\(format.rawValue)")
      try report.image(ofClaim: claim).write(
        to: file.path, as: format, width: #require(PaperWidth(width)), by: HeadlessBrowser.find())
      return try Data(contentsOf: file)
    }

    @Test("is an SVG of that width with every panel, the legend and its title as text")
    func svg() throws {
      try withTemporaryFolder { folder in
        try SampleDataSets.write(to: folder)
        let report = try StudyReport(folder: folder, catalogue: .standard)
        let data = try write("rank", report, as: .svg, width: "120mm", in: folder)
        let text = String(decoding: data, as: UTF8.self)
        let elements = try Page(text).elements
        let root = try #require(
          elements.first { $0.name == "svg" && $0.attributes["viewBox"] != nil })
        #expect(
          elements.filter { $0.name == "svg" }.last?.attributes["width"] == "120mm", "\(root)")
        for wanted in SampleDataSets.names + [
          "all data sets", "h", "z", "control: untrained", "control: Gaussian",
          "augmentation strength s", "ln(effective rank)",
        ] {
          #expect(text.contains(">\(wanted)<"), "\(wanted)")
        }
        #expect(
          elements.filter { $0.name == "title" }.map(\.text)
            == ["strength: The effective rank of z falls with strength, that of h falls less."])
        #expect(!text.contains("<script") && !text.contains("<image"))
      }
    }

    @Test("is a PDF of one page of that width, of vectors with fonts inside")
    func pdf() throws {
      try withTemporaryFolder { folder in
        try SampleDataSets.write(to: folder)
        let report = try StudyReport(folder: folder, catalogue: .standard)
        let data = try write("transfer", report, as: .pdf, width: "85mm", in: folder)
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.hasPrefix("%PDF") && text.contains("/Count 1"))
        #expect(text.contains("/FontFile2") && !text.contains("/Subtype /Image"))
        let box = try #require(text.firstMatch(of: #/MediaBox \[0 0 ([0-9.]+)/#))
        // A column of 85 mm is 240.9 points; the browser rounds to pixels.
        let points = try #require(Double(box.1))
        #expect(abs(points - 240.9) < 1)
      }
    }

    @Test("shows hostile names as they are, of which none becomes markup")
    func hostile() throws {
      try withTemporaryFolder { folder in
        let name = "</script><b onclick='alert(1)'>&amp;%{y}$x$"
        var record = SampleDataSets.record
        record.claims[0].statement = name
        record.claims[0].dataSets[0].name = name
        for place in record.claims[0].points.indices
        where record.claims[0].points[place].dataSet == "digits" {
          record.claims[0].points[place].dataSet = name
        }
        let report = try StudyReport(record: record, folder: folder, catalogue: .standard)
        let data = try write("rank", report, as: .svg, width: "174mm", in: folder)
        let page = try Page(String(decoding: data, as: UTF8.self))
        #expect(page.elements.contains { $0.text == name })
        #expect(page.all("b").isEmpty && page.all("script").isEmpty)
        for element in page.elements {
          #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
        }
      }
    }

    @Test("is a PNG of 600 pixels an inch")
    func png() throws {
      try withTemporaryFolder { folder in
        _ = try SampleStudy.write(to: folder)
        let report = try StudyReport(folder: folder, catalogue: .standard)
        let data = try write("rank", report, as: .png, width: "2in", in: folder)
        #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        // The width stands in the header, most significant byte first.
        #expect(data[16..<20].reduce(0) { $0 << 8 | Int($1) } == 1200)
      }
    }
  }
}
