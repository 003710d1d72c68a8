import Contrastive

/// A schedule by name, before it meets an objective.
public enum ScheduleChoice: Sendable, Hashable, CustomStringConvertible {
  case joint
  case twoTimescale
  case alternating(headSteps: Int, batch: Alternating.Batch)
  case unrolled(steps: Int, rate: Double)
  case implicit(HypergradientSolver, headSteps: Int)
  case frozen(Frozen.Weights)
  /// A frozen head with the weights of a safetensors file.
  case frozenFile(String)
  case none
  case reset(every: Int)
  case averaged(momentum: Double)

  /// What `init(parsing:)` reads, for messages and help.
  public static let forms =
    "joint, two-timescale, alternating:K (,fresh), unrolled:K (,rate=0.1), implicit:ITERATIONS (,steps=1 ,damping=0.01 ,neumann=RATE), "
    + "frozen, frozen:orthogonal, frozen:FILE, none, reset:STEPS or ema:MOMENTUM"

  /// Parses `joint`, `two-timescale`, `alternating:4` or `alternating:4,fresh`, `unrolled:4` with
  /// `rate=0.1`, `implicit:8` with `neumann=RATE`, `damping=0.01` and `steps=1`, `frozen`,
  /// `frozen:orthogonal` or `frozen:FILE`, `none`, `reset:500`, `ema:0.99`.
  ///
  /// - Throws: `NotationError` for anything else.
  public init(parsing text: String) throws(NotationError) {
    if let file = text.wholeSuffix(after: "frozen:"), file != "orthogonal" {
      self = .frozenFile(file)
      return
    }
    var notation = Notation(text, kind: .schedule, forms: ScheduleChoice.forms)
    var takesArgument = true
    switch notation.name {
    case "joint":
      takesArgument = false
      self = .joint
    case "two-timescale":
      takesArgument = false
      self = .twoTimescale
    case "alternating":
      let steps = try notation.wholeArgument("the number of head steps", from: 0)
      self = .alternating(headSteps: steps, batch: notation.takeFlag("fresh") ? .fresh : .same)
    case "unrolled":
      // All of them are kept for the way back.
      let steps = try notation.wholeArgument("the number of inner steps", from: 0, to: 1_000)
      let rate = try notation.takeNumber("rate", in: 0...Double.infinity)
      self = .unrolled(steps: steps, rate: rate ?? Unrolled(steps: steps).rate)
    case "implicit":
      let iterations = try notation.wholeArgument("the number of iterations", from: 0)
      let rate = try notation.takeNumber("neumann", in: 0...Double.infinity)
      let damping = try notation.takeNumber("damping", in: 0...Double.infinity)
      let solver = HypergradientSolver(
        rate.map { .neumann(rate: $0) } ?? .conjugateGradients, iterations: iterations,
        damping: damping ?? HypergradientSolver(iterations: 0).damping)
      self = .implicit(solver, headSteps: try notation.takeWhole("steps", from: 0) ?? 1)
    case "frozen":
      takesArgument = notation.argument == "orthogonal"
      self = .frozen(takesArgument ? .orthogonal : .asBuilt)
    case "none":
      takesArgument = false
      self = .none
    case "reset":
      self = .reset(every: try notation.wholeArgument("the number of steps", from: 1))
    case "ema":
      self = .averaged(momentum: try notation.numberArgument("the momentum", in: 0...1))
    default:
      throw notation.error(.unknownName(notation.name))
    }
    try notation.finish(takesArgument: takesArgument)
  }

  /// The shortest text that `init(parsing:)` reads back as an equal value.
  public var description: String {
    switch self {
    case .joint: "joint"
    case .twoTimescale: "two-timescale"
    case .alternating(let steps, let batch):
      "alternating:\(steps)" + (batch == .fresh ? ",fresh" : "")
    case .unrolled(let steps, let rate):
      "unrolled:\(steps)" + (rate == Unrolled(steps: steps).rate ? "" : ",rate=\(rate)")
    case .implicit(let solver, let steps):
      "implicit:\(solver.iterations)\(solver.options)" + (steps == 1 ? "" : ",steps=\(steps)")
    case .frozen(let weights): weights == .orthogonal ? "frozen:orthogonal" : "frozen"
    case .frozenFile(let path): "frozen:\(path)"
    case .none: "none"
    case .reset(let interval): "reset:\(interval)"
    case .averaged(let momentum): "ema:\(momentum)"
    }
  }

  /// The schedule itself; `seed` is for new weights. A frozen head's file is another's to load.
  public func schedule(seed: UInt64) -> any HeadSchedule {
    switch self {
    case .joint: Joint()
    case .twoTimescale: TwoTimescale()
    case .alternating(let steps, let batch): Alternating(headSteps: steps, batch: batch)
    case .unrolled(let steps, let rate): Unrolled(steps: steps, rate: rate)
    case .implicit(let solver, let steps): Implicit(solver, headSteps: steps)
    case .frozen(let weights): Frozen(weights)
    case .frozenFile: Frozen()
    case .none: NoHead()
    case .reset(let interval): Reset(every: interval, seed: seed)
    case .averaged(let momentum): AveragedHead(momentum: momentum)
    }
  }
}

extension HypergradientSolver {
  fileprivate var options: String {
    let usual = HypergradientSolver(iterations: 0).damping
    let damped = damping == usual ? "" : ",damping=\(damping)"
    return switch method {
    case .conjugateGradients: damped
    case .neumann(let rate): ",neumann=\(rate)" + damped
    }
  }
}

extension String {
  /// What follows `prefix`, where there is something.
  fileprivate func wholeSuffix(after prefix: String) -> String? {
    guard hasPrefix(prefix), count > prefix.count else { return nil }
    return String(dropFirst(prefix.count))
  }
}
