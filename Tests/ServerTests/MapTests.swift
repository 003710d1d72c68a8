import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import RunStore
import TestSupport
import Testing

@testable import Server

/// Maps of layers: what is shown of them, and how they are made because they are asked for.
@Suite struct MapTests {
  /// A map of three points that are on a line at h and reversed at z.
  private static func write(to path: String, step: Int = 10) throws {
    let record = EmbeddingMapRecord(
      run: "one", step: step, epoch: 1, count: 3, total: 9, images: "0123456789abcdef",
      layers: [
        .init(name: "h", dimension: 16, shares: [0.5, 0.25]),
        .init(name: "z", dimension: 8, shares: [1, 0]),
      ],
      columns: [.init(name: "label", kind: .classes, names: ["<b>", "b"])],
      neighborLayers: ["h", "z"], neighbors: 2, side: 1)
    func bytes<Number>(_ numbers: [Number]) -> Data { numbers.withUnsafeBytes { Data($0) } }
    try EmbeddingMapFolder(path: path).write(
      record,
      [
        .points: bytes([Float](arrayLiteral: 0, 0, 1, 0, 2, 0, 2, 1, 1, 1, 0, 1)),
        .columns: bytes([Float](arrayLiteral: 0, 1, 0)),
        .neighbors: bytes([Int32](arrayLiteral: 1, 2, 0, 2, 1, 0, 1, 2, 2, 0, 1, 7)),
        .images: Data([255, 0, 0, 0, 255, 0, 0, 0, 255]),
      ])
  }

  private func withServer(
    program: String = "exit 0",
    _ body: @escaping @Sendable (LiveServer, URL, any TestClientProtocol) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Sample.run(folder.appendingPathComponent("runs/one"), hasCheckpoint: true)
    let server = try Sample.server(folder.appendingPathComponent("runs")) { settings in
      settings.cache = folder.appendingPathComponent("cache")
      settings.programs = ServerPrograms(
        executable: "/bin/sh", resuming: { _ in [] },
        mapping: { ["-c", program, $0, $1, "\($2)"] })
    }
    try await server.application().test(.router) { client in
      try await body(server, folder, client)
    }
  }

