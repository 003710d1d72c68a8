import Measures
import Foundation
import Records
import Reports
import RunStore
import TestSupport
import Testing

@Suite("A report", .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
struct ReportTests {
  private func page(of runs: [RunFolder]) throws -> Page {
    try Page(Report(runs: runs, catalogue: .standard).html())
  }

  private func minimalRun(
    in folder: URL, name: String = "minimal", layers: [LayerFigures] = [], strength: Double? = nil
  ) throws -> RunFolder {
    let run = RunFolder(path: folder.appendingPathComponent(UUID().uuidString).path)
    try run.create()
    let config: JSONValue = strength.map { ["strength": .double($0)] } ?? [:]
    try run.write(RunSummary(name: name, config: config, epochs: 1, steps: 2, layers: layers))
    return run
  }

  @Test("of three strengths shows every part, h beside z, strengths in order")
  func threeRuns() throws {
    try withTemporaryFolder { folder in
      let runs = try SampleRuns.writeThree(to: folder)
      let page = try page(of: [runs[2], runs[0], runs[1]])
      #expect(page.texts("h1") == ["3 runs of contrastive learning"])
      let heads = page.all("th", ["scope": "colgroup"]).map(\.text)
      // The table of figures, and the folded one of what there is many of.
      let names = ["s = 0.1sprites-s0.1", "s = 0.5sprites-s0.5", "s = 1sprites-s1.0"]
      #expect(heads == names + names)
      let layers = page.all("th", ["scope": "col"]).map(\.text).suffix(4)
      #expect(layers == ["h", "head.1", "head.2", "z"])
      #expect(page.all("img").count == 3)
      #expect(page.texts("summary").contains("sprites-s0.5"))
      #expect(page.texts("pre").allSatisfy { $0.contains("temperature: 0.2") })
      #expect(
        page.charts.map { $0.chart.title ?? "" } == [
          "Effective rank", "Linear accuracy (%)", "kNN accuracy (%)",
          "Encoder output h", "Head output z",
          "Invariance along the layers",
          "Encoder output h, at fixed strengths", "Head output z, at fixed strengths",
          "Encoder output h", "Head output z",
          "Local plane and local subspace", "Local plane and global subspace",
          "Principal angles (rad)",
          "Share of the variance of h", "Share of the variance between classes",
          "Effective rank of z", "Predicted and global subspace",
          "s = 0.1, sprites-s0.1", "s = 0.5, sprites-s0.5", "s = 1, sprites-s1.0",
          "s = 0.1, sprites-s0.1", "s = 0.5, sprites-s0.5", "s = 1, sprites-s1.0",
          "Effective rank of h", "Effective rank of z",
          "Linear accuracy (%) of h", "Linear accuracy (%) of z",
          "Invariance of h", "Invariance of z",
          "Loss", "Contrastive top-1 accuracy (%)", "Relative update of the encoder",
          "Relative update of the head",
        ])
      #expect(
        page.all("div", ["class": "chart"]).map { $0.attributes["id"] } == page.charts.map(\.id))
      #expect(page.texts("figcaption").filter { $0.hasPrefix("Figure") }.count == 11)
    }
  }

  @Test("draws what the runs recorded")
  func chartData() throws {
    try withTemporaryFolder { folder in
      let runs = try SampleRuns.writeThree(to: folder)
      let page = try page(of: runs)
      let summaries = try runs.map { try #require(try $0.readSummary()) }
      let ranks = try #require(page.chart("Effective rank"))
      #expect(ranks.traces.map(\.name) == ["h", "head.1", "head.2", "z"])
      for trace in ranks.traces {
        #expect(trace.x == [0.1, 0.5, 1])
        for (shown, summary) in zip(trace.y, summaries) {
          let recorded = try #require(summary.layers[trace.name]?["effective_rank"])
          // Charts hold six digits.
          #expect(abs(shown - recorded) < 1e-4)
        }
      }
      let spectra = try #require(page.chart("Head output z"))
      #expect(spectra.traces.map(\.y.count) == [64, 64, 64])
      #expect(spectra.y.range == page.chart("Encoder output h")?.y.range)
      let accuracy = try #require(page.chart("Contrastive top-1 accuracy (%)"))
      let last = try #require(try runs[1].readMetrics().last)
      let shown = try #require(accuracy.traces[1].y.last)
      #expect(abs(shown - 100 * (last.contrastiveTop1 ?? 0)) < 1e-3)
      for (player, key) in [("encoder", "update_encoder"), ("head", "update_head")] {
        let updates = try #require(page.chart("Relative update of the \(player)"))
        #expect(updates.y.isLogarithmic && !updates.x.isLogarithmic && !accuracy.y.isLogarithmic)
        let value = try #require(updates.traces[1].y.last)
        // Charts hold six digits.
        #expect(value.isApproximately(try #require(last.extra[key]), relative: 1e-5))
      }
    }
  }

  @Test("of one run compares its layers in one panel each")
  func oneRun() throws {
    try withTemporaryFolder { folder in
      let run = try SampleRuns.write(name: "only", strength: 0.5, seed: 1, to: folder)
      let page = try page(of: [run])
      #expect(page.texts("h1") == ["only"])
      let spectra = try #require(page.chart("Spectrum of each layer"))
      #expect(spectra.traces.map(\.name) == ["h", "head.1", "head.2", "z"])
      #expect(Set(spectra.traces.map(\.dash)).count == 4)
      let ranks = try #require(page.chart("Effective rank"))
      #expect(ranks.x.ticks?.map(\.label) == ["h", "head.1", "head.2", "z"])
    }
  }

  @Test("joins the means of runs at one strength and lets them share a colour")
  func replicates() throws {
    try withTemporaryFolder { folder in
      let runs = try [(0.1, 1.0), (0.1, 3.0), (1.0, 7.0)].map { strength, rank in
        try minimalRun(
          in: folder, name: "rank \(rank)",
          layers: [
            LayerFigures(
              layer: "h", n: 9, dimension: 8, values: ["effective_rank": rank], spectrum: [0, -1])
          ],
          strength: strength)
      }
      let page = try page(of: runs)
      let ranks = try #require(page.chart("Effective rank"))
      #expect(ranks.traces.map(\.mode) == ["markers", "lines"])
      #expect(ranks.traces[0].y == [1, 3, 7])
      #expect(ranks.traces[1].x == [0.1, 1])
      #expect(ranks.traces[1].y == [2, 7])
      let spectra = try #require(page.chart("Encoder output h"))
      #expect(spectra.traces[0].light == spectra.traces[1].light)
      #expect(spectra.traces[0].light != spectra.traces[2].light)
      let legend = page.all("button", ["aria-pressed": "true"]).map(\.text)
      #expect(legend == ["s = 0.1", "s = 1"])
    }
  }

  @Test("shows runs of unstated strength by name")
  func byName() throws {
    try withTemporaryFolder { folder in
      let figures = LayerFigures(layer: "h", n: 9, dimension: 8, values: ["effective_rank": 4])
      let runs = try ["b", "a", "a"].map {
        try minimalRun(in: folder, name: $0, layers: [figures])
      }
      let ranks = try #require(try page(of: runs).chart("Effective rank"))
      #expect(ranks.x.ticks?.map(\.label) == ["b", "a", "a (2)"])
      #expect(ranks.traces.map(\.mode) == ["markers"])
    }
  }

  @Test("leaves out what was not measured")
  func absent() throws {
    try withTemporaryFolder { folder in
      let run = try minimalRun(
        in: folder,
        layers: [
          LayerFigures(layer: "h", n: 9, dimension: 8, values: ["effective_rank": 4.25]),
          LayerFigures(layer: "z", n: 9, dimension: 4, values: ["rankme": 1.5]),
        ])
      let page = try page(of: [run])
      let rows = page.all("th", ["scope": "row"]).map(\.text)
      #expect(rows == ["minimal", "Embeddings, n", "Dimension, d", "Effective rank", "RankMe"])
      let cells = page.all("td").map(\.text).suffix(4)
      #expect(cells == ["4.2", "–", "–", "1.5"])
      #expect(page.charts.map { $0.chart.title ?? "" } == ["Effective rank"])
      #expect(page.all("img").isEmpty)
      #expect(!page.texts("h2").contains("Views"))
      for word in ["kNN accuracy", "Linear", "Final loss", "Time"] {
        let isThere = page.markup.contains(word)
        #expect(!isThere, "\(word)")
      }
    }
  }

  @Test("of a run without any figure has no charts, no script and no empty part")
  func nothingToDraw() throws {
    try withTemporaryFolder { folder in
      let html = try Report(runs: [minimalRun(in: folder)], catalogue: .standard).html()
      let page = try Page(html)
      #expect(page.charts.isEmpty)
      #expect(page.all("script").isEmpty)
      #expect(
        page.texts("h2") == [
          "How to read this page", "Runs and their figures", "Files",
        ])
      #expect(page.all("figure").isEmpty)
      let size = html.utf8.count
      #expect(size < 50_000)
    }
  }

  @Test("of a run that is still going takes its last whole measurement")
  func unfinished() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("going").path)
      try run.create()
      let geometry = try JSONLinesFile(appendingTo: run.geometry)
      for (step, layer, rank) in [(10, "h", 1.0), (10, "z", 2.0), (20, "h", 3.0)] {
        try geometry.append(
          GeometryRecord(
            step: step, epoch: Double(step) / 10,
            figures: LayerFigures(
              layer: layer, n: 9, dimension: 8, values: ["effective_rank": rank])))
      }
      try JSONLinesFile(appendingTo: run.metrics)
        .append(MetricRecord(step: 20, epoch: 2, loss: 1.25))
      let page = try page(of: [run])
      #expect(page.texts("h1") == ["going"])
      #expect(page.chart("Effective rank")?.traces.map(\.y) == [[1, 2]])
      #expect(page.all("td").map(\.text).contains("not finished"))
      #expect(page.all("td").map(\.text).contains("1.250"))
    }
  }

  @Test("thins long curves to means of neighbouring records")
  func thinning() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      let file = try JSONLinesFile(appendingTo: run.metrics)
      for step in 1...1001 {
        try file.append(MetricRecord(step: step, epoch: 0, loss: Double(step)))
      }
      let page = try page(of: [run])
      let trace = try #require(page.chart("Loss")?.traces.first)
      // 1,001 records in groups of three, the last of two.
      #expect(trace.x.count == 334)
      #expect(trace.x.prefix(2) == [2, 5])
      #expect(trace.y == trace.x)
      #expect(trace.x.last == 1000.5)
      #expect(page.texts("figcaption").contains { $0.contains("means of neighbouring records") })
    }
  }

  @Test("says how figures were computed, once each")
  func conventions() throws {
    try withTemporaryFolder { folder in
      let plain = Convention(centered: true, rowNormalized: false)
      let run = try minimalRun(
        in: folder,
        layers: [
          LayerFigures(
            layer: "h", n: 9, dimension: 8,
            values: [
              "effective_rank": 4, "stable_rank": 2, "rankme": 5, "alpha": 1,
              "predicted_rank": 6, "linear_top1": 0.5,
            ],
            conventions: [
              "effective_rank": plain, "stable_rank": plain,
              "rankme": Convention(centered: false, rowNormalized: false, epsilon: 1e-7),
              "predicted_rank": Convention(
                centered: false, rowNormalized: false, n: 512, views: 2, anchors: 32,
                temperature: 0.2, batch: 256, weighting: "nt_xent"),
              "linear_top1": Convention(
                centered: true, rowNormalized: false, views: 1, fitted: 8000),
            ])
        ])
      let page = try page(of: [run])
      let marked = page.all("th", ["scope": "row"]).map(\.text)
      #expect(marked.contains("Effective rankb") && marked.contains("Stable rankb"))
      #expect(marked.contains("RankMec") && marked.contains("Spectral decay α"))
      let notes = try #require(page.all("p", ["class": "notes"]).first?.text)
      #expect(notes.contains("centred, rows as they are."))
      #expect(notes.contains("not centred, rows as they are, ε = 1e−7."))
      #expect(
        notes.contains(
          "n = 512, 2 views, the head at 32 points, τ = 0.2, batches of 256, weights of nt_xent."))
      #expect(notes.contains("1 view, fitted on 8000."))
      #expect(page.all("abbr").contains { $0.attributes["title"]?.hasPrefix("rankme: ") == true })
    }
  }

  @Test("offers every figure as CSV and JSON inside the page")
  func downloads() throws {
    try withTemporaryFolder { folder in
      let runs = try SampleRuns.writeThree(to: folder)
      let page = try page(of: runs)
      struct Document: Decodable {
        let schema: Int
        let runs: [RunSummary]
      }
      let document = try JSONDecoder().decode(
        Document.self, from: page.download("figures.json"))
      #expect(document.schema == 1)
      try #expect(document.runs == runs.map { try #require(try $0.readSummary()) })

      let csv = String(decoding: try page.download("figures.csv"), as: UTF8.self)
      let rows = csv.components(separatedBy: "\r\n").dropLast()
        .map { $0.components(separatedBy: ",") }
      #expect(rows.count == 1 + 3 * 4)
      #expect(rows[0].prefix(5) == ["run", "layer", "n", "dimension", "linear_top1"])
      let column = try #require(rows[0].firstIndex(of: "effective_rank"))
      #expect(rows[4].prefix(2) == ["sprites-s0.1", "z"])
      #expect(Double(rows[4][column]) == document.runs[0].layers["z"]?["effective_rank"])
      let spectra = String(decoding: try page.download("spectra.csv"), as: UTF8.self)
      #expect(spectra.components(separatedBy: "\r\n").count == 2 + 3 * (3 * 128 + 64))
    }
  }

  @Test("needs nothing from outside the page")
  func selfContained() throws {
    try withTemporaryFolder { folder in
      let html = try Report(runs: SampleRuns.writeThree(to: folder), catalogue: .standard).html()
      let page = try Page(html)
      let hasAddresses = page.markup.contains("http:") || page.markup.contains("https:")
      #expect(!hasAddresses)
      for element in page.elements {
        for name in ["src", "href", "srcset", "action", "data", "poster"] {
          guard let address = element.attributes[name] else { continue }
          #expect(address.hasPrefix("data:"), "\(element.name) \(name)")
        }
      }
      #expect(page.all("link").isEmpty && page.all("iframe").isEmpty)
      let style = try #require(Page.content(of: "<style>", in: html))
      #expect(!style.contains("url(") && !style.contains("@import"))
      let policy = try #require(
        page.all("meta", ["http-equiv": "Content-Security-Policy"]).first?.attributes["content"])
      #expect(policy.hasPrefix("default-src 'none';"))
    }
  }

  @Test("is written whole to a file, and says in one line when it cannot be")
  func writing() throws {
    try withTemporaryFolder { folder in
      let report = try Report(runs: [minimalRun(in: folder)], catalogue: .standard)
      let path = folder.appendingPathComponent("report.html").path
      try report.write(to: path)
      let isWhole = try String(contentsOfFile: path, encoding: .utf8) == report.html()
      #expect(isWhole)
      let absent = folder.appendingPathComponent("absent/report.html").path
      #expect(
        throws: RunStoreError.unwritable(path: absent, reason: "No such file or directory")
      ) {
        try report.write(to: absent)
      }
    }
  }
}
