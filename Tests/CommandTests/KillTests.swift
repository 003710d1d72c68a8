import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct KillTests {
  /// Tools/kill-test.sh with few kills. It takes some seconds: a run must live long enough to be
  /// killed at different moments, and once more to its end.
  @Test func aRunKilledAtRandomMomentsEndsAsAnUndisturbedOne() throws {
    try expectWholeRuns("--train --kills 5 --epochs 10")
  }

  @Test func aRunOfTwoProcessesKilledAtRandomMomentsEndsAsAnUndisturbedOne() throws {
    try expectWholeRuns("--processes 2 --kills 5 --epochs 3")
  }

  private func expectWholeRuns(_ options: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Tools/kill-test.sh").path
    let result = try Program.startShell(
      "'\(script)' \(options) --gnomon '\(Program.path("gnomon"))'"
    ).finish()
    #expect(result.code == 0, "\(result.output)\(result.error)")
    #expect(result.output.contains("kill-test: passed: 5 kills"))
  }
}
