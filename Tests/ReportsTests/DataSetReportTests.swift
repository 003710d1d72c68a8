import Measures
import Foundation
import Records
import Reports
import TestSupport
import Testing

@Suite(
  "The report of a study of several data sets with controls",
  .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
struct DataSetReportTests {
  private func page() throws -> Page {
    try withTemporaryFolder { folder in
      try SampleDataSets.write(to: folder)
      return try Page(StudyReport(folder: folder, catalogue: .standard).html())
    }
  }

  @Test("answers in how many data sets a claim holds, and against which controls")
  func answers() throws {
    let answers = try page().all("li").map(\.text)
    let first =
      "The effective rank of z falls with strength, that of h falls less: supported, effect −1.24 "
      + "per unit of s (95\u{A0}% interval −1.36 to −1.12), 8\u{A0}seeds; holds in 4 of 4 data sets "
      + "(digits, glyphs, pictograms and sprites); holds against an untrained network, not against a "
      + "Gaussian."
    #expect(answers[0] == first)
    let second =
      "holds in 3 of 4 data sets (digits, glyphs and pictograms uncorrected), not in sprites; holds "
      + "against an untrained network and shuffled labels."
    #expect(answers[1].hasSuffix(second))
    #expect(answers[2].hasSuffix("(digits, glyphs, pictograms and sprites)."))
    // The word uncorrected says nothing of a secondary claim, and no control is tested for it.
    let last =
      "holds in 2 of 4 data sets (digits and glyphs), not in pictograms, contradicted in sprites; "
      + "untested against an untrained network and a random plane."
    #expect(answers[3].hasSuffix(last))
  }

  @Test("has a row for each data set and a column for each control, with the effect there")
  func ledger() throws {
    let page = try page()
    let heads = page.all("th", ["scope": "col"]).map(\.text)
    #expect(
      heads.dropFirst(7).prefix(4) == ["untrained", "Gaussian", "shuffled labels", "random plane"])
    let rows = page.all("th", ["scope": "row"]).map(\.text)
    #expect(
      rows.prefix(5) == ["over all", "in digits", "in glyphs", "in pictograms", "in sprites"])
    func column(_ label: String) -> [String] {
      page.all("td", ["data-label": label]).map(\.text)
    }
    #expect(column("Effect").prefix(5) == ["−1.24", "−1.40", "−1.10", "−1.55", "−0.90"])
    // Accuracies are in percentage points.
    #expect(column("Effect").dropFirst(5).prefix(5) == ["3.90", "5.00", "8.00", "3.00", "−0.40"])
    #expect(column("Against an untrained network").prefix(2) == ["yes −0.18", "yes −0.12"])
    #expect(column("Against a Gaussian")[0] == "no −1.14")
    #expect(column("Against shuffled labels")[0] == "–")
    #expect(column("Against a random plane").last == "– 0.000")
    #expect(page.all("caption").first?.text.hasPrefix("Each claim over all data sets") == true)
    #expect(page.all("p", ["class": "facts"])[0].text.contains("I² between data sets 90 %"))
  }

  @Test("draws a panel a data set on one scale, layers in their colours, axes in words and units")
  func values() throws {
    let page = try page()
    let panels = page.charts.map(\.chart).filter { SampleDataSets.names.contains($0.title ?? "") }
    #expect(panels.count == 16)
    #expect(panels.prefix(4).map(\.title) == SampleDataSets.names)
    #expect(Set(panels.prefix(4).map(\.y.range)).count == 1)
    // Eight seeds and their mean, of h and of z.
    #expect(panels[0].traces.count == 18)
    #expect(Set(panels.prefix(8).flatMap(\.traces).map(\.light)).count == 2)
    let tangent = Set(panels[12].traces.map(\.light))
    #expect(tangent == Set(panels[0].traces.prefix(9).map(\.light)), "the colour of h")
    let titles = [0, 4, 8, 12].map { panels[$0].y.title }
    let expected = [
      "ln(effective rank)", "linear accuracy (%)", "predicted rank of h",
      "tangent overlap of h / tangent overlap by chance of h",
    ]
    #expect(titles == expected)
    #expect(panels.allSatisfy { $0.x.title == "augmentation strength s" })
    let accuracy = try #require(panels[4].traces.first { $0.name == "h, mean of seeds" })
    #expect(accuracy.y.allSatisfy { 85 < $0 && $0 < 95 })
  }

  @Test("draws the effects of each data set and of all, with controls as hollow marks beside")
  func effects() throws {
    let page = try page()
    let effects = page.charts.map(\.chart).filter { $0.title == "Effect of each seed, by data set" }
    #expect(effects.count == 4)
    let rank = effects[0]
    #expect(rank.y.ticks?.map(\.label) == SampleDataSets.names + ["all data sets"])
    #expect(rank.x.title == "effect (per unit of s), claimed below 0")
    #expect(effects[1].x.title == "effect (percentage points), claimed above 0")
    let mean = try #require(rank.traces.first { $0.group == "mean" })
    #expect(mean.x.count == 5 && mean.below?.count == 5)
    // A seed is one mark in each row.
    let seeds = rank.traces.filter { $0.group == "seeds" }
    #expect(seeds.count == 8 && seeds.allSatisfy { $0.x.count == 5 })
    let controls = rank.traces.filter { $0.group.hasPrefix("control-") }
    #expect(controls.map(\.name) == ["control: untrained", "control: Gaussian"])
    #expect(controls[0].x.prefix(4) == [-0.12, -0.2, -0.08, -0.31])
    #expect(controls.allSatisfy { $0.isHollow == true && $0.x.count == 5 })
    let legend = page.all("button", ["aria-pressed": "true"]).map(\.text)
    #expect(
      legend.prefix(6) == [
        "h", "z", "effect of a seed", "mean, 95 % interval", "control: untrained",
        "control: Gaussian",
      ])
  }

  @Test("offers data sets and controls in its files")
  func downloads() throws {
    let page = try page()
    func rows(_ name: String) throws -> [String] {
      String(decoding: try page.download(name), as: UTF8.self).components(separatedBy: "\r\n")
        .dropLast()
    }
    let claims = try rows("claims.csv")
    #expect(claims.count == 1 + 4 * 5)
    #expect(claims[0].contains("verdict,data_set,effect@untrained,difference@untrained"))
    #expect(claims[2].contains(",supported,digits,-0.12,"))
    // The files keep the figures' own units.
    #expect(claims[7].contains(",supported,digits,0.01,"))
    #expect(try rows("effects.csv").count == 1 + 4 * 5 * 8)
    #expect(try rows("points.csv")[1].hasSuffix(",digits"))
  }

  @Test("of runs has what a figure is under controls below it, and along the layers")
  func runs() throws {
    try withTemporaryFolder { folder in
      let run = try SampleRuns.write(
        name: "only", strength: 0.5, seed: 1, hasControls: true, to: folder)
      let page = try Page(Report(runs: [run], catalogue: .standard).html())
      let names = page.all("th", ["scope": "row"]).map(\.text)
      let place = try #require(names.firstIndex { $0.hasPrefix("Effective rank") })
      #expect(names[place + 1...place + 2] == ["untrained", "Gaussian"])
      #expect(page.all("tr", ["class": "control"]).count == 8)
      #expect(page.all("label", ["class": "toggle"]).count == 1)
      let ranks = try #require(page.chart("Effective rank"))
      #expect(ranks.y.title == "effective rank (directions)")
      #expect(ranks.traces.map(\.name) == ["only", "control: untrained", "control: Gaussian"])
      let summary = try #require(try run.readSummary())
      let own = try #require(summary.layers["h"]?.controls[.untrained]?["effective_rank"])
      #expect(abs((ranks.traces[1].y.first ?? 0) - own) < 1e-4)
      let accuracy = try #require(page.chart("Linear accuracy (%)"))
      // Shuffled labels are right in a tenth of the cases.
      #expect(accuracy.traces.last?.y == [10, 10, 10, 10])
      #expect(page.texts("p").contains { $0.contains("what it\nis under controls") })
    }
  }
}
