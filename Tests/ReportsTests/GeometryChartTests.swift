import Measures
import Foundation
import Records
import Reports
import RunStore
import TestSupport
import Testing

@Suite(
  "A report of geometry",
  .enabled(if: plotlyIsInstalled, "plotly.min.js is missing: run make setup"))
struct GeometryChartTests {
  private func page(of runs: [RunFolder]) throws -> Page {
    try Page(Report(runs: runs, catalogue: .standard).html())
  }

  private func run(
    _ name: String, strength: Double, in folder: URL, h: [String: Double], z: [String: Double] = [:]
  ) throws -> RunFolder {
    let run = RunFolder(path: folder.appendingPathComponent(name).path)
    try run.create()
    try run.write(
      RunSummary(
        name: name, config: ["strength": .double(strength)], epochs: 1, steps: 1,
        layers: [
          LayerFigures(layer: "h", n: 9, dimension: 8, values: h),
          LayerFigures(layer: "z", n: 9, dimension: 4, values: z),
        ]))
    return run
  }

  private func figure(_ page: Page, _ start: String) throws -> String {
    try #require(page.texts("figcaption").first { $0.contains(start) }, "\(start)")
  }

  @Test("compares generators at a fixed strength where runs differ in theirs")
  func generators() throws {
    try withTemporaryFolder { folder in
      let page = try page(of: SampleRuns.writeThree(to: folder))
      _ = try figure(page, "Invariance to each generator alone, at strength 0.5.")
      let panels = page.charts.map(\.chart).filter { $0.y.ticks?.first?.label == "translation x" }
      #expect(panels.map(\.title) == ["Encoder output h", "Head output z"])
      #expect(panels[0].x.range == panels[1].x.range)
      #expect(panels[0].y.ticks?.map(\.label).last == "hue")
      let strongest = panels[1].traces[2]
      let expected = SampleGeometry.values(of: "z", at: 1, 1)["invariance_at.0.5.hue"]
      try #expect(abs(#require(strongest.x.last) - #require(expected)) < 1e-6)
      // Three runs lie side by side within a row.
      #expect(Set(panels[0].traces.map { $0.y[0] }).count == 3)
    }
  }

  @Test("shows a single run's own strength with all its layers in one panel")
  func ownStrength() throws {
    try withTemporaryFolder { folder in
      let only = try run(
        "only", strength: 0.3, in: folder, h: ["invariance.hue": 0.4, "invariance.rotation": 0.5],
        z: ["invariance.hue": 0.1, "invariance.rotation": 0.2])
      let page = try page(of: [only])
      _ = try figure(page, "alone, at the run's own strength.")
      let chart = try #require(page.chart("Invariance to each generator"))
      #expect(chart.y.ticks?.map(\.label) == ["rotation", "hue"])
      #expect(chart.traces.map(\.name) == ["h", "z"])
      #expect(chart.traces.map(\.x) == [[0.5, 0.4], [0.2, 0.1]])
    }
  }

