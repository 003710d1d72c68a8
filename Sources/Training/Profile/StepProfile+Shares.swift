extension StepProfile {
  /// What a part took in all recorded steps, or between steps.
  public struct Share: Sendable {
    /// Which; nil for what is left of the steps.
    public let part: Part?
    /// Seconds in all.
    public let seconds: Double
    /// How often.
    public let count: Int
    /// What was to be done in all.
    public let cost: Cost
  }

  /// How many steps were recorded.
  public var stepCount: Int { spans.count { $0.part == .step } }

  /// What each part took of the recorded steps, what no part took, and what was done between steps.
  public var shares: (steps: Share, parts: [Share], rest: Share, between: [Share]) {
    let spans = spans
    func share(of part: Part) -> Share {
      let own = spans.filter { $0.part == part }
      return Share(
        part: part, seconds: own.reduce(0) { $0 + $1.duration }, count: own.count,
        cost: own.reduce(into: Cost()) {
          $0.bytes += $1.cost.bytes
          $0.operations += $1.cost.operations
        })
    }
    let all = Part.allCases.map(share).filter { $0.count > 0 }
    let steps = share(of: .step)
    let parts = all.filter { $0.part?.isWithinStep == true }
    let rest = Share(
      part: nil, seconds: max(0, steps.seconds - parts.reduce(0) { $0 + $1.seconds }),
      count: steps.count, cost: Cost())
    let between = all.filter { $0.part == .measuring || $0.part == .checkpoint }
    return (steps, parts, rest, between)
  }
}
