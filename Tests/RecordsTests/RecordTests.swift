import Foundation
import Records
import Testing

@Suite("Records of a run")
struct RecordTests {
  let figures = LayerFigures(
    layer: "h", n: 2048, dimension: 128,
    values: [
      "effective_rank": 47.9, "knn_top1": 1.0 / 3.0,
      "tangent_norm.rotation": .leastNonzeroMagnitude,
      "linear_top1": 0.1 + 0.2,
    ],
    invarianceAt: ["0.25": 0.125, "0.5": 0.3, "1.0": 0.61],
    spectrum: [-0.5, -1.25, -7.0 / 3.0],
    conventions: [
      "effective_rank": Convention(centered: true, rowNormalized: false),
      "rankme": Convention(centered: false, rowNormalized: false, epsilon: 1e-7),
      "knn_top1": Convention(
        centered: false, rowNormalized: true, n: 500, k: 20, fitted: 9_000, temperature: 0.07),
      "predicted_rank": Convention(
        centered: false, rowNormalized: false, n: 512, views: 2, anchors: 32, temperature: 0.2,
        batch: 256, weighting: "nt_xent"),
    ])

  @Test("hold figures flat beside layer, n and dimension")
  func flatFigures() throws {
    let json = try JSONDecoder().decode(
      JSONValue.self, from: JSONEncoder().encode(figures))
    #expect(json["layer"] == "h")
    #expect(json["n"] == 2048)
    #expect(json["dimension"] == 128)
    #expect(json["effective_rank"] == 47.9)
    #expect(json["tangent_norm.rotation"] == .double(.leastNonzeroMagnitude))
    #expect(json["invariance_at"]?["0.25"] == 0.125)
    #expect(json["spectrum"] == [-0.5, -1.25, .double(-7.0 / 3.0)])
    #expect(
      json["conventions"]?["rankme"]
        == ["centered": false, "row_normalized": false, "epsilon": 1e-7])
    #expect(
      json["conventions"]?["predicted_rank"] == [
        "centered": false, "row_normalized": false, "n": 512, "views": 2, "anchors": 32,
        "temperature": 0.2, "batch": 256, "weighting": "nt_xent",
      ])
    #expect(json["values"] == nil)
  }

  @Test("give figures back to the last bit")
  func figuresRoundTrip() throws {
    let data = try JSONEncoder().encode(figures)
    #expect(try JSONDecoder().decode(LayerFigures.self, from: data) == figures)
  }

  @Test("hold what a figure is under controls beside it")
  func controls() throws {
    var figures = figures
    figures.record(109.5, as: "effective_rank", under: .untrained)
    figures.record(0.25, as: "invariance_at.0.5", under: .untrained)
    figures.record(.nan, as: "alpha", under: .gaussian)
    let data = try JSONEncoder().encode(figures)
    let json = try JSONDecoder().decode(JSONValue.self, from: data)
    #expect(
      json["controls"] == ["untrained": ["effective_rank": 109.5, "invariance_at.0.5": 0.25]])
    #expect(try JSONDecoder().decode(LayerFigures.self, from: data) == figures)
    #expect(figures.scalar("effective_rank@untrained") == 109.5)
    #expect(figures.scalar("effective_rank") == 47.9)
    #expect(figures.scalarsAndControls["invariance_at.0.5@untrained"] == 0.25)
    #expect(figures.scalars["effective_rank@untrained"] == nil)

    // A file of a later version may have others.
    let later = #"{"layer": "h", "n": 3, "dimension": 2, "controls": {"dreams": {"alpha": 1}}}"#
    let read = try JSONDecoder().decode(LayerFigures.self, from: Data(later.utf8))
    #expect(read.controls.isEmpty && read.values.isEmpty)
  }

  @Test("have no member for what was not measured or is not finite")
  func absentFigures() throws {
    let figures = LayerFigures(
      layer: "z", n: 3, dimension: 2,
      values: ["alpha": .nan, "rankme": .infinity, "stable_rank": 1],
      invarianceAt: ["0.5": .nan], spectrum: [0.5, -.infinity])
    let json = try JSONDecoder().decode(
      JSONValue.self, from: JSONEncoder().encode(figures))
    #expect(
      json == ["layer": "z", "n": 3, "dimension": 2, "stable_rank": 1, "spectrum": [0.5]])
    let read = try JSONDecoder().decode(LayerFigures.self, from: JSONEncoder().encode(figures))
    #expect(read["alpha"] == nil)
    #expect(read.invarianceAt.isEmpty)
  }

  @Test("take unknown numbers as figures and pass over unknown members of other kinds")
  func unknownMembers() throws {
    let json = Data(
      #"""
      {"layer": "h", "n": 1, "dimension": 2, "novel": 3, "note": "x", "flag": true,
       "attributes": {"hue": 0.5, "shape": "cube"}}
      """#.utf8)
    let figures = try JSONDecoder().decode(LayerFigures.self, from: json)
    #expect(figures.values == ["novel": 3, "attributes.hue": 0.5])
  }

  @Test("never let a figure overwrite a member with a meaning of its own")
  func reservedNames() throws {
    let figures = LayerFigures(
      layer: "h", n: 5, dimension: 2, values: ["n": 7, "layer": 8, "spectrum": 9])
    let read = try JSONDecoder().decode(LayerFigures.self, from: JSONEncoder().encode(figures))
    #expect(read == LayerFigures(layer: "h", n: 5, dimension: 2))
  }

  @Test("order layers from encoder to output")
  func layerOrder() {
    let names = ["z", "probe", "head.10", "head.2", "h", "head.x", "head.1"]
    #expect(
      LayerFigures.canonicalOrder(of: names)
        == ["h", "head.1", "head.2", "head.10", "z", "head.x", "probe"])
    #expect(LayerFigures.canonicalOrder(of: [String]()) == [])
  }

  @Test("of a step are flat, with other numbers kept")
  func metricRecord() throws {
    let record = MetricRecord(
      step: 40, epoch: 0.625, loss: 5.1, learningRate: 2e-3, viewsPerSecond: 1999.5,
      contrastiveTop1: 0.25, meanPositiveCosine: 0.8, meanNegativeCosine: 0.01,
      softmaxEntropy: 3.9, extra: ["gradient_norm": 1.5])
    let data = try JSONEncoder().encode(record)
    let json = try JSONDecoder().decode(JSONValue.self, from: data)
    #expect(json["learning_rate"] == 0.002)
    #expect(json["mean_positive_cosine"] == 0.8)
    #expect(json["gradient_norm"] == 1.5)
    #expect(try JSONDecoder().decode(MetricRecord.self, from: data) == record)
  }

  @Test("of a step leave out a loss that is not finite")
  func divergedLoss() throws {
    let record = MetricRecord(step: 1, epoch: 0, loss: .nan, extra: ["x": .infinity])
    let json = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(record))
    #expect(json == ["step": 1, "epoch": 0])
  }

  @Test("of geometry hold step and epoch beside the figures and not among them")
  func geometryRecord() throws {
    let record = GeometryRecord(step: 640, epoch: 10, figures: figures)
    let data = try JSONEncoder().encode(record)
    let json = try JSONDecoder().decode(JSONValue.self, from: data)
    #expect(json["step"] == 640)
    #expect(json["effective_rank"] == 47.9)
    let read = try JSONDecoder().decode(GeometryRecord.self, from: data)
    #expect(read == record)
    #expect(read.figures["step"] == nil)
  }

  @Test("of geometry must name their layer")
  func namelessGeometry() {
    let json = Data(#"{"step": 1, "epoch": 1, "n": 2, "dimension": 2}"#.utf8)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(GeometryRecord.self, from: json)
    }
  }

  @Test("of a whole run survive writing and reading, layers by name")
  func summary() throws {
    var z = figures
    z.layer = "z"
    let summary = RunSummary(
      name: "s=0.5", config: ["strength": 0.5], epochs: 10, steps: 640, finalLoss: 2.25,
      wallSeconds: 61.5, viewsPerSecond: 2010, layers: [z, figures])
    let data = try JSONEncoder().encode(summary)
    let read = try JSONDecoder().decode(RunSummary.self, from: data)
    #expect(read == summary)
    #expect(read.schema == 1)
    #expect(read.orderedLayers.map(\.layer) == ["h", "z"])
    let json = try JSONDecoder().decode(JSONValue.self, from: data)
    #expect(json["layers"]?["z"]?["knn_top1"]?.doubleValue == 1.0 / 3.0)
    #expect(json["final_loss"] == 2.25)
  }

  @Test("of a whole run name a layer by its key")
  func layerNamedByKey() throws {
    let json = Data(
      #"""
      {"schema": 1, "name": "x", "config": {}, "epochs": 1, "steps": 2,
       "layers": {"h": {"n": 4, "dimension": 8}, "z": {"layer": "q", "n": 4, "dimension": 2}}}
      """#.utf8)
    let summary = try JSONDecoder().decode(RunSummary.self, from: json)
    #expect(summary.orderedLayers.map(\.layer) == ["h", "z"])
    #expect(summary.finalLoss == nil)
  }
}
