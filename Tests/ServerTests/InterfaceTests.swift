import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import RunStore
import TestSupport
import Testing

@testable import Server

/// The interface for programs answers what its description says.
@Suite struct InterfaceTests {
  /// A folder with a study of two runs and a run of none, and what serves it.
  private func withServer(
    _ body: @escaping @Sendable (LiveServer, URL, any TestClientProtocol) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let study = folder.appendingPathComponent("study")
    try Sample.run(study.appendingPathComponent("runs/a"), strength: 0.1, isFinished: true)
    try Sample.run(study.appendingPathComponent("runs/b"), strength: 1, isFinished: true)
    try Sample.run(folder.appendingPathComponent("alone"), steps: 20, hasCheckpoint: true)
    let claim = ClaimRecord(
      id: "rank", statement: "The rank grows", statistic: "rank", axis: "strength", direction: 1,
      points: [
        .init(run: "a", seed: 1, setting: 0.1, value: 10.1),
        .init(run: "b", seed: 1, setting: 1, value: 11),
      ], effects: [0.9], seeds: [1], effect: 0.9, lower: nil, upper: nil, p: nil, correctedP: nil,
      verdict: .tooFewSeeds)
    let record = StudyRecord(
      name: "Strength", question: "What does it do?",
      axes: [.init(key: "strength", values: [0.1, 1])],
      runs: ["a", "b", "c"].map {
        .init(
          key: $0, settings: ["strength": $0 == "a" ? 0.1 : 1],
          status: $0 == "c" ? .pending : .finished)
      }, claims: [claim])
    try JSONEncoder().encode(record).write(to: study.appendingPathComponent("study.json"))
    let server = try Sample.server(folder)
    try await server.application().test(.router) { client in
      try await body(server, folder, client)
    }
  }

