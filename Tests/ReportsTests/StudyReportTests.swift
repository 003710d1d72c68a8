import Measures
import Foundation
import Records
import Reports
import RunStore
import TestSupport
import Testing

@Suite(
  "The report of a study",
  .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
struct StudyReportTests {
  private func page(in folder: URL) throws -> Page {
    try Page(StudyReport(folder: folder, catalogue: .standard).html())
  }

  @Test(
    "opens with answers, then the ledger: claim, effect, interval, p, Holm p, seeds, verdict in words"
  )
  func ledger() throws {
    try withTemporaryFolder { folder in
      _ = try SampleStudy.write(to: folder)
      let page = try page(in: folder)
      #expect(page.texts("h1") == ["Strength of augmentation"])
      #expect(page.all("p", ["class": "subtitle"]).first?.text.hasPrefix("What does") == true)
      #expect(page.texts("h2").prefix(2) == ["Answers", "Claims and verdicts"])
      // One sentence a claim: statement, verdict, effect, interval, seeds.
      let answers = page.all("li").map(\.text).prefix(5)
      let first =
        "The effective rank of z falls with augmentation strength, that of h falls less: "
        + "supported, uncorrected, effect −1.28 (95\u{A0}% interval −1.35 to −1.21), 5\u{A0}seeds."
      #expect(answers[0] == first)
      #expect(answers[4].hasSuffix("too few seeds, no effect yet, 0\u{A0}seeds."))
      #expect(page.texts("p").contains("13 of 15 runs finished, 1 to come, 1 failed."))
      func column(_ label: String) -> [String] {
        page.all("td", ["data-label": label]).map(\.text)
      }
      #expect(column("Effect") == ["−1.28", "0.150", "−1.01", "18.1", "–"])
      #expect(column("95 % interval")[0] == "−1.35 to −1.21")
      #expect(column("p") == ["0.031", "< 0.001", "1.000", "–", "–"])
      #expect(column("Seeds") == ["5", "6", "20", "3", "0"])
      #expect(
        column("Verdict") == [
          "supported, uncorrected", "supported", "contradicted", "too few seeds", "too few seeds",
        ])
      // A colour of its own for each verdict, said in words as well.
      #expect(
        page.all("span").filter { $0.attributes["class"]?.hasPrefix("badge") == true }.prefix(4)
          .map { $0.attributes["class"] }
          == ["badge uncorrected", "badge supported", "badge contradicted", "badge few"])
      // A secondary claim has no corrected p and says what it is.
      #expect(column("Holm p") == ["0.125", "0.002", "–", "–", "–"])
      #expect(page.all("span", ["class": "role"]).map(\.text) == ["secondary"])
      let facts = page.all("p", ["class": "facts"]).map(\.text)
      #expect(facts[0].contains("−1.28 (−1.35 to −1.21, Student's t)"), "\(facts[0])")
      #expect(facts[2].contains("BCa bootstrap)"), "\(facts[2])")
      #expect(page.texts("p").contains("schedule: without seed 3: no finished run."))
      #expect(page.texts("p").contains { $0.contains("claimed other than 0") })
      // Each row leads to its section, and the sections stand in the same order.
      let sections = page.all("section", ["class": "claim"]).map { $0.attributes["id"] }
      #expect(sections == (1...5).map { "claim-\($0)" })
      #expect(
        page.all("a", ["href": "#claim-3"]).map(\.text) == [
          "The projector's leading subspace estimates the data's tangent plane", "tangent",
        ])
    }
  }

  @Test("draws a claim's points seed by seed along its axis, and its effects with the interval")
  func claimCharts() throws {
    try withTemporaryFolder { folder in
      _ = try SampleStudy.write(to: folder)
      let page = try page(in: folder)
      let values = page.charts.map(\.chart).filter { $0.title == "Values of each seed" }
      let effects = page.charts.map(\.chart).filter { $0.title == "Effect of each seed" }
      #expect(
        values.map(\.x.title) == ["augmentation strength s", "", "augmentation strength s", "head"])
      #expect(values[0].traces.count == 2 * 6)
      #expect(
        values[0].traces.map(\.name).filter { $0.hasSuffix("seed 3") } == [
          "h, seed 3", "z, seed 3",
        ])
      #expect(values[0].traces[0].x == [0.1, 0.5, 1])
      #expect(values[0].traces.filter { $0.isThin == true }.count == 10)
      let mean = try #require(values[0].traces.first { $0.name == "z, mean of seeds" })
      // The mean over seeds of 7·seed mod 5 is 2, of which a twentieth is added.
      for (shown, place) in zip(mean.y, 0...) {
        #expect(abs(shown - (4 - 0.75 * Double(place))) < 1e-5)
      }
      // Where nothing was varied, a run's compared quantities are joined.
      #expect(values[1].x.ticks?.map(\.label) == ["h", "z"])
      #expect(values[1].traces.count == 7)
      #expect(values[3].x.ticks?.map(\.label) == SampleStudy.heads.map(\.stringValue))
      #expect(values[3].traces[0].x == [0, 1, 2, 3, 4, 5])

      #expect(effects[0].y.ticks?.map(\.label) == (1...5).map { "seed \($0)" } + ["mean"])
      #expect(effects[2].y.ticks?.map(\.label) == ["seeds", "mean"])
      let bar = try #require(effects[0].traces.last)
      #expect(bar.x == [-1.276] && bar.y == [5])
      try #expect(abs(#require(bar.below?.first) - 0.076) < 1e-9)
      try #expect(abs(#require(bar.above?.first) - 0.07) < 1e-9)
      #expect(effects[0].x.title == "effect, claimed below 0")
      #expect(page.texts("p").contains("No finished run has the figures that this claim needs."))
    }
  }

  @Test("lists every run with its settings, links to it, and says why one failed")
  func runs() throws {
    try withTemporaryFolder { folder in
      _ = try SampleStudy.write(to: folder)
      let page = try page(in: folder)
      let table = try #require(page.all("table", ["class": "runs sortable"]).first)
      #expect(table.text.contains("strength-1.0-seed-5"))
      let heads = page.all("th", ["data-kind": "number"]).map(\.text)
      #expect(
        heads == [
          "strength", "seed", "Linear accuracy (%), h", "Linear accuracy (%), z",
          "kNN accuracy (%), h", "kNN accuracy (%), z", "Effective rank, h", "Effective rank, z",
          "Invariance, h", "Invariance, z", "Final loss", "Time",
        ])
      let links = page.all("a").compactMap { $0.attributes["href"] }.filter {
        $0.hasPrefix("runs/")
      }
      #expect(links.count == 13)
      #expect(links[0] == "runs/strength-0.1-seed-1/report.html")
      #expect(links[1] == "runs/strength-0.1-seed-2/")
      #expect(
        page.texts("dd").contains("the loss became NaN in step 212; lower the learning rate"))
      // All digits are there to sort by.
      let summary = try #require(
        try RunFolder(path: folder.appendingPathComponent("runs/strength-0.5-seed-2").path)
          .readSummary())
      let rank = try #require(summary.layers["z"]?["effective_rank"])
      #expect(!page.all("td", ["data-value": "\(rank)"]).isEmpty)
    }
  }

  @Test("written elsewhere links from there")
  func links() throws {
    try withTemporaryFolder { folder in
      let place = folder.appendingPathComponent("a study/it: self")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      _ = try SampleStudy.write(to: place)
      let file = folder.appendingPathComponent("page.html")
      try StudyReport(folder: place, catalogue: .standard).write(to: file.path)
      let page = try Page(String(contentsOf: file, encoding: .utf8))
      let links = page.all("a").compactMap { $0.attributes["href"] }
      #expect(links.contains("a%20study/it%3A%20self/runs/strength-0.1-seed-1/report.html"))
    }
  }

  @Test("offers everything shown as CSV and JSON")
  func downloads() throws {
    try withTemporaryFolder { folder in
      let record = try SampleStudy.write(to: folder)
      let page = try page(in: folder)
      func rows(_ name: String) throws -> [[String]] {
        let text = String(decoding: try page.download(name), as: UTF8.self)
        return text.components(separatedBy: "\r\n").dropLast().map {
          $0.components(separatedBy: ",")
        }
      }
      #expect(try rows("points.csv").count == 1 + 30 + 12 + 60 + 18)
      #expect(try rows("effects.csv").count == 1 + 5 + 6 + 20 + 3)
      let runs = try rows("runs.csv")
      #expect(runs.count == 1 + 15)
      #expect(runs[0].prefix(4) == ["run", "strength", "seed", "status"])
      #expect(runs[14][3] == "failed" && runs[14].last?.hasPrefix("the loss became NaN") == true)
      let claims = String(decoding: try page.download("claims.csv"), as: UTF8.self)
      #expect(
        claims.contains(
          "-1,true,-1.276,-1.352,-1.206,t,0.95,0.03125,0.125,5,\"supported, uncorrected\""))
      #expect(claims.contains("1,false,-1.01,-1.06,-0.96,bca_expanded,0.95,1.0,,20,contradicted"))
      struct Document: Decodable {
        let study: StudyRecord
        let runs: [String: [String: Double]]
      }
      let document = try JSONDecoder().decode(Document.self, from: page.download("study.json"))
      #expect(document.study == record)
      #expect(
        document.runs.count == 13 && document.runs["strength-0.1-seed-1"]?["final_loss"] != nil)
    }
  }

  @Test("without claims, figures or runs says so, in a page without charts")
  func empty() throws {
    try withTemporaryFolder { folder in
      let waiting = StudyRecord(
        name: "waiting", axes: [.init(key: "seed", values: [1])],
        runs: [.init(key: "a", settings: ["seed": 1], status: .pending)])
      let page = try Page(StudyReport(record: waiting, folder: folder, catalogue: .standard).html())
      let notices = page.all("p", ["class": "notice"]).map(\.text)
      #expect(notices.count == 2)
      #expect(notices[0].hasPrefix("No claim is judged here"))
      #expect(notices[1].hasPrefix("No run has finished yet"))
      #expect(page.texts("p").contains("0 of 1 run finished, 1 to come."))
      #expect(page.charts.isEmpty && page.all("script").count == 1)

      let bare = StudyRecord(name: "bare", axes: [], runs: [])
      let none = try Page(StudyReport(record: bare, folder: folder, catalogue: .standard).html())
      #expect(none.all("table").isEmpty && none.all("script").isEmpty)
      #expect(none.markup.contains("The grid of this study has no runs."))
    }
  }

  @Test(
    "shows hostile names as they are, and follows no key out of the study",
    arguments: HostileInputTests.names + ["..", "../..", "."])
  func hostile(name: String) throws {
    try withTemporaryFolder { folder in
      let claim = ClaimRecord(
        id: name, statement: name, statistic: name, axis: name, direction: 1,
        points: [.init(run: name, seed: 1, setting: .string(name), value: 1, series: name)],
        effects: [1], seeds: [1], effect: 1, lower: 1, upper: 1, p: nil, correctedP: nil,
        verdict: .tooFewSeeds)
      let record = StudyRecord(
        name: name, question: name, axes: [.init(key: name, values: [.string(name)])],
        runs: [
          .init(key: name, settings: [name: .string(name)], status: .failed, failure: name)
        ],
        claims: [claim])
      let html = try StudyReport(record: record, folder: folder, catalogue: .standard).html()
      let page = try Page(html)
      #expect(page.all("img").isEmpty && page.all("b", ["onclick": "alert(1)"]).isEmpty)
      #expect(page.all("script").count == 4)
      let ends = html.components(separatedBy: "</script").count - 1
      #expect(ends == 4)
      for element in page.elements {
        #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
        let address = element.attributes["href"] ?? "#"
        #expect(address.hasPrefix("#") || address.hasPrefix("data:"), "\(address)")
      }
      #expect(page.texts("h1") == [name])
    }
  }

  @Test("is refused in one line without a record, and for one that is damaged or newer")
  func refusals() throws {
    try withTemporaryFolder { folder in
      #expect(!StudyReport.isStudy(at: folder.path))
      let error = #expect(throws: ReportError.self) {
        try StudyReport(folder: folder, catalogue: .standard)
      }
      #expect(error == .notAStudy(path: folder.path))
      #expect(error?.description.contains("\n") == false)
      let file = folder.appendingPathComponent("study.json")
      try AtomicFile.write(Data("{\"schema\":1,\"name\":\"x\"}".utf8), to: file)
      #expect(StudyReport.isStudy(at: folder.path))
      #expect(
        throws: RunStoreError.damaged(path: file.path, line: nil, reason: "\"axes\" is missing")
      ) {
        try StudyReport(folder: folder, catalogue: .standard)
      }
      try AtomicFile.write(Data("{\"schema\":99}".utf8), to: file)
      #expect(throws: RunStoreError.newerSchema(path: file.path, schema: 99, known: 2)) {
        try StudyReport(folder: folder, catalogue: .standard)
      }
    }
  }

  @Test("shows the other runs when one's summary is damaged")
  func damagedRun() throws {
    try withTemporaryFolder { folder in
      _ = try SampleStudy.write(to: folder)
      let summary = folder.appendingPathComponent("runs/strength-0.1-seed-2/summary.json")
      try AtomicFile.write(Data("{".utf8), to: summary)
      let page = try page(in: folder)
      #expect(page.all("td", ["data-value": "unreadable"]).count == 1)
      #expect(page.texts("dd").contains { $0.contains("summary.json is damaged") })
      #expect(page.all("td", ["data-value": "finished"]).count == 12)
    }
  }
}
