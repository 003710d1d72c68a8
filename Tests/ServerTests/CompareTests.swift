import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import Reports
import RunStore
import TestSupport
import Testing

@testable import Server

/// Chosen runs beside each other.
@Suite struct CompareTests {
  /// Three runs, one of another encoder, and what serves them.
  private func withRuns(
    _ body: @escaping @Sendable (LiveServer, [String], any TestClientProtocol) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, strength) in [("a", 0.1), ("b", 0.5), ("c", 0.5)] {
      let run = try Sample.run(
        folder.appendingPathComponent(name), strength: strength, isFinished: true)
      if name == "c" {
        let text = try String(contentsOf: run.config, encoding: .utf8)
        try Data(text.replacing("resnet18", with: "vit").utf8).write(to: run.config)
      }
    }
    let server = try Sample.server(folder)
    let runs = server.runs.map(\.identifier)
    try await server.application().test(.router) { client in
      try await body(server, runs, client)
    }
  }

  private func json(_ client: any TestClientProtocol, _ address: String) async throws -> JSONValue {
    let response = try await client.execute(uri: address, method: .get)
    #expect(response.status == .ok, "\(address)")
    return try JSONDecoder().decode(JSONValue.self, from: Data(buffer: response.body))
  }

  private func page(_ client: any TestClientProtocol, _ address: String) async throws -> String {
    let response = try await client.execute(uri: address, method: .get)
    #expect(response.status == .ok, "\(address)")
    return String(buffer: response.body)
  }

  @Test func settingsThatDifferStandInATableAndWhatDiffersFromMostIsMarked() async throws {
    try await withRuns { _, runs, client in
      let text = try await page(client, "/compare?runs=\(runs.joined(separator: ","))")
      #expect(text.contains("Compare 3 runs"))
      // The form sends the runs again.
      #expect(text.contains("name=\"runs\" value=\"\(runs.joined(separator: ","))\""))
      #expect(text.contains("<mark>0.1</mark>") && text.contains("<mark>vit</mark>"))
      #expect(!text.contains("<mark>0.5</mark>") && !text.contains("<mark>resnet18</mark>"))
      // What all runs have is no difference.
      #expect(!text.contains("<code>batch_size</code>"))
      #expect(text.contains("The curves as tables") && text.contains("The spectra as tables"))
    }
  }

  @Test func checkboxesAndCommasNameTheSameRuns() throws {
    let ids = (0..<3).map { String(repeating: "\($0)", count: 16) }
    let boxes = try ChosenRuns(Parameters.parse(ids.map { "runs=\($0)" }.joined(separator: "&")))
    let commas = try ChosenRuns(Parameters.parse("runs=\(ids.joined(separator: "%2C"))"))
    #expect(boxes == commas && boxes.identifiers == ids)
    #expect(throws: RunQuery.Refused.self) { try ChosenRuns([("runs", "../../etc/passwd")]) }
    let many = (0..<51).map { String(format: "%016x", $0) }.joined(separator: ",")
    #expect(throws: RunQuery.Refused.self) { try ChosenRuns([("runs", many)]) }
  }

  @Test func aComparisonIsWholeInItsAddress() throws {
    let text =
      "runs=0000000000000001&curve=loss,h.effective_rank&curve=head.1.knn_top1&x=time&smooth=5&log=1"
      + "&epoch=2.5&color=strength&figure=invariance&layer=z"
    let query = try CompareQuery(Parameters.parse(text))
    #expect(
      query.curves == [
        .logged("loss"), .measured(layer: "h", key: "effective_rank"),
        .measured(layer: "head.1", key: "knn_top1"), .measured(layer: "z", key: "invariance"),
      ])
    let again = try CompareQuery(
      Parameters.parse(String(Parameters.query(query.parameters).dropFirst())))
    #expect(
      Parameters.query(again.parameters) == Parameters.query(query.parameters)
        && again.curves == query.curves)
    for wrong in ["x=place", "smooth=101", "log=yes", "epoch=-1", "curve=h.", "curve=.rank"] {
      #expect(throws: RunQuery.Refused.self, "\(wrong)") {
        try CompareQuery(Parameters.parse(wrong))
      }
    }
  }

  @Test func curvesComeWithAllRunsAndGoAlongStepsEpochsAndTime() async throws {
    try await withRuns { _, runs, client in
      let chosen = runs.prefix(2).joined(separator: ",")
      let byStep = try await json(client, "/api/v1/compare?runs=\(chosen)&curve=loss,z.knn_top1")
      guard case .array(let curves) = byStep["curves"] else { return #expect(Bool(false)) }
      #expect(curves.compactMap { $0["name"]?.stringValue } == ["loss", "z.knn_top1"])
      guard case .array(let series) = curves[0]["series"] else { return #expect(Bool(false)) }
      #expect(series.compactMap { $0["run"]?.stringValue } == Array(runs.prefix(2)))
      #expect(series[0]["x"] == .array((1...20).map { .integer($0) }))
      #expect(series[0]["y"] == .array((1...20).map { .double(5 - Double($0) / 100) }))
      guard case .array(let measured) = curves[1]["series"] else { return #expect(Bool(false)) }
      // Shares are percentages, and the title says so.
      #expect(measured[0]["y"] == [51, 51] && measured[0]["x"] == [0, 20])
      #expect(curves[1]["title"]?.stringValue?.contains("%") == true)
      // 128 samples of two views at 1,024 views a second: a quarter of a second a step.
      let byTime = try await json(client, "/api/v1/compare?runs=\(chosen)&curve=loss&x=time")
      guard case .array(let timed) = byTime["curves"], case .array(let own) = timed[0]["series"],
        case .array(let minutes) = own[0]["x"]
      else { return #expect(Bool(false)) }
      #expect(abs((minutes.last?.doubleValue ?? 0) - 20 * 0.25 / 60) < 1e-12)
      #expect(byTime["settings"]?["strength"]?[runs[0]] == 0.1)
      let gone = try await json(client, "/api/v1/compare?runs=\(runs[0]),0000000000000000")
      #expect(gone["missing"] == ["0000000000000000"])
    }
  }

  @Test func whatIsDrawnHasAPlaceInThePage() async throws {
    try await withRuns { _, runs, client in
      let query = "?runs=\(runs.joined(separator: ","))&smooth=10&log=1&color=strength&epoch=0"
      for path in ["/compare", "/scatter"] {
        let text = try await page(client, path + query)
        #expect(!text.contains(" style="))
        guard case .array(let charts) = try await json(client, "\(path)/charts.json\(query)") else {
          return #expect(Bool(false))
        }
        #expect(!charts.isEmpty)
        for id in charts.compactMap({ $0["id"]?.stringValue }) {
          #expect(text.contains("id=\"\(id)\""), "\(path) \(id)")
        }
      }
    }
  }

  @Test func pointsOfEncoderAndHeadComeTogether() async throws {
    try await withRuns { _, runs, client in
      let both = try await json(
        client, "/api/v1/scatter?x=strength&y=h.knn_top1&join=1&color=encoder")
      guard case .array(let points) = both["points"] else { return #expect(Bool(false)) }
      #expect(both["total"] == 3 && points.count == 6)
      #expect(points.prefix(2).compactMap { $0["layer"]?.stringValue } == ["h", "z"])
      // Shares are percentages.
      #expect(abs((points[0]["y"]?.doubleValue ?? 0) - 51) < 1e-9 && points[0]["x"] == 0.1)
      #expect(points.last?["color"] == "vit")
      // A figure of h against one of z is one point a run, and cannot be shown at both.
      let across = "x=h.effective_rank&y=z.knn_top1"
      for (query, status) in [("y=z.knn_top1", 400), (across, 400), ("y=h.knn_top1", 200)] {
        let answer = try await client.execute(
          uri: "/api/v1/scatter?join=1&\(query)", method: .get)
        #expect(answer.status.code == status, "\(query)")
      }
      let some = try await json(client, "/api/v1/scatter?set=strength%3D0.5&y=loss")
      #expect(some["total"] == 2)
      let charts = try await json(client, "/scatter/charts.json?x=strength&y=h.knn_top1&join=1")
      guard case .array(let all) = charts, case .array(let traces) = all.first?["chart"]?["traces"]
      else { return #expect(Bool(false)) }
      #expect(traces.first?["piece"] == 2 && traces.last?["isHollow"] == true)
      #expect(traces.last?["names"] == ["a, z", "b, z", "c, z"])
    }
  }

  @Test func theTableMarksWhereChosenRunsDifferAndKeepsThemChosen() async throws {
    try await withRuns { _, runs, client in
      let text = try await page(
        client, "/?columns=strength,encoder&per_page=2&runs=\(runs.joined(separator: ","))")
      #expect(text.contains("<mark>0.1</mark>") && !text.contains("<mark>0.5</mark>"))
      #expect(text.matches(of: /checked="checked"/).count == 2)
      #expect(text.contains("type=\"hidden\" name=\"runs\" value=\"\(runs[2])\""))
      #expect(text.contains("runs=\(runs.joined(separator: "%2C"))"))
    }
  }

  @Test func columnsOfFiguresStayBoundedAndKeepTheLastStep() {
    var columns = FigureColumns(most: 8)
    for step in 0..<100 {
      var values = ["effective_rank": Double(step)]
      if step > 50 { values["knn_top1"] = 0.5 }
      columns.add(
        GeometryRecord(
          step: step, epoch: Double(step),
          figures: LayerFigures(layer: "h", n: 1, dimension: 1, values: values)))
    }
    let points = columns.points(.measured(layer: "h", key: "effective_rank"))
    #expect(points.count <= 8 && points.last?.step == 99)
    #expect(points.allSatisfy { $0.value == Double($0.step) && $0.epoch == Double($0.step) })
    let later = columns.points(.measured(layer: "h", key: "knn_top1"))
    #expect(!later.isEmpty && later.allSatisfy { $0.step > 50 })
    #expect(columns.points(.measured(layer: "z", key: "effective_rank")).isEmpty)
  }

  @Test func spectraOfManyEpochsStayBoundedAndTheNextOneIsFound() {
    var history = SpectrumHistory(most: 4)
    for step in 0..<40 {
      for layer in ["h", "z"] {
        history.add(
          GeometryRecord(
            step: step, epoch: Double(step),
            figures: LayerFigures(
              layer: layer, n: 1, dimension: 1, spectrum: [Double(step), .nan])))
      }
    }
    #expect(history.moments.count <= 4 && history.moments.last?.step == 39)
    let next = history.moment(nextTo: 38.9)
    #expect(next?.spectra == ["h": [39], "z": [39]])
  }
}
