import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import TestSupport
import Testing

@testable import Server

/// Who may read what, and what a browser is told about it.
@Suite struct SafetyTests {
  /// What a server of one run answers to a request.
  private func ask(
    _ path: String, method: HTTPRequest.Method = .get, headers: HTTPFields = [:],
    of change: @escaping (inout ServerSettings) -> Void = { _ in },
    prepare: (URL) throws -> Void = { _ in }
  ) async throws -> TestResponse {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = folder.appendingPathComponent("one")
    try Sample.run(run, isFinished: true)
    try prepare(run)
    let server = try Sample.server(folder, change)
    let identifier = server.runs.first?.identifier ?? ""
    let path = path.replacing("RUN", with: identifier)
    return try await server.application().test(.router) { client in
      try await client.execute(uri: path, method: method, headers: headers)
    }
  }

  private let secured: [String: String] = [
    "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
    "x-frame-options": "DENY", "cross-origin-resource-policy": "same-origin",
  ]

  @Test(arguments: [
    "/", "/runs/RUN", "/studies", "/nothing", "/api/v1/runs", "/api/v1/nothing",
    "/assets/style.css",
    "/runs/RUN/files/metrics.jsonl", "/?page=0",
  ])
  func everyAnswerHasWhatKeepsABrowserSafe(_ path: String) async throws {
    let response = try await ask(path)
    for (name, value) in secured {
      #expect(response.headers[try #require(HTTPField.Name(name))] == value, "\(name)")
    }
    let policy = try #require(response.headers[.contentSecurityPolicy])
    #expect(policy.hasPrefix("default-src 'none'"))
    #expect(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"))
  }

  @Test(arguments: [HTTPRequest.Method.post, .put, .delete, .patch, .options])
  func onlyReadingIsAnswered(_ method: HTTPRequest.Method) async throws {
    let response = try await ask("/", method: method)
    #expect(response.status == .methodNotAllowed)
    #expect(response.headers[.allow] == "GET, HEAD")
  }

  @Test func aHeadIsAnAnswerWithoutItsBody() async throws {
    let response = try await ask("/runs/RUN", method: .head)
    #expect(response.status == .ok && response.body.readableBytes == 0)
  }

  @Test func namesThatLeadHereFromElsewhereAreRefused() {
    let loopback = HostName(host: "127.0.0.1")
    for name in [
      "localhost", "localhost:80", "127.0.0.1:8421", "127.0.0.9", "[::1]:8421", "LOCALHOST",
    ] {
      #expect(loopback.includes(name), "\(name)")
    }
    for name in [
      nil, "", "evil.example", "evil.example:8421", "localhost.evil.example",
      "127.0.0.1.evil.example",
      "10.0.0.1", "[::1", "localhost:x", "localhost:99999", "127.0.0.1@evil.example",
    ] {
      #expect(!loopback.includes(name), "\(name ?? "none")")
    }
    let open = HostName(host: "0.0.0.0")
    #expect(open.includes("10.0.0.1:8421") && open.includes("localhost"))
    #expect(!open.includes("evil.example"))
  }