  private func json(_ response: TestResponse) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(buffer: response.body))
  }

  @Test func aMapThatARunKeepsIsShownWithItsPointsColumnsImagesAndNeighbors() async throws {
    try await withServer { server, _, client in
      let run = try Sample.onlyRun(server)
      try Self.write(to: run.place.path + "/embeddings")
      let address = "/api/v1/runs/\(run.identifier)/embeddings"
      let known = try json(try await client.execute(uri: address, method: .get))
      let shape = JSONShape(schemas: OpenAPI.schemas)
      #expect(shape.faults(of: known, by: OpenAPI.schemas["Map"] ?? [:]) == [])
      #expect(known["state"] == "ready" && known["map"]?["count"] == 3)
      func data(_ path: String) async throws -> Data {
        let response = try await client.execute(uri: address + path, method: .get)
        #expect(response.status == .ok, "\(path)")
        return Data(buffer: response.body)
      }
      let points = try await data("/points?layer=z").withUnsafeBytes {
        Array($0.bindMemory(to: Float.self))
      }
      #expect(points == [2, 1, 1, 1, 0, 1])
      #expect(try await data("/columns?column=label").count == 12)
      #expect(try await Array(data("/images?points=2,0")) == [0, 0, 255, 255, 0, 0])
      let near = try json(
        try await client.execute(uri: address + "/neighbors?point=2", method: .get))
      #expect(shape.faults(of: near, by: OpenAPI.schemas["Neighbors"] ?? [:]) == [])
      // A number that is no point's is left out.
      #expect(
        near["layers"] == [
          ["layer": "h", "points": [1, 0]], ["layer": "z", "points": [1]],
        ])
      for wrong in [
        "/points", "/images", "/images?points=-1", "/images?points=1,x", "/images?points=%2B1",
        "/images?points=0000001", "/neighbors", "/neighbors?point=1,2",
        "/images?points=" + Array(repeating: "1", count: 65).joined(separator: ","),
      ] {
        let response = try await client.execute(uri: address + wrong, method: .get)
        #expect(response.status == .badRequest, "\(wrong)")
      }
      for absent in [
        "/points?layer=x", "/columns?column=x", "/images?points=3", "/neighbors?point=3",
      ] {
        let response = try await client.execute(uri: address + absent, method: .get)
        #expect(response.status == .notFound, "\(absent)")
      }
      let page = String(
        buffer: try await client.execute(
          uri: "/runs/\(run.identifier)/embeddings", method: .get
        ).body)
      #expect(page.contains("3 of 9 held-out images") && page.contains("<option value=\"label\">"))
      #expect(!page.contains("<b>") && !page.contains(" style="))
    }
  }

  @Test func aMapWhoseFilesAreNotWholeIsNone() async throws {
    try await withServer { server, folder, _ in
      let run = try Sample.onlyRun(server)
      let path = run.place.path + "/embeddings"
      for part in EmbeddingMapFolder.Part.allCases {
        try Self.write(to: path)
        #expect(RunMap(path) != nil)
        let file = path + "/" + part.rawValue
        truncate(file, off_t((FileStamp(file)?.size ?? 1) - 1))
        #expect(RunMap(path) == nil, "\(part)")
      }
      try Self.write(to: path)
      // A link out of the folder is not followed.
      let secret = folder.appendingPathComponent("secret")
      try Data(count: 9).write(to: secret)
      try FileManager.default.removeItem(atPath: path + "/images.rgb")
      try FileManager.default.createSymbolicLink(
        atPath: path + "/images.rgb", withDestinationPath: secret.path)
      #expect(RunMap(path) == nil)
      try Data("{\"schema\":99}".utf8).write(to: URL(fileURLWithPath: path + "/map.json"))
      #expect(RunMap(path) == nil)
    }
  }

  @Test func aMapIsMadeByAProcessOfItsOwnAndWhatItSaysIsShown() async throws {
    let script = "echo embedding: 5 of 9 >&2; sleep 3; cp -r \"$0/kept/.\" \"$1\"; echo $2"
    try await withServer(program: script) { server, folder, client in
      let run = try Sample.onlyRun(server)
      try Self.write(to: run.place.path + "/kept")
      let address = "/runs/\(run.identifier)/embeddings"
      let before = String(buffer: try await client.execute(uri: address, method: .get).body)
      #expect(before.contains("There is no map yet"))
      let token = try #require(before.firstMatch(of: /name="token" value="([0-9a-f]{64})"/)).1
      func post(_ body: String) async throws -> TestResponse {
        try await client.execute(
          uri: address, method: .post,
          headers: [.contentType: "application/x-www-form-urlencoded"],
          body: ByteBuffer(string: body))
      }
      #expect(try await post("points=10").status == .forbidden)
      #expect(try await post("token=\(token)&points=1").status == .badRequest)
      #expect(try await post("token=\(token)&points=200000").status == .badRequest)
      #expect(try await post("token=\(token)&points=10").status == .seeOther)
      // One at a time.
      #expect(try await post("token=\(token)&points=10").status == .conflict)
      var shown = ""
      for _ in 0..<100 where !shown.contains("embedding: 5 of 9") {
        shown = String(buffer: try await client.execute(uri: address, method: .get).body)
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(shown.contains("embedding: 5 of 9"))
      try await wait {
        if case .ready = server.pages.maps.standing(of: run) { true } else { false }
      }
      let after = String(buffer: try await client.execute(uri: address, method: .get).body)
      #expect(after.contains("id=\"plane\""))
    }
  }

  @Test func aProcessThatFailsIsSaidToHaveFailedWithItsLastError() async throws {
    try await withServer(program: "echo 'gnomon: error: no memory <left>' >&2; exit 1") {
      server, folder, client in
      let run = try Sample.onlyRun(server)
      try server.pages.maps.begin(run, points: 10, askedFrom: "test") {}
      try await wait {
        if case .failed = server.pages.maps.standing(of: run) { true } else { false }
      }
      let page = String(
        buffer: try await client.execute(
          uri: "/runs/\(run.identifier)/embeddings", method: .get
        ).body)
      #expect(page.contains("no memory &lt;left&gt;"))
      #expect(page.contains("Make a map"))
    }
  }

  @Test func ofTooManyMapsTheOldestGo() async throws {
    try await withServer { server, folder, _ in
      let run = try Sample.onlyRun(server)
      let cache = folder.appendingPathComponent("cache")
      for (place, name) in ["old", "new"].enumerated() {
        try Self.write(to: cache.appendingPathComponent(name).path)
        let old = Date(timeIntervalSinceNow: Double(place - 2) * 1_000)
        for file in try FileManager.default.contentsOfDirectory(atPath: cache.path + "/" + name) {
          try FileManager.default.setAttributes(
            [.modificationDate: old], ofItemAtPath: "\(cache.path)/\(name)/\(file)")
        }
      }
      var settings = ServerSettings(
        folders: [folder], catalogue: .standard, defaults: .null, identity: { $0 })
      settings.cache = cache
      // Room for one.
      settings.mostCached = try FileManager.default.contentsOfDirectory(atPath: cache.path + "/new")
        .reduce(100) { $0 + (FileStamp("\(cache.path)/new/\($1)")?.size ?? 0) }
      settings.programs = ServerPrograms(
        executable: "/bin/true", resuming: { _ in [] }, mapping: { _, _, _ in [] })
      let maps = MapStore(settings)
      try maps.begin(run, points: 10, askedFrom: "test") {}
      try await wait { maps.version == 2 }
      let left = try FileManager.default.contentsOfDirectory(atPath: cache.path).sorted()
      #expect(left == [run.identifier, "new"].sorted())
    }
  }
}
