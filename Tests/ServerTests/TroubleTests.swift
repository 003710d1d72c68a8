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

/// Disks that are full or cannot be written to, stores that others hold, runs that are killed: the pages say so and go on.
@Suite(.serialized) struct TroubleTests {
  /// A file system of its own, in memory, where the system lets one be made: who is root, outside of most containers.
  private func withDisk(
    kilobytes: Int, _ body: (URL) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    guard run("/bin/mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", folder.path) else {
      return
    }
    defer { _ = run("/bin/umount", "-l", folder.path) }
    try await body(folder)
  }

  private func run(_ program: String, _ arguments: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private func page(_ server: LiveServer, _ path: String) async throws -> TestResponse {
    try await server.application().test(.router) { client in
      try await client.execute(uri: path, method: .get)
    }
  }

  private func noted(_ server: LiveServer, _ run: RunEntry) async throws -> TestResponse {
    try await server.application().test(.router) { client in
      try await client.execute(
        uri: "/runs/\(run.identifier)/notes", method: .post,
        headers: [.contentType: "application/x-www-form-urlencoded"],
        body: ByteBuffer(string: "token=\(server.pages.gate.forgeryToken)&note=x"))
    }
  }

  private let programs = ServerPrograms(
    executable: "/bin/true", resuming: { _ in [] }, mapping: { _, _, _ in [] })

  @Test func onAFullDiskNothingIsNotedOrPutIntoTheStoreAndPagesGoOn() async throws {
    try await withDisk(kilobytes: 256) { folder in
      try Sample.run(folder.appendingPathComponent("one"), isFinished: true)
      // All that is left.
      let filling = open(folder.path + "/filling", O_WRONLY | O_CREAT, 0o600)
      let block = [UInt8](repeating: 1, count: 4_096)
      while write(filling, block, block.count) > 0 {}
      close(filling)
      let server = try Sample.server(folder)
      let run = try Sample.onlyRun(server)
      let answer = try await noted(server, run)
      #expect(answer.status == .conflict)
      #expect(String(buffer: answer.body).contains("disk"), "\(String(buffer: answer.body))")
      let filler = StoreFiller()
      filler.consider(server.pages.index.snapshot)
      try await wait { filler.isDone }
      #expect(filler.problems.count == 1)
      #expect(try await page(server, "/runs/\(run.identifier)").status == .ok)
      #expect(try await page(server, "/").status == .ok)
    }
  }

  @Test func aFolderThatIsReadOnlyIsReadAlone() async throws {
    try await withDisk(kilobytes: 1_024) { folder in
      try Sample.run(folder.appendingPathComponent("done"), isFinished: true)
      try Sample.run(folder.appendingPathComponent("left"), hasCheckpoint: true)
      guard self.run("/bin/mount", "-o", "remount,ro", folder.path) else { return }
      let server = try Sample.server(folder) {
        $0.allowsControl = true
        $0.programs = programs
      }
      let left = try #require(server.runs.first { $0.name == "left" })
      #expect(
        server.pages.control.hindrance(to: .resume, left, of: nil)
          == "its folder cannot be written to")
      #expect(try await noted(server, left).status == .conflict)
      let shown = String(buffer: try await page(server, "/runs/\(left.identifier)").body)
      #expect(shown.contains("Nothing can be noted: the folder cannot be written to"))
      #expect(shown.contains("It cannot be resumed from here: its folder cannot be written to"))
      let filler = StoreFiller()
      filler.consider(server.pages.index.snapshot)
      try await wait { filler.isDone }
      // Somebody's wish, and no problem.
      #expect(filler.problems == [])
    }
  }

  @Test func aStoreThatAnotherProcessHoldsHoldsUpNoPage() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Sample.run(folder.appendingPathComponent("one"), isFinished: true)
    let path = folder.appendingPathComponent("store.sqlite").path
    try RunDatabase.open(path: path).close()
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    holder.arguments = [
      "-c",
      """
      import sqlite3, sys, time
      store = sqlite3.connect(sys.argv[1], isolation_level=None)
      store.execute("BEGIN EXCLUSIVE")
      open(sys.argv[1] + ".held", "w").close()
      time.sleep(60)
      """, path,
    ]
    guard (try? holder.run()) != nil else { return }
    defer { holder.terminate() }
    try await wait { FileManager.default.fileExists(atPath: path + ".held") }
    let server = try Sample.server(folder)
    server.pages.filler.consider(server.pages.index.snapshot)
    #expect(!server.pages.filler.isDone)
    let began = ContinuousClock.now
    for path in ["/", "/runs/\(try Sample.onlyRun(server).identifier)", "/api/v1/runs"] {
      #expect(try await page(server, path).status == .ok)
    }
    // Far less than the minute that a writer waits for another; other tests share the processors.
    #expect(began.duration(to: .now) < .seconds(30))
    #expect(!server.pages.filler.isDone)
    holder.terminate()
    try await wait { server.pages.filler.isDone }
    #expect(server.pages.filler.problems == [])
  }

  @Test func aRunThatIsKilledIsInterruptedOrStaleAndCanBeResumed() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try Sample.run(folder.appendingPathComponent("one"), hasCheckpoint: true)
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    holder.arguments = ["--no-fork", run.url.path + "/.lock", "sleep", "60"]
    guard (try? holder.run()) != nil else { return }
    try await wait { LockTable().isHeld(run.url.path) }
    let server = try Sample.server(folder) {
      $0.allowsControl = true
      $0.programs = programs
    }
    #expect(server.runs.map(\.state) == [.running])
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    server.look()
    #expect(server.runs.map(\.state) == [.interrupted])
    let shown = String(
      buffer: try await page(server, "/runs/\(try Sample.onlyRun(server).identifier)").body)
    #expect(shown.contains("Resume this run"))
  }

  @Test func aRunsFolderThatGoesWhileItIsLookedAtIsSaidToBeGone() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try Sample.run(folder.appendingPathComponent("one"), hasCheckpoint: true)
    let server = try Sample.server(folder) {
      $0.allowsControl = true
      $0.programs = programs
      $0.cache = folder.appendingPathComponent("cache")
    }
    let address = "/runs/\(try Sample.onlyRun(server).identifier)"
    try FileManager.default.removeItem(at: run.url)
    // Before a look has noticed.
    for path in ["", "/charts.json", "/embeddings", "/files/metrics.jsonl"] {
      let status = try await page(server, address + path).status.code
      #expect([200, 404].contains(status), "\(path): \(status)")
    }
    #expect(try await page(server, address + "/resume").status == .conflict)
    server.look()
    for path in ["", "/charts.json", "/embeddings", "/resume", "/stop"] {
      let answer = try await page(server, address + path)
      #expect(answer.status == .notFound, "\(path)")
      #expect(String(buffer: answer.body).contains("its folder is gone"))
    }
  }
}