  @Test func anotherNameOfTheServerIsMisdirected() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let server = try Sample.server(folder)
    let site = server.pages
    let head = HTTPRequest(method: .get, scheme: "http", authority: "evil.example", path: "/")
    let response = await site.answer(Request(head: head, body: RequestBody(buffer: ByteBuffer())))
    #expect(response.status == .misdirectedRequest)
  }

  @Test func aTokenIsAskedForGivenByCookieOrHeaderAndTakenOutOfTheAddress() async throws {
    let token = AccessToken.make()
    #expect(token.count == 64 && token != AccessToken.make())
    let change: @Sendable (inout ServerSettings) -> Void = { $0.token = token }
    #expect(try await ask("/", of: change).status == .unauthorized)
    #expect(try await ask("/api/v1/runs", of: change).status == .unauthorized)
    #expect(try await ask("/?token=wrong", of: change).status == .unauthorized)
    let welcome = try await ask("/?token=\(token)&page=2", of: change)
    #expect(welcome.status == .seeOther)
    #expect(welcome.headers[.location] == "/?page=2")
    let cookie = try #require(welcome.headers[.setCookie])
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let pair = String(cookie.prefix { $0 != ";" })
    #expect(try await ask("/", headers: [.cookie: "a=b; \(pair)"], of: change).status == .ok)
    #expect(
      try await ask("/api/v1/runs", headers: [.authorization: "Bearer \(token)"], of: change).status
        == .ok)
    for wrong in ["", String(token.dropLast()), token + "0", String(repeating: "0", count: 64)] {
      let headers: HTTPFields = [.authorization: "Bearer \(wrong)"]
      #expect(try await ask("/", headers: headers, of: change).status == .unauthorized)
    }
    // An address that starts with two slashes would be another server's.
    let other = try await ask("//evil.example/?token=\(token)", of: change)
    #expect(other.headers[.location]?.hasPrefix("//") != true)
  }

  @Test(arguments: [
    "/runs/RUN/files/../../../../etc/passwd", "/runs/RUN/files/..%2f..%2fetc%2fpasswd",
    "/runs/RUN/files/%2e%2e%2fconfig.yaml", "/runs/../runs/RUN/files/.lock",
    "/runs/RUN/files/.lock", "/runs/RUN/files/checkpoints", "/runs/RUN/files/",
    "/runs/RUN/files/config.yaml%00.png", "/runs/RUN/files/config.yaml/", "/runs/..",
    "/assets/../Site.swift", "/assets/..%2fSite.swift", "/assets/shell.mustache", "/runs/%2e%2e/",
    "/runs/RUN/files/secret.txt", "/runs//etc/passwd", "/runs/RUN%2f..%2fRUN",
  ])
  func noPathLeadsOutOfTheFolders(_ path: String) async throws {
    let response = try await ask(
      path,
      prepare: { run in
        try Data("a secret\n".utf8).write(to: run.appendingPathComponent("secret.txt"))
      })
    #expect(response.status == .notFound, "\(path)")
    #expect(!String(buffer: response.body).contains("a secret"))
  }

  @Test func aLinkInPlaceOfAFileIsNotFollowed() async throws {
    for name in ["config.yaml", "metrics.jsonl", "summary.json", "report.html"] {
      let response = try await ask(
        "/runs/RUN/files/\(name)",
        prepare: { run in
          let secret = run.deletingLastPathComponent().appendingPathComponent("secret")
          try Data("a: 'secret'\n".utf8).write(to: secret)
          let file = run.appendingPathComponent(name)
          try? FileManager.default.removeItem(at: file)
          try FileManager.default.createSymbolicLink(at: file, withDestinationURL: secret)
        })
      #expect(response.status != .ok, "\(name)")
      #expect(!String(buffer: response.body).contains("'secret'"))
    }
    let page = try await ask(
      "/runs/RUN",
      prepare: { run in
        let secret = run.deletingLastPathComponent().appendingPathComponent("secret")
        try Data("key: 'of another'\n".utf8).write(to: secret)
        let file = run.appendingPathComponent("config.yaml")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createSymbolicLink(at: file, withDestinationURL: secret)
      })
    #expect(page.status == .ok)
    #expect(!String(buffer: page.body).contains("of another"))
  }

  @Test func filesComeAsDownloadsThatRunNothing() async throws {
    let response = try await ask(
      "/runs/RUN/files/report.html",
      prepare: { run in
        try Data("<script>alert(1)</script>".utf8).write(
          to: run.appendingPathComponent("report.html"))
      })
    #expect(response.status == .ok)
    #expect(response.headers[.contentDisposition] == "attachment; filename=\"report.html\"")
    #expect(response.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
    #expect(String(buffer: response.body) == "<script>alert(1)</script>")
  }

  @Test func longAddressesAndParametersAreRefused() async throws {
    let long = String(repeating: "a", count: 5_000)
    #expect(try await ask("/?text=\(long)").status == .uriTooLong)
    #expect(try await ask("/?text=\(long.prefix(300))").status == .badRequest)
    #expect(try await ask("/runs/RUN?figure=\(long.prefix(300))").status == .badRequest)
    #expect(try await ask("/api/v1/runs?per_page=1000").status == .badRequest)
    // A misspelt filter would choose all.
    #expect(try await ask("/api/v1/runs?stat=running").status == .badRequest)
  }

  @Test func aStudyWithAHostileNameOfThreeHundredCharactersIsShownAsWhatItIs() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let hostile = "<script>alert(1)</script>\n\"'&{{x}}" + String(repeating: "é", count: 270)
    let run = try Sample.run(
      folder.appendingPathComponent("study/runs/<script>\n"), isFinished: true)
    let record = StudyRecord(
      name: hostile, question: hostile, axes: [.init(key: hostile, values: [.string(hostile)])],
      runs: [
        .init(
          key: run.name, settings: [hostile: .string(hostile)], status: .failed, failure: hostile),
        .init(key: "../../etc", settings: [:], status: .pending),
      ], claims: [])
    try JSONEncoder().encode(record).write(
      to: folder.appendingPathComponent("study/study.json"))
    let server = try Sample.server(folder)
    let study = try #require(server.studies.first).identifier
    let identifier = try Sample.onlyRun(server).identifier
    try await server.application().test(.router) { client in
      for path in [
        "/", "/studies", "/studies/\(study)", "/studies/\(study)/charts.json",
        "/api/v1/studies/\(study)", "/runs/\(identifier)", "/runs/\(identifier)/embeddings",
        "/compare?runs=\(identifier)", "/scatter?x=loss&y=loss",
      ] {
        let answer = try await client.execute(uri: path, method: .get)
        #expect(answer.status == .ok, "\(path)")
        let isPage = answer.headers[.contentType]?.hasPrefix("text/html") == true
        #expect(!isPage || !String(buffer: answer.body).contains("<script>"), "\(path)")
      }
    }
  }

  @Test func hostileNamesAndTextsAreShownAsWhatTheyAre() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let hostile = "<script>alert(1)<\u{7}script>\n\"'&" + String(repeating: "x", count: 200)
    let run = try Sample.run(folder.appendingPathComponent(hostile))
    let config = "encoder: \"</td><script>alert(2)</script>\"\n\"<b>key\": 3\nstrength: 1\n"
    try Data(config.utf8).write(to: run.config)
    try Data("<img src=x onerror=alert(3)>\n".utf8).write(
      to: run.url.appendingPathComponent("log.txt"))
    try Data((#"{"step":99,"epoch":0,"<i>":1,"loss":1e999}"# + "\n").utf8).write(to: run.metrics)
    let server = try Sample.server(folder)
    let identifier = try Sample.onlyRun(server).identifier
    for path in [
      "/", "/runs/\(identifier)", "/?columns=encoder,%3Cb%3Ekey&text=%22%3E%3Cscript%3E",
    ] {
      let page = try await server.application().test(.router) { client in
        try await client.execute(uri: path, method: .get)
      }
      #expect(page.status == .ok, "\(path)")
      let html = String(buffer: page.body)
      for forbidden in ["<script>", "<b>key", "<img src=x", "<i>"] {
        #expect(!html.contains(forbidden), "\(path): \(forbidden)")
      }
      #expect(!html.contains(" style="), "the policy lets no style attribute through")
    }
    let events = try await server.application().test(.router) { client in
      try await client.execute(uri: "/api/v1/runs/\(identifier)", method: .get)
    }
    #expect(events.status == .ok)
  }
}