  private func json(_ response: TestResponse) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(buffer: response.body))
  }

  @Test func everyRouteIsDescribedAndEveryDescriptionIsARoute() {
    guard case .object(let paths) = OpenAPI.document["paths"] else { return #expect(Bool(false)) }
    let routes = Site.routes.filter { $0.path.hasPrefix("/api/") }
      .map { "\($0.method.rawValue.lowercased()) \($0.path)" }
    var described: [String] = []
    for (path, item) in paths {
      guard case .object(let operations) = item else { return #expect(Bool(false), "\(path)") }
      for (method, operation) in operations {
        described.append("\(method) \(path)")
        guard case .array(let parameters) = operation["parameters"] else {
          #expect(Bool(false), "\(path)")
          continue
        }
        let named = parameters.filter { $0["in"] == "path" }.compactMap { $0["name"]?.stringValue }
        let braces = path.matches(of: /\{([a-z]+)\}/).map { String($0.1) }
        #expect(named == braces, "\(path)")
      }
    }
    #expect(described.sorted() == routes.sorted())
  }

  @Test(arguments: [
    ("/api/v1/runs", RunQuery.parameters), ("/api/v1/compare", CompareQuery.parameters),
    ("/api/v1/scatter", ScatterQuery.parameters + ScatterQuery.filters),
  ])
  func everyParameterIsDescribed(_ path: String, _ names: [String]) {
    guard case .array(let parameters) = OpenAPI.document["paths"]?[path]?["get"]?["parameters"]
    else { return #expect(Bool(false)) }
    #expect(parameters.compactMap { $0["name"]?.stringValue }.sorted() == names.sorted())
  }

  @Test func answersHaveTheShapesThatAreDescribed() async throws {
    try await withServer { server, _, client in
      let shape = JSONShape(schemas: OpenAPI.schemas)
      guard case .object(let paths) = OpenAPI.document["paths"] else { return }
      let study = try #require(server.studies.first).identifier
      // Streams and bytes have no such shape, and a run without a map has none to describe.
      let others =
        ["/api/v1/events"]
        + ["points", "columns", "images", "neighbors"].map { "/api/v1/runs/{run}/embeddings/\($0)" }
      for (path, item) in paths where !others.contains(path) {
        for run in server.runs {
          var address = path.replacing("{run}", with: run.identifier)
            .replacing("{study}", with: study)
          if path == "/api/v1/compare" { address += "?runs=\(run.identifier)" }
          if path == "/api/v1/scatter" {
            address += "?x=strength&y=h.knn_top1&color=encoder&join=1"
          }
          if path == "/api/v1/runs" {
            address += "?columns=strength,h.effective_rank,loss,encoder,nothing"
          }
          let response = try await client.execute(uri: address, method: .get)
          #expect(response.status == .ok, "\(address)")
          #expect(response.headers[.contentType] == "application/json")
          let schema = item["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
          let faults = shape.faults(of: try json(response), by: try #require(schema))
          #expect(faults == [], "\(address)")
        }
      }
      for address in ["/api/v1/runs/0000000000000000", "/api/v1/runs?page=0", "/api/v1/x"] {
        let response = try await client.execute(uri: address, method: .get)
        #expect(shape.faults(of: try json(response), by: OpenAPI.schemas["Error"] ?? [:]) == [])
      }
    }
  }

  @Test func runsAreChosenSortedAndPagedByTheServer() async throws {
    try await withServer { _, _, client in
      let response = try await client.execute(
        uri: "/api/v1/runs?sort=strength&order=desc&per_page=2&columns=strength,z.effective_rank",
        method: .get)
      let document = try json(response)
      guard case .array(let runs) = document["runs"] else { return #expect(Bool(false)) }
      #expect(runs.map { $0["columns"]?["strength"] } == [1, 0.5])
      #expect(runs.first?["columns"]?["z.effective_rank"] == 11)
      #expect(document["total"] == 3 && document["pages"] == 2)
    }
  }

  @Test func metricsComeFromAStepAndNoMoreThanAskedFor() async throws {
    try await withServer { server, _, client in
      let run = try #require(server.runs.first { $0.name == "alone" }).identifier
      let some = try json(
        await client.execute(uri: "/api/v1/runs/\(run)/metrics?from=11", method: .get))
      guard case .array(let points) = some["points"] else { return #expect(Bool(false)) }
      #expect(points.map { $0["step"]?.wholeValue } == Array(11...20))
      let few = try json(
        await client.execute(uri: "/api/v1/runs/\(run)/metrics?most=4", method: .get))
      guard case .array(let means) = few["points"] else { return #expect(Bool(false)) }
      #expect(means.count <= 5 && few["every"]?.wholeValue ?? 0 > 1)
    }
  }

  @Test func pagesOfRunsAndStudiesShowWhatThereIs() async throws {
    try await withServer { server, _, client in
      func page(_ path: String) async throws -> String {
        let response = try await client.execute(uri: path, method: .get)
        #expect(response.status == .ok, "\(path)")
        return String(buffer: response.body)
      }
      let runs = try await page("/")
      #expect(runs.contains("study/runs/a") && runs.contains("3 runs"))
      #expect(runs.contains("<code>strength</code>"))
      let alone = try #require(server.runs.first { $0.name == "alone" })
      let run = try await page("/runs/\(alone.identifier)?figure=invariance")
      for text in [
        "interrupted", "20 of 100", "Best-response gap", "Loss and contrastive accuracy",
        "Invariance", "metrics.jsonl", "Spectra of encoder", "The curves as a table",
      ] {
        #expect(run.contains(text), "\(text)")
      }
      // The default is not a difference, another value is.
      #expect(
        run.contains(
          "<th scope=\"row\"><code>strength</code></th><td>0.5</td><td class=\"absent\">1</td>"))
      let charts = try json(
        await client.execute(
          uri: "/runs/\(alone.identifier)/charts.json?figure=invariance", method: .get))
      guard case .array(let drawn) = charts else { return #expect(Bool(false)) }
      for id in drawn.compactMap({ $0["id"]?.stringValue }) {
        #expect(run.contains("id=\"\(id)\""))
      }
      let study = try #require(server.studies.first)
      let text = try await page("/studies/\(study.identifier)")
      for part in [
        "The rank grows", "too few seeds", "What does it do?", "waiting", "Claims and verdicts",
      ] {
        #expect(text.contains(part), "\(part)")
      }
      let linked = try #require(server.runs.first { $0.name == "a" })
      #expect(text.contains("href=\"/runs/\(linked.identifier)\""))
      #expect(try await page("/studies").contains("Strength"))
    }
  }

  @Test func aRunOrStudyThatIsGoneIsSaidToBe() async throws {
    try await withServer { server, folder, client in
      let run = try #require(server.runs.first { $0.name == "alone" })
      try FileManager.default.removeItem(at: folder.appendingPathComponent("alone"))
      // Before the next look the page shows what is known.
      let before = try await client.execute(uri: "/runs/\(run.identifier)", method: .get)
      #expect(before.status == .ok)
      server.look()
      let after = try await client.execute(uri: "/runs/\(run.identifier)", method: .get)
      #expect(after.status == .notFound)
      #expect(String(buffer: after.body).contains("its folder is gone"))
      let events = try await client.execute(
        uri: "/api/v1/events?run=\(run.identifier)", method: .get)
      #expect(events.status == .notFound)
    }
  }
}
