import Foundation
import RunStore
import Training

/// The file that `gnomon train --profile` writes, and the table that it prints.
struct ProfileTrace {
  let profile: StepProfile
  private let file: URL

  /// Writes the file without a span yet, so that a run does not find at its end that it cannot be written.
  init(path: String, _ profile: StepProfile) throws {
    self.profile = profile
    file = URL(fileURLWithPath: path)
    try AtomicFile.write(profile.trace(), to: file)
  }

  /// Writes what was recorded, and says what part of the steps took how much of them.
  func finish(isQuiet: Bool) throws {
    try AtomicFile.write(profile.trace(), to: file)
    guard !isQuiet else { return }
    if profile.stepCount > 0 { Terminal.note(table) }
    Terminal.note("wrote \(file.path)")
  }

  private var table: String {
    let (steps, parts, rest, between) = profile.shares
    let heading = ["\(steps.count) steps", "ms a step", "share", "GFLOP/s", "GB/s"]
    let rows = (parts + [rest, steps]).map { share -> [String] in
      let part = share.part?.rawValue ?? "rest"
      let seconds = share.seconds / Double(steps.count)
      return [
        part, decimal(seconds * 1e3, 2), decimal(100 * share.seconds / steps.seconds, 1) + " %",
        rate(share.cost.operations, share.seconds), rate(share.cost.bytes, share.seconds),
      ]
    }
    let others = between.map { share in
      let part = share.part?.rawValue ?? ""
      let times = share.count == 1 ? "once" : "\(share.count) times"
      return "\(part), \(times): \(decimal(share.seconds, 2)) s"
    }
    return ([TextTable(rows: [heading] + rows).text] + others).joined(separator: "\n")
  }

  /// So many thousand millions a second; nothing where nothing was counted.
  private func rate(_ count: Double, _ seconds: Double) -> String {
    count > 0 && seconds > 0 ? decimal(count / seconds / 1e9, 1) : ""
  }

  private func decimal(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }
}
