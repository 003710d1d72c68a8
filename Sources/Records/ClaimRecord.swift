/// One claim of a study as it came out: what was tested, on which points, and the verdict.
public struct ClaimRecord: Codable, Sendable, Equatable {
  /// What the figures say of a claim.
  ///
  /// With n seeds no p can be below 2⁻ⁿ, so after correction over m claims none below m·2⁻ⁿ: at five seeds
  /// and two claims 0.0625. Where the seeds are too few for any corrected p below 0.05, a verdict rests on
  /// the interval and the uncorrected p, and the claim's note says so. At five seeds that asks of every
  /// single seed an effect on the claimed side.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// The whole interval lies on the claimed side of zero, and the corrected p (or the uncorrected one,
    /// where the corrected could not) is below 0.05.
    case supported
    /// Neither supported nor contradicted.
    case notSupported = "not supported"
    /// The whole interval lies on the other side of zero.
    case contradicted
    /// Fewer than five seeds, or than six where no side is claimed: the interval stands, no verdict.
    case tooFewSeeds = "too few seeds"
  }

  /// One measured value: a run's statistic at a place of the axis.
  public struct Point: Codable, Sendable, Equatable {
    /// The run's key in the study.
    public var run: String
    /// What the values are paired by, the run's seed as a rule.
    public var seed: Int
    /// The setting of the varied axis at this point.
    public var setting: JSONValue
    /// The statistic's value there.
    public var value: Double
    /// Which of the compared quantities it belongs to (`z`, `h`, …), where there are several.
    public var series: String?

    /// A measured value.
    public init(run: String, seed: Int, setting: JSONValue, value: Double, series: String? = nil) {
      self.run = run
      self.seed = seed
      self.setting = setting
      self.value = value
      self.series = series
    }
  }

  /// The claim's short name.
  public var id: String
  /// The claim as a sentence.
  public var statement: String
  /// The statistic as a formula of figures and layers, for people.
  public var statistic: String
  /// The configuration key that was varied; `nil` where nothing was.
  public var axis: String?
  /// The side of zero that the claim says the effect lies on: 1 or -1; 0 where it only says that the effect is
  /// not zero.
  public var direction: Int
  /// The values the effect was computed from.
  public var points: [Point]
  /// The effect for each seed, in the order of `seeds`.
  public var effects: [Double]
  /// The seeds that had all they needed.
  public var seeds: [Int]
  /// The mean effect over seeds; absent without any.
  public var effect: Double?
  /// The lower end of the 95 % bootstrap interval of the mean effect; absent with fewer than two seeds.
  public var lower: Double?
  /// Its upper end.
  public var upper: Double?
  /// The Wilcoxon signed-rank p, one-sided; two-sided where `direction` is 0.
  public var p: Double?
  /// The same after Holm's correction over the study's claims.
  public var correctedP: Double?
  /// The verdict.
  public var verdict: Verdict
  /// Which seeds are left out and why, and what the verdict rests on, for people; absent where there is nothing
  /// to say.
  public var note: String?

  /// A claim that came out so.
  public init(
    id: String, statement: String, statistic: String, axis: String?, direction: Int,
    points: [Point], effects: [Double], seeds: [Int], effect: Double?, lower: Double?,
    upper: Double?, p: Double?, correctedP: Double?, verdict: Verdict,
    note: String? = nil
  ) {
    self.id = id
    self.statement = statement
    self.statistic = statistic
    self.axis = axis
    self.direction = direction
    self.points = points
    self.effects = effects
    self.seeds = seeds
    self.effect = effect
    self.lower = lower
    self.upper = upper
    self.p = p
    self.correctedP = correctedP
    self.verdict = verdict
    self.note = note
  }

  enum CodingKeys: String, CodingKey {
    case id, statement, statistic, axis, direction, points, effects, seeds, effect, lower, upper
    case p, verdict, note
    case correctedP = "corrected_p"
  }
}
