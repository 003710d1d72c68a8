import Records

/// The interval of a mean effect over seeds.
///
/// Of fewer than ten seeds it is Student's t, which holds its level for normal effects however few there
/// are; from ten on the bias-corrected and accelerated bootstrap, which follows skewed ones better, with
/// `BCa.expandedLevel(_:count:)` for its ends.
public struct EffectInterval: Equatable, Sendable {
  /// The coverage that is aimed at.
  public static let level = 0.95
  /// From so many effects on the interval is the bootstrap's.
  public static let fewestForBootstrap = 10

  /// The lower and the upper end.
  public let ends: ClosedRange<Double>
  /// Which interval it is.
  public let kind: ClaimRecord.Interval

  /// The interval of the mean of `effects`; nil for fewer than two, which say nothing of their spread, and
  /// where one of them, or an end, is not finite. All equal, they are their own interval.
  public init?(_ effects: [Double]) {
    let resamples =
      effects.count < Self.fewestForBootstrap ? Resamples(rows: []) : Resamples(of: effects.count)
    self.init(effects, resamples: resamples)
  }

  /// The same with resamples that serve many intervals of as many effects.
  package init?(_ effects: [Double], resamples: Resamples) {
    guard effects.count > 1, effects.allSatisfy(\.isFinite) else { return nil }
    let method: ClaimRecord.Interval.Method
    let found: ClosedRange<Double>?
    if effects.count < Self.fewestForBootstrap {
      method = .studentT
      found = Self.studentT(effects)
    } else {
      method = .expandedBCa
      found = BCa.interval(
        ofMean: effects, level: BCa.expandedLevel(Self.level, count: effects.count),
        resamples: resamples)
    }
    guard let found, found.lowerBound.isFinite, found.upperBound.isFinite else { return nil }
    ends = found
    kind = ClaimRecord.Interval(method: method, level: Self.level)
  }

  private static func studentT(_ effects: [Double]) -> ClosedRange<Double>? {
    if effects.allSatisfy({ $0 == effects[0] }) { return effects[0]...effects[0] }
    let count = Double(effects.count)
    let mean = effects.reduce(0, +) / count
    let squares = effects.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / (count - 1) / count).squareRoot()
    let margin = StudentT.critical(level: level, degreesOfFreedom: effects.count - 1) * error
    return margin.isFinite && mean.isFinite ? mean - margin...mean + margin : nil
  }
}
