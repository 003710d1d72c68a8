extension ClaimRecord {
  /// A claim set against a control: its effect less the one that the control's figures have, seed by seed.
  public struct ControlComparison: Codable, Sendable, Equatable {
    /// The control.
    public var control: Control
    /// The mean effect with every figure under the control.
    public var effect: Double
    /// The difference for each seed that has both.
    public var differences: [Double]
    /// The mean difference.
    public var difference: Double
    /// The lower end of its interval; absent with fewer than two seeds.
    public var lower: Double?
    /// Its upper end.
    public var upper: Double?
    /// Which interval that is.
    public var interval: Interval?
    /// The Wilcoxon signed-rank p of the differences on the claimed side.
    public var p: Double?
    /// The same after Holm's correction over the primary claims that have this control; absent for a secondary claim.
    public var correctedP: Double?
    /// Whether the claim holds against the control: the corrected p is below 0.05 and the mean difference lies on the claimed
    /// side. Absent for a secondary claim and with fewer than five seeds.
    public var holds: Bool?

    /// A comparison that is not yet judged.
    public init(
      control: Control, effect: Double, differences: [Double], difference: Double, lower: Double?,
      upper: Double?, interval: Interval?, p: Double?
    ) {
      self.control = control
      self.effect = effect
      self.differences = differences
      self.difference = difference
      self.lower = lower
      self.upper = upper
      self.interval = interval
      self.p = p
    }

    enum CodingKeys: String, CodingKey {
      case control, effect, differences, difference, lower, upper, interval, p, holds
      case correctedP = "corrected_p"
    }
  }

  /// What a claim came out as in one data set.
  public struct DataSet: Codable, Sendable, Equatable {
    /// The data set's name in the study.
    public var name: String
    /// The effect for each seed, in the order of `seeds`.
    public var effects: [Double]
    /// The seeds that had all they needed.
    public var seeds: [Int]
    /// The mean effect over seeds; absent without any.
    public var effect: Double?
    /// The lower end of the interval of the mean effect; absent with fewer than two seeds.
    public var lower: Double?
    /// Its upper end.
    public var upper: Double?
    /// Which interval that is.
    public var interval: Interval?
    /// The Wilcoxon signed-rank p.
    public var p: Double?
    /// The same after Holm's correction over the primary claims in this data set.
    public var correctedP: Double?
    /// The verdict in this data set.
    public var verdict: Verdict
    /// The claim against each control in this data set.
    public var controls: [ControlComparison]

    /// What a claim that was tested in one data set says.
    public init(_ name: String, _ claim: ClaimRecord) {
      self.name = name
      effects = claim.effects
      seeds = claim.seeds
      effect = claim.effect
      lower = claim.lower
      upper = claim.upper
      interval = claim.interval
      p = claim.p
      correctedP = claim.correctedP
      verdict = claim.verdict
      controls = claim.controls
    }

    enum CodingKeys: String, CodingKey {
      case name, effects, seeds, effect, lower, upper, interval, p, verdict, controls
      case correctedP = "corrected_p"
    }
  }

  /// How much the effects of data sets differ beyond what their seeds do.
  public struct Heterogeneity: Codable, Sendable, Equatable {
    /// Cochran's Q: about `degreesOfFreedom` where all data sets have one effect.
    public var q: Double
    /// The number of data sets less 1.
    public var degreesOfFreedom: Int
    /// I², the share of Q beyond its degrees of freedom.
    public var i2: Double
    /// The standard deviation of effects between data sets, in the effect's unit.
    public var deviation: Double

    /// How much data sets differ.
    public init(q: Double, degreesOfFreedom: Int, i2: Double, deviation: Double) {
      self.q = q
      self.degreesOfFreedom = degreesOfFreedom
      self.i2 = i2
      self.deviation = deviation
    }

    enum CodingKeys: String, CodingKey {
      case q, i2, deviation
      case degreesOfFreedom = "degrees_of_freedom"
    }
  }
}
