import Foundation
import Records
import RunStore
import TestSupport
import Testing

/// The real server, from its start to its stop.
@Suite struct ServeCommandTests {
  /// What a program has printed so far, when its first line is whole.
  private func address(in file: URL) throws -> String {
    try Program.wait(upTo: 240) { (try? text(of: file))?.contains("\n") == true }
    return try text(of: file).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test func pagesAndEventsFollowARunAsItGrowsAndCtrlCEndsIt() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("runs/one").path)
      try run.create()
      try Data("strength: 0.5\nsteps: 100\n".utf8).write(to: run.config)
      let metrics = try JSONLinesFile(appendingTo: run.metrics)
      try metrics.append(MetricRecord(step: 1, epoch: 0.1, loss: 5))
      let lock = try run.lock()
      let output = folder.appendingPathComponent("address.txt")
      let program = try Program.startShell(
        "exec '\(Program.path("gnomon"))' serve '\(folder.path)/runs' --port 0 > '\(output.path)'")
      let address = try address(in: output)
      #expect(address.hasPrefix("http://127.0.0.1:"))
      let port = try #require(Int(address.split(separator: ":").last?.dropLast() ?? ""))
      var page = ""
      try Program.wait(upTo: 240) {
        page = (try? SocketClient.answer(port: port, "/")) ?? ""
        return page.contains("runs/one")
      }
      #expect(page.contains("<span class=\"state running\">running</span>"))
      let stream = try SocketClient(port: port)
      stream.get("/api/v1/events")
      try stream.receive { $0.contains("event: state") }
      try metrics.append(MetricRecord(step: 2, epoch: 0.2, loss: 4))
      try stream.receive { $0.contains("event: change") }
      let answer = try SocketClient.answer(port: port, "/api/v1/runs")
      #expect(answer.contains("\"step\":2") && answer.contains("\"state\":\"running\""))
      withExtendedLifetime(lock) {}
      kill(program.identifier, SIGINT)
      let result = try program.finish()
      #expect(result.code == 0, "\(result.error)")
      #expect(result.errorLines.last == "stopped")
    }
  }

  #if os(Linux)
    /// OpenMP reads it when the program begins, so that the program begins again with what is missing.
    @Test(arguments: ["OMP_WAIT_POLICY=active", "GOMP_SPINCOUNT=7", nil])
    func threadsSpinBrieflyWhereTheEnvironmentDoesNotSayHowTheyWait(_ said: String?) throws {
      try withTemporaryFolder { folder in
        let output = folder.appendingPathComponent("address.txt")
        let program = try Program.startShell(
          "exec env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT \(said ?? "") "
            + "'\(Program.path("gnomon"))' serve '\(folder.path)' --port 0 > '\(output.path)'")
        _ = try address(in: output)
        let environment = try text(
          of: URL(fileURLWithPath: "/proc/\(program.identifier)/environ"))
        let waits = environment.split(separator: "\0").filter {
          $0.hasPrefix("OMP_WAIT_POLICY=") || $0.hasPrefix("GOMP_SPINCOUNT=")
        }
        #expect(waits == [said.map { $0[...] } ?? "GOMP_SPINCOUNT=5000"])
        kill(program.identifier, SIGTERM)
        #expect(try program.finish().code == 0)
      }
    }
  #endif

  @Test func anotherAddressAsksForItsToken() throws {
    try withTemporaryFolder { folder in
      let output = folder.appendingPathComponent("address.txt")
      let program = try Program.startShell(
        "exec '\(Program.path("gnomon"))' serve '\(folder.path)' --host 0.0.0.0 --port 0 > '\(output.path)'"
      )
      let address = try address(in: output)
      let parts = try #require(address.firstMatch(of: /:([0-9]+)\/\?token=([0-9a-f]{64})$/))
      let port = try #require(Int(parts.1))
      #expect(try SocketClient.answer(port: port, "/").hasPrefix("HTTP/1.1 401"))
      let bearer = "Authorization: Bearer \(parts.2)"
      #expect(try SocketClient.answer(port: port, "/", headers: [bearer]).hasPrefix("HTTP/1.1 200"))
      kill(program.identifier, SIGTERM)
      #expect(try program.finish().code == 0)
    }
  }

  @Test func aServerThatIsKilledLeavesNothingInTheWayOfTheNext() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("runs/one").path)
      try run.create()
      try Data("strength: 0.5\n".utf8).write(to: run.config)
      try run.write(RunSummary(name: "one", config: .null, epochs: 1, steps: 1, layers: []))
      var port = 0
      for turn in 0..<2 {
        let output = folder.appendingPathComponent("address-\(turn).txt")
        let program = try Program.startShell(
          "exec '\(Program.path("gnomon"))' serve '\(folder.path)/runs' --port \(port) > '\(output.path)'"
        )
        let address = try address(in: output)
        port = try #require(Int(address.split(separator: ":").last?.dropLast() ?? ""))
        var page = ""
        try Program.wait(upTo: 240) {
          page = (try? SocketClient.answer(port: port, "/")) ?? ""
          return page.contains("state finished")
        }
        // Finished runs are put into the store meanwhile.
        let store = folder.appendingPathComponent("runs/store.sqlite").path
        try Program.wait(upTo: 240) {
          guard turn > 0 else { return FileManager.default.fileExists(atPath: store) }
          return (try? Program.run(["store", "check", "\(folder.path)/runs"]).code) == 0
        }
        kill(program.identifier, turn == 0 ? SIGKILL : SIGINT)
        _ = try program.finish()
      }
    }
  }

  @Test func whatCannotBeServedIsOneLineAndACode() throws {
    try withTemporaryFolder { folder in
      let missing = try Program.run(["serve", "\(folder.path)/none"])
      #expect(missing.code == 1)
      #expect(missing.errorLines.count == 1)
      #expect(missing.error.contains("none: name folders of runs or studies"))
      #expect(try Program.run(["serve", "--port", "99999"]).code == 2)
      #expect(
        try Program.run(["serve", "--host", "not an address", folder.path, "--port", "0"]).code == 1
      )
    }
  }
}
