import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

@testable import Server

/// Notes and tags of runs: who may change them, and where they are.
@Suite struct NotesPageTests {
  private func withServer(
    _ body: @escaping @Sendable (LiveServer, URL, any TestClientProtocol) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Sample.run(folder.appendingPathComponent("a"), isFinished: true)
    try Sample.run(folder.appendingPathComponent("b"), strength: 1)
    let server = try Sample.server(folder)
    try await server.application().test(.router) { client in
      try await body(server, folder, client)
    }
  }

  private static let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]

  private func address(_ server: LiveServer, _ name: String) throws -> String {
    "/runs/\(try #require(server.runs.first { $0.name == name }).identifier)"
  }

  /// The token in a run's page.
  private func token(_ client: any TestClientProtocol, _ page: String) async throws -> String {
    let text = String(buffer: try await client.execute(uri: page, method: .get).body)
    return String(try #require(text.firstMatch(of: /name="token" value="([0-9a-f]{64})"/)).1)
  }

  private func post(
    _ client: any TestClientProtocol, _ page: String, _ text: String,
    _ headers: HTTPFields = NotesPageTests.form
  ) async throws -> TestResponse {
    try await client.execute(
      uri: page + "/notes", method: .post, headers: headers, body: ByteBuffer(string: text))
  }

  @Test func whatIsNotedStandsInThePageTheTableAndTheStore() async throws {
    try await withServer { server, folder, client in
      let page = try address(server, "a")
      let secret = try await token(client, page)
      let answer = try await post(
        client, page, "token=\(secret)&note=%3Cb%3Elook%3C%2Fb%3E+here&tags=good%2C+old,good")
      #expect(answer.status == .seeOther && answer.headers[.location] == page + "#notes")
      let shown = String(buffer: try await client.execute(uri: page, method: .get).body)
      #expect(
        shown.contains("&lt;b&gt;look&lt;/b&gt; here") && shown.contains("href=\"/?tag=good\""))
      let table = String(buffer: try await client.execute(uri: "/?tag=good", method: .get).body)
      #expect(table.contains("1 of 2 runs") && table.contains(">old</a>"))
      let none = String(buffer: try await client.execute(uri: "/?tag=bad", method: .get).body)
      #expect(none.contains("0 of 2 runs"))
      let stored = try RunDatabase.readNotes(at: folder.appendingPathComponent("store.sqlite").path)
      #expect(try stored == ["a": RunNotes(note: "<b>look</b> here", tags: ["good", "old"])])
      // What another program notes is found by the next look, and what this one noted stays.
      let store = try RunDatabase.open(path: folder.appendingPathComponent("store.sqlite").path)
      try store.setNotes(RunNotes(note: "elsewhere", tags: []), ofRun: "b")
      try store.close()
      server.look()
      #expect(server.runs.map(\.notes.note) == ["<b>look</b> here", "elsewhere"])
      // A look that finds nothing new says nothing.
      let version = server.runs.map(\.version)
      server.look()
      #expect(server.runs.map(\.version) == version)
      try FileManager.default.removeItem(at: folder.appendingPathComponent("store.sqlite"))
      server.look()
      #expect(server.runs.map(\.notes.isEmpty) == [true, true])
    }
  }

  @Test func aStoreThatCannotBeReadIsSaidToBeAndHidesNoRun() async throws {
    try await withServer { server, folder, client in
      let page = try address(server, "a")
      let path = folder.appendingPathComponent("store.sqlite")
      try Data(repeating: 7, count: 9_000).write(to: path)
      server.look()
      let shown = String(buffer: try await client.execute(uri: page, method: .get).body)
      #expect(shown.contains("store.sqlite: notes cannot be read: it is damaged"))
      let secret = try await token(client, page)
      let refused = try await post(client, page, "token=\(secret)&note=x")
      #expect(refused.status == .conflict)
      #expect(try Data(contentsOf: path) == Data(repeating: 7, count: 9_000))
      try FileManager.default.removeItem(at: path)
      server.look()
      #expect(server.runs.map(\.problems) == [[], []])
    }
  }

  @Test func nothingIsChangedWithoutTheTokenOrFromElsewhere() async throws {
    try await withServer { server, folder, client in
      let page = try address(server, "a")
      let secret = try await token(client, page)
      func status(_ text: String, _ headers: [(HTTPField.Name, String)]) async throws -> Int {
        var all = Self.form
        for (name, value) in headers { all[name] = value }
        return try await post(client, page, text, all).status.code
      }
      let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
      let body = "token=\(secret)&note=x&tags="
      #expect(try await status("note=x&tags=", []) == 403)
      #expect(try await status("token=\(secret.dropLast())&note=x", []) == 403)
      #expect(try await status("token=\(String(repeating: "0", count: 64))&note=x", []) == 403)
      for origin in [
        "http://evil.example", "null", "http://localhost:1", "http://localhost.evil.example",
      ] {
        #expect(try await status(body, [(.origin, origin)]) == 403, "\(origin)")
      }
      for kind in ["cross-site", "same-site", "none"] {
        #expect(try await status(body, [(site, kind)]) == 403, "\(kind)")
      }
      #expect(try await status(body, [(.contentType, "text/plain")]) == 415)
      #expect(try await status(body, [(.contentType, "multipart/form-data")]) == 415)
      let path = folder.appendingPathComponent("store.sqlite").path
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(try await status(body, [(site, "same-origin")]) == 303)
    }
  }

  @Test func whatIsTooLongIsRefused() async throws {
    try await withServer { server, _, client in
      let page = try address(server, "a")
      let secret = try await token(client, page)
      let long = String(repeating: "x", count: 8_001)
      #expect(try await post(client, page, "token=\(secret)&note=\(long)").status == .badRequest)
      let longer = String(repeating: "x", count: Site.longestBody)
      #expect(
        try await post(client, page, "token=\(secret)&note=\(longer)").status == .contentTooLarge)
      let many = (0..<17).map { "t\($0)" }.joined(separator: ",")
      #expect(try await post(client, page, "token=\(secret)&tags=\(many)").status == .badRequest)
      let nobody = try await post(client, "/runs/0000000000000000", "token=\(secret)&note=x")
      #expect(nobody.status == .notFound)
      let wrong = try await client.execute(uri: page + "/notes", method: .get)
      #expect(wrong.status == .methodNotAllowed && wrong.headers[.allow] == "POST")
    }
  }

  @Test func programsPutNotesWithTheTokenThatTheyWereGiven() async throws {
    try await withServer { server, _, client in
      let address = "/api/v1" + (try address(server, "b")) + "/notes"
      let shape = JSONShape(schemas: OpenAPI.schemas)
      func json(_ response: TestResponse) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(buffer: response.body))
      }
      let before = try json(try await client.execute(uri: address, method: .get))
      #expect(shape.faults(of: before, by: OpenAPI.schemas["Notes"] ?? [:]) == [])
      #expect(before["writable"] == true && before["note"] == "")
      let name = try #require(HTTPField.Name("Gnomon-Token"))
      var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
      let body = ByteBuffer(string: #"{"note":"by a program","tags":["auto"]}"#)
      let refused = try await client.execute(
        uri: address, method: .put, headers: headers, body: body)
      #expect(refused.status == .forbidden)
      headers[name] = before["token"]?.stringValue
      let put = try await client.execute(uri: address, method: .put, headers: headers, body: body)
      #expect(put.status == .ok)
      let after = try json(put)
      #expect(shape.faults(of: after, by: OpenAPI.schemas["Notes"] ?? [:]) == [])
      #expect(after["note"] == "by a program" && after["tags"] == ["auto"])
      for text in ["", "[]", #"{"note":1,"tags":[]}"#, #"{"note":"x"}"#] {
        let wrong = try await client.execute(
          uri: address, method: .put, headers: headers, body: ByteBuffer(string: text))
        #expect(wrong.status == .badRequest, "\(text)")
        #expect(shape.faults(of: try json(wrong), by: OpenAPI.schemas["Error"] ?? [:]) == [])
      }
      let brief = try json(
        try await client.execute(uri: "/api/v1/runs?tag=auto", method: .get))
      #expect(brief["total"] == 1)
    }
  }

  @Test func aStoreLiesWithTheStudyOrBesideTheRunAndNeverOutsideOfTheFolders() throws {
    try withTemporaryFolder { folder in
      let root = folder.resolvingSymlinksInPath().path
      try FileManager.default.createDirectory(
        atPath: "\(root)/study/runs/x", withIntermediateDirectories: true)
      try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(root)/study/study.json"))
      func place(_ path: String, _ label: String) -> NotesPlace? {
        NotesPlace(of: .init(path: "\(root)/\(path)", label: label))
      }
      let own = place("study/runs/x", "root/study/runs/x")
      #expect(own?.store == "\(root)/study/store.sqlite" && own?.key == "x")
      #expect(place("study/runs/x", "study/runs/x")?.store == "\(root)/study/store.sqlite")
      // The study's folder is not served.
      #expect(place("study/runs/x", "runs/x") == nil)
      #expect(place("alone", "root/alone")?.store == "\(root)/store.sqlite")
      #expect(place("alone", "alone") == nil)
      #expect(place("alone", "root/alone")?.hindrance == nil)
      try FileManager.default.createSymbolicLink(
        atPath: "\(root)/store.sqlite", withDestinationPath: "/etc/passwd")
      #expect(place("alone", "root/alone")?.hindrance == "its store is no regular file")
    }
  }
}