  @Test("sets overlaps over r beside one line of chance, and averages runs of one strength")
  func overlaps() throws {
    try withTemporaryFolder { folder in
      let runs = try [("a", 0.1, 0.2), ("b", 0.1, 0.4), ("c", 1, 0.9)].map {
        name, strength, value in
        try run(
          name, strength: strength, in: folder,
          h: [
            "tangent_overlap.r2": value, "tangent_overlap.r13": value / 2, "tangent_overlap": 7,
            "tangent_overlap_random.r2": 0.25, "tangent_overlap_random.r13": 0.5,
            "nullspace_energy.r2": value, "nullspace_energy_between.r2": 1 - value,
          ])
      }
      let page = try page(of: runs)
      let chart = try #require(page.chart("Local plane and local subspace"))
      #expect(chart.traces.map(\.x) == [[2, 13], [2, 13], [2, 13]])
      #expect(chart.traces.map(\.y) == [[0.3, 0.15], [0.9, 0.45], [0.25, 0.5]])
      #expect(chart.traces[0].name == "s = 0.1, mean of 2 runs")
      #expect(chart.traces[2].name == "by chance" && chart.traces[2].dash == "dot")
      #expect(page.chart("Local plane and global subspace") == nil)
      #expect(page.chart("Principal angles (rad)") == nil)
      try #expect(figure(page, "tangent plane").contains("curves are means over runs"))
      #expect(page.chart("Share of the variance of h")?.traces.map(\.y) == [[0.3], [0.9]])
      #expect(
        page.chart("Share of the variance between classes")?.traces.map(\.y) == [[0.7], [0.1]])
    }
  }

  @Test("sets predicted beside measured rank, a point a run and the line where they are one")
  func ranks() throws {
    try withTemporaryFolder { folder in
      let runs = try [("a", 0.1, 60.0), ("b", 1, 7)].map { name, strength, rank in
        try run(
          name, strength: strength, in: folder,
          h: [
            "predicted_rank": rank, "predicted_overlap.r2": rank / 100,
            "predicted_overlap_random.r2": 0.25,
          ],
          z: ["effective_rank": 10])
      }
      let page = try page(of: runs)
      let chart = try #require(
        page.charts.map(\.chart).first { $0.x.title == "predicted rank of h" })
      #expect(chart.traces.map(\.x) == [[0, 60], [60], [7]])
      #expect(chart.traces.map(\.y) == [[0, 60], [10], [10]])
      let overlaps = page.chart("Predicted and global subspace")
      #expect(overlaps?.traces.map(\.y) == [[0.6], [0.07], [0.25]])
      let legend = page.all("button", ["aria-pressed": "true"]).map(\.text)
      #expect(legend.contains("prediction = measurement"))
    }
  }

  @Test("maps the similarity of layers and what is read from them, a panel a run")
  func heatMaps() throws {
    try withTemporaryFolder { folder in
      let only = try run(
        "only", strength: 0.3, in: folder,
        h: ["cka.z": 0.25, "attribute.hue": 0.9, "augmentation.crop_x": 0.5],
        z: ["attribute.hue": 0.1])
      let heats = try page(of: [only]).charts.compactMap(\.chart.heat)
      #expect(heats.map(\.rows) == [["h", "z"], ["hue", "view: crop x"]])
      #expect(heats.map(\.columns) == [["h", "z"], ["h", "z"]])
      // A layer's own cell stands where the layer was compared with any.
      #expect(heats[0].values == [[1, 0.25], [0.25, nil]])
      #expect(heats[1].values == [[0.9, 0.1], [0.5, nil]])
    }
  }

  @Test("shows the means of more runs than there is room for")
  func manyRuns() throws {
    try withTemporaryFolder { folder in
      let runs = try (1...10).map { index in
        try run(
          "run \(index)", strength: 0.3, in: folder, h: ["cka.z": Double(index) / 10],
          z: ["cka.h": Double(index) / 10])
      }
      let page = try page(of: runs)
      let heats = page.charts.map(\.chart).filter { $0.heat != nil }
      #expect(heats.map(\.title) == ["All runs, mean of 10 runs"])
      #expect(heats.first?.heat?.values == [[1, 0.55], [0.55, 1]])
      try #expect(figure(page, "Similarity of the layers").contains("numbers are means over runs."))
    }
  }

  @Test("keeps the table short: curves over r stay in charts and files")
  func tables() throws {
    try withTemporaryFolder { folder in
      let page = try page(of: SampleRuns.writeThree(to: folder))
      let rows = page.all("th", ["scope": "row"]).map(\.text)
      #expect(!rows.contains { $0.contains("r = 5") || $0.contains("strength 0.5, hue") })
      let tips = page.all("abbr").compactMap { $0.attributes["title"] }
      #expect(tips.contains { $0.hasPrefix("tangent_overlap: ") })
      #expect(rows.contains("Overlap of factor plane and local subspace, r = 6"))
      #expect(rows.contains("Tangent norm of factor: position x"))
      #expect(rows.contains("CKA with head.1") && rows.contains("Augmentation: crop x"))
      let parts = page.all("th", ["scope": "rowgroup"]).map(\.text)
      #expect(
        parts == [
          "What can be read from the layer", "Spectrum and rank", "Invariance to the augmentations",
          "Tangent planes and the projector", "Theory beside measurement", "Dimension",
          "What can be read from the layer", "Invariance to the augmentations", "Tangents",
          "Tangent planes and the projector", "Similarity of layers",
        ])
      let csv = String(decoding: try page.download("figures.csv"), as: UTF8.self)
      let heads = csv.prefix { $0 != "\r\n" }.split(separator: ",")
      for key in ["tangent_overlap.global.r21", "invariance_at.1.0.hue", "attribute.shape"] {
        #expect(heads.contains { $0 == key }, "\(key)")
      }
      // Every figure is defined once, by its family.
      let codes = page.texts("dt")
      #expect(Set(codes).count == codes.count && codes.count < 60)
    }
  }
}
