import Foundation
import RunStore
import Runs
import TestSupport
import Testing
import Training

@Suite(.serialized) struct ProfileTests {
  private struct Trace: Decodable {
    struct Event: Decodable {
      struct Arguments: Decodable {
        let bytes: Double?
        let flops: Double?
      }
      let name: String
      let ph: String
      let tid: Int
      let ts: Double?
      let dur: Double?
      let args: Arguments

      var start: Double { ts ?? .nan }
      var end: Double { start + (dur ?? .nan) }
    }
    let traceEvents: [Event]
  }

  private func trace(
    of profile: StepProfile, _ change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> [Trace.Event] {
    try withTemporaryFolder { parent in
      let configuration = tinyRun {
        $0.logEvery = 1
        $0.figures = .none
        // Steps long enough that what lies between spans is small beside them.
        $0.width = 16
        $0.imageSize = 32
        change(&$0)
      }
      let run = try TrainingRun(
        configuration, folder: RunFolder(path: parent.appendingPathComponent("run").path))
      run.profile = profile
      _ = try run.run()
      return try JSONDecoder().decode(Trace.self, from: profile.trace()).traceEvents
    }
  }

  @Test func partsLieWithinStepsAndCoverThem() throws {
    let profile = StepProfile(warmUp: 2, steps: 10)
    let events = try trace(of: profile).filter { $0.ph == "X" }
    let steps = events.filter { $0.name == "step" }
    #expect(steps.count == 10)
    let wanted = [
      "views", "encoder forward", "schedule", "backward", "loss", "lengths of updates", "optimiser",
      "lengths of updates", "log",
    ]
    var shares: [Double] = []
    for step in steps {
      let parts = events.filter {
        $0.name != "step" && $0.tid == step.tid && $0.start >= step.start && $0.end <= step.end
      }
      #expect(parts.map(\.name) == wanted)
      for (part, next) in zip(parts, parts.dropFirst()) { #expect(part.end <= next.start) }
      shares.append(parts.reduce(0) { $0 + $1.end - $1.start } / (step.end - step.start))
    }
    // The median: of a few steps the gaps are another process's, which had the core between two parts.
    #expect(shares.sorted()[shares.count / 2] >= 0.9)
    for (step, next) in zip(steps, steps.dropFirst()) { #expect(step.end <= next.start) }
    #expect(events.filter { $0.name == "checkpoint" }.count > 0)
    #expect(events.filter { $0.name == "measuring" }.count == 1)
  }

  @Test func costsAreThoseOfTheEncodersShapes() throws {
    let events = try trace(of: StepProfile(warmUp: 0, steps: 1)).filter { $0.ph == "X" }
    // 32 views of 32 pixels: the convolutions of stem, stages and shortcuts.
    let stem = 3.0 * 16 * 9 * 1024
    // From n to 2n channels: 18n² + 36n² + 2n² multiplications a pixel in the first block, 72n² in the second.
    var stages = 4.0 * 16 * 16 * 9 * 1024
    for (inputs, area) in [(16.0, 256.0), (32, 64), (64, 16)] {
      stages += area * 128 * inputs * inputs
    }
    let forward = try #require(events.first { $0.name == "encoder forward" })
    #expect(forward.args.flops == 32 * 2 * (stem + stages))
    let backward = try #require(events.first { $0.name == "backward" })
    #expect(backward.args.flops == 32 * 2 * (stem + 2 * stages))
    let views = try #require(events.first { $0.name == "views" })
    #expect(views.args.bytes == 393_216, "32 × 3 × 32 × 32 numbers of 4 bytes")
  }

  @Test func itEndsAfterItsSteps() throws {
    let profile = StepProfile(warmUp: 18, steps: 10)
    _ = try trace(of: profile)
    #expect(profile.stepCount == 2)
    let shares = profile.shares
    let parts = shares.parts.reduce(0) { $0 + $1.seconds } + shares.rest.seconds
    // Sums of some twenty times in another order.
    #expect(abs(parts - shares.steps.seconds) < 1e-9)
  }
}
