import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Records
import RunStore
import Synchronization
import TestSupport
import Testing

@testable import Server

/// Stopping runs and going on with them: who may, when, and that it is asked twice.
@Suite struct ControlTests {
  /// What was said to standard error.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  /// Written before it is read.
  private final class Holder: @unchecked Sendable {
    var process: Process?
  }

  private static let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]

  /// A server of what `prepare` makes; its program is a shell that writes what it was asked.
  private func withServer(
    isAllowed: Bool = true, _ prepare: (URL) throws -> Void,
    _ body:
      @escaping @Sendable (LiveServer, URL, any TestClientProtocol, Lines) async throws ->
      Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try prepare(folder)
    let lines = Lines()
    let server = try Sample.server(folder) { settings in
      settings.allowsControl = isAllowed
      settings.audit = { lines.add($0) }
      settings.programs = ServerPrograms(
        executable: "/bin/sh",
        resuming: {
          ["-c", "echo went on with \"$0\"; echo parent $GNOMON_PARENT; sleep 3; exit 3", $0]
        },
        mapping: { _, _, _ in [] })
    }
    try await server.application().test(.router) { client in
      try await body(server, folder, client, lines)
    }
  }

  private func page(_ client: any TestClientProtocol, _ path: String) async throws -> String {
    String(buffer: try await client.execute(uri: path, method: .get).body)
  }

  private func hidden(_ name: String, in page: String) -> String {
    let start = page.range(of: "name=\"\(name)\" value=\"")
    return start.map { String(page[$0.upperBound...].prefix { $0 != "\"" }) } ?? ""
  }

  private func post(
    _ client: any TestClientProtocol, _ path: String, _ body: String,
    _ headers: HTTPFields = ControlTests.form
  ) async throws -> TestResponse {
    try await client.execute(
      uri: path, method: .post, headers: headers, body: ByteBuffer(string: body))
  }

  @Test func aRunIsResumedOnceItWasAskedTwiceByAProcessOfItsOwnWhoseOutputIsTheRunsLog()
    async throws
  {
    try await withServer { folder in
      try Sample.run(folder.appendingPathComponent("a b"), hasCheckpoint: true)
    } _: { server, folder, client, lines in
      let run = try Sample.onlyRun(server)
      let address = "/runs/\(run.identifier)"
      #expect(try await page(client, address).contains("href=\"\(address)/resume\""))
      let asking = try await page(client, address + "/resume")
      let (token, code) = (hidden("token", in: asking), hidden("confirmation", in: asking))
      #expect(token.count == 64 && code.count == 64)
      // Once is not enough.
      #expect(try await post(client, address + "/resume", "token=\(token)").status == .conflict)
      // What confirms one thing confirms no other, and is used up.
      let other = try await post(client, address + "/stop", "token=\(token)&confirmation=\(code)")
      #expect(other.status == .conflict)
      #expect(
        try await post(client, address + "/resume", "token=\(token)&confirmation=\(code)").status
          == .conflict)
      #expect(lines.all == [])
      let again = hidden("confirmation", in: try await page(client, address + "/resume"))
      let done = try await post(
        client, address + "/resume", "token=\(token)&confirmation=\(again)")
      #expect(done.status == .seeOther && done.headers[.location] == address)
      #expect(try await page(client, address).contains("is about to go on with it"))
      #expect(try await page(client, address + "/resume").contains("is about to go on with it"))
      let log = run.place.path + "/log.txt"
      try await wait {
        RunLog.lines(log, count: 9) == ["went on with \(run.place.path)", "parent"]
      }
      try await wait { server.pages.control.pending(run) == nil }
      #expect(lines.all.count == 1 && lines.all[0].hasPrefix("resume of \"\(run.place.path)\""))
    }
  }

  @Test func stoppingAsksTheProcessThatHoldsTheRunsLock() async throws {
    let holder = Holder()
    try await withServer { folder in
      let run = try Sample.run(folder.appendingPathComponent("one"))
      // A process that holds the lock, says its number as a run does, and ends when it is asked to.
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
      process.arguments = [
        "-c",
        """
        import fcntl, os, signal, sys, time
        # Who started this may have blocked them.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        lock = open(sys.argv[1], "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{os.getpid()}\\n")
        lock.flush()
        time.sleep(60)
        """, run.url.path + "/.lock",
      ]
      try process.run()
      holder.process = process
      let lock = run.url.path + "/.lock"
      for _ in 0..<200 where !LockTable().isHeld(run.url.path) || FileStamp(lock)?.size == 0 {
        usleep(20_000)
      }
    } _: { server, folder, client, lines in
      let run = try Sample.onlyRun(server)
      #expect(run.state == .running)
      let process = try #require(holder.process)
      #expect(RunHolder.process(of: run.place.path) == process.processIdentifier)
      let address = "/runs/\(run.identifier)/stop"
      let asking = try await page(client, address)
      let body =
        "token=\(hidden("token", in: asking))&confirmation=\(hidden("confirmation", in: asking))"
      #expect(try await post(client, address, body).status == .seeOther)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
      server.look()
      #expect(server.runs.map(\.state) == [.interrupted])
      #expect(try await page(client, address).contains("the run is interrupted"))
      #expect(lines.all.first?.contains("process \(process.processIdentifier)") == true)
    }
  }

  @Test func aNumberInALockIsNotEnoughToBeSignalled() throws {
    try withTemporaryFolder { folder in
      let run = try Sample.run(folder.appendingPathComponent("one"))
      // Somebody else's number in a file that nobody holds.
      try Data("1\n".utf8).write(to: run.url.appendingPathComponent(".lock"))
      #expect(RunHolder.process(of: run.url.path) == nil)
      // This process holds it: a server must not end itself.
      let lock = try run.lock()
      #expect(RunHolder.process(of: run.url.path) == nil)
      withExtendedLifetime(lock) {}
    }
  }

  @Test func withoutTheOptionNothingIsOfferedAndNothingIsDone() async throws {
    try await withServer(isAllowed: false) { folder in
      try Sample.run(folder.appendingPathComponent("one"), hasCheckpoint: true)
    } _: { server, _, client, lines in
      let address = "/runs/\(try Sample.onlyRun(server).identifier)"
      let shown = try await page(client, address)
      #expect(!shown.contains("/resume"))
      let asking = try await page(client, address + "/resume")
      #expect(asking.contains("started without --allow-control"))
      let answer = try await post(
        client, address + "/resume", "token=\(hidden("token", in: shown))&confirmation=x")
      #expect(answer.status == .forbidden && lines.all == [])
    }
  }

  @Test func neitherAPageOfElsewhereNorOneWithoutTheTokenStopsARun() async throws {
    try await withServer { folder in
      try Sample.run(folder.appendingPathComponent("one"), hasCheckpoint: true)
    } _: { server, _, client, lines in
      let address = "/runs/\(try Sample.onlyRun(server).identifier)/resume"
      let asking = try await page(client, address)
      let (token, code) = (hidden("token", in: asking), hidden("confirmation", in: asking))
      let body = "token=\(token)&confirmation=\(code)"
      var headers = Self.form
      headers[.origin] = "http://evil.example"
      #expect(try await post(client, address, body, headers).status == .forbidden)
      #expect(try await post(client, address, "confirmation=\(code)").status == .forbidden)
      #expect(
        try await post(client, address, body, [.contentType: "text/plain"]).status
          == .unsupportedMediaType)
      #expect(lines.all == [])
    }
  }

  @Test func aFinishedRunAndAFolderThatCannotBeWrittenToAreRefusedWithTheReason() async throws {
    try await withServer { folder in
      try Sample.run(folder.appendingPathComponent("done"), isFinished: true)
      try Sample.run(folder.appendingPathComponent("left"), hasCheckpoint: true)
      let bare = try Sample.run(folder.appendingPathComponent("zbare"), hasCheckpoint: true)
      try FileManager.default.removeItem(at: bare.config)
    } _: { server, _, client, _ in
      let runs = server.runs
      func hindrance(_ action: RunControl.Action, _ run: RunEntry) -> String? {
        server.pages.control.hindrance(to: action, run, of: nil)
      }
      #expect(hindrance(.stop, runs[0]) == "the run is finished")
      #expect(hindrance(.resume, runs[0]) == "the run is finished")
      #expect(hindrance(.stop, runs[1]) == "the run is interrupted")
      #expect(hindrance(.resume, runs[1]) == nil)
      #expect(hindrance(.resume, runs[2]) == "it has no configuration")
      // Who is root may write everywhere.
      guard geteuid() != 0 else { return }
      chmod(runs[1].place.path, 0o555)
      #expect(hindrance(.resume, runs[1]) == "its folder cannot be written to")
      chmod(runs[1].place.path, 0o755)
    }
  }

  @Test func aRunOfAStudyThatRunsIsLeftToIt() throws {
    try withTemporaryFolder { folder in
      let study = folder.appendingPathComponent("study")
      try Sample.run(study.appendingPathComponent("runs/a"), hasCheckpoint: true)
      let record = StudyRecord(
        name: "S", question: "?", axes: [],
        runs: [.init(key: "a", settings: [:], status: .running)], claims: [])
      try JSONEncoder().encode(record).write(to: study.appendingPathComponent("study.json"))
      let server = try Sample.server(folder) {
        $0.allowsControl = true
        $0.programs = ServerPrograms(
          executable: "/bin/true", resuming: { _ in [] }, mapping: { _, _, _ in [] })
      }
      var entry = try #require(server.studies.first)
      let run = try Sample.onlyRun(server)
      #expect(server.pages.control.hindrance(to: .resume, run, of: entry) == nil)
      entry.isRunning = true
      #expect(
        server.pages.control.hindrance(to: .resume, run, of: entry)?.contains("its study") == true)
    }
  }

  @Test func aCodeIsOfOneThingForTwoMinutesAndIsTakenOnce() {
    let confirmations = Confirmations()
    let now = ContinuousClock.now
    let code = confirmations.code(for: "stop a", now: now)
    #expect(!confirmations.take("", for: "stop a", now: now))
    #expect(confirmations.take(code, for: "stop a", now: now + .seconds(119)))
    #expect(!confirmations.take(code, for: "stop a", now: now))
    let late = confirmations.code(for: "stop a", now: now)
    #expect(!confirmations.take(late, for: "stop a", now: now + .seconds(121)))
    // Endless asking does not fill the memory; the latest are kept.
    let many = (0..<400).map { confirmations.code(for: "stop \($0)", now: now + .milliseconds($0)) }
    #expect(!confirmations.take(many[0], for: "stop 0", now: now))
    #expect(confirmations.take(many[399], for: "stop 399", now: now))
  }

  @Test func programsStopAndResumeWithWhatTheyWereAnswered() async throws {
    try await withServer { folder in
      try Sample.run(folder.appendingPathComponent("one"), hasCheckpoint: true)
    } _: { server, _, client, lines in
      let address = "/api/v1/runs/\(try Sample.onlyRun(server).identifier)/control"
      func json(_ response: TestResponse) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(buffer: response.body))
      }
      let known = try json(try await client.execute(uri: address, method: .get))
      #expect(known["action"] == "resume" && known["hindrance"] == nil)
      var headers: HTTPFields = [.contentType: "application/json"]
      headers[try #require(HTTPField.Name("Gnomon-Token"))] = known["token"]?.stringValue
      let code = known["confirmation"]?.stringValue ?? ""
      func put(_ text: String) async throws -> TestResponse {
        try await client.execute(
          uri: address, method: .put, headers: headers, body: ByteBuffer(string: text))
      }
      #expect(try await put("{}").status == .badRequest)
      #expect(
        try await put(#"{"action":"explode","confirmation":""}"#).status == .badRequest)
      #expect(
        try await put(#"{"action":"resume","confirmation":"0"}"#).status == .conflict)
      let done = try await put(#"{"action":"resume","confirmation":"\#(code)"}"#)
      #expect(done.status == .ok && lines.all.count == 1)
      let shape = JSONShape(schemas: OpenAPI.schemas)
      #expect(shape.faults(of: try json(done), by: OpenAPI.schemas["Control"] ?? [:]) == [])
      #expect(try json(done)["pending"]?.stringValue?.contains("about to go on") == true)
    }
  }

  @Test func toHaveBeenAskedToStopIsNoFailure() throws {
    try withTemporaryFolder { folder in
      let log = folder.appendingPathComponent("log.txt")
      try Data("gnomon: error: interrupted after step 3; continue with --resume x\n".utf8)
        .write(to: log)
      #expect(RunLog.failure(log.path) == nil)
      try Data("gnomon: error: disk full\n".utf8).write(to: log)
      #expect(RunLog.failure(log.path) == "disk full")
    }
  }
}

/// Waits until `condition` holds.
func wait(_ condition: () throws -> Bool) async throws {
  for _ in 0..<3_000 {
    if try condition() { return }
    try await Task.sleep(for: .milliseconds(20))
  }
  Issue.record("it did not come about")
}
