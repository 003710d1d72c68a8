/// One claim of a study as it came out: what was tested, on which points, and the verdict.
public struct ClaimRecord: Codable, Sendable, Equatable {
  /// What the figures say of a claim, by the Wilcoxon signed-rank test at 0.05.
  ///
  /// A side passes a test when its p is below 0.05 and the mean effect lies on it.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// A primary claim's side passes with the p that is corrected over the primary claims.
    case supported
    /// A secondary claim's side passes with its own p: what it can reach at best. No primary claim has a verdict from a p
    /// that is not corrected, but in records of earlier versions.
    case supportedUncorrected = "supported, uncorrected"
    /// None of the others.
    case notSupported = "not supported"
    /// The opposite side passes: for a primary claim corrected over the primary claims, each on its
    /// opposite side; for a secondary one with its own p. Never where no side is claimed.
    case contradicted
    /// Fewer than five seeds: the interval stands, no verdict.
    case tooFewSeeds = "too few seeds"
  }

  /// How the ends of an effect's interval were found.
  public struct Interval: Codable, Sendable, Equatable {
    /// A method for an interval of a mean.
    public enum Method: String, Codable, Sendable {
      /// Student's t.
      case studentT = "t"
      /// The bias-corrected and accelerated bootstrap (Efron 1987), its levels widened for few values
      /// (Hesterberg 2015).
      case expandedBCa = "bca_expanded"
      /// Percentiles of the bootstrap, as records of schema 1 have: too narrow for few seeds.
      case percentile
    }

    /// The method.
    public var method: Method
    /// The coverage it aims at: 0.95.
    public var level: Double

    /// An interval's method and level.
    public init(method: Method, level: Double) {
      self.method = method
      self.level = level
    }
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
    /// The data set, in a study of several.
    public var dataSet: String?

    /// A measured value.
    public init(
      run: String, seed: Int, setting: JSONValue, value: Double, series: String? = nil,
      dataSet: String? = nil
    ) {
      self.run = run
      self.seed = seed
      self.setting = setting
      self.value = value
      self.series = series
      self.dataSet = dataSet
    }

    enum CodingKeys: String, CodingKey {
      case run, seed, setting, value, series
      case dataSet = "data_set"
    }
  }

  /// The claim's short name.
  public var id: String
  /// The claim as a sentence.
  public var statement: String
  /// The statistic as a formula of figures and layers, for people.
  public var statistic: String
  /// The formula of figures that the statistic is of, `ln(z.effective_rank)`; absent in records of earlier versions.
  public var formula: String?
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
  /// The lower end of the interval of the mean effect; absent with fewer than two seeds.
  public var lower: Double?
  /// Its upper end.
  public var upper: Double?
  /// Which interval that is; absent where there is none.
  public var interval: Interval?
  /// The Wilcoxon signed-rank p, one-sided; two-sided where `direction` is 0.
  public var p: Double?
  /// The same after Holm's correction over the study's primary claims; absent for a secondary claim.
  public var correctedP: Double?
  /// Whether the claim is one of those that p is corrected over.
  public var isPrimary: Bool
  /// The verdict.
  public var verdict: Verdict
  /// Which seeds are left out and why, and what the verdict rests on, for people; absent where there is nothing
  /// to say.
  public var note: String?
  /// The claim against each control that all of its figures have.
  public var controls: [ControlComparison] = []
  /// What it came out as in each data set; empty in a study of one.
  public var dataSets: [DataSet] = []
  /// How much the data sets differ; absent in a study of one.
  public var heterogeneity: Heterogeneity?

  /// A claim that came out so.
  public init(
    id: String, statement: String, statistic: String, axis: String?, direction: Int,
    points: [Point], effects: [Double], seeds: [Int], effect: Double?, lower: Double?,
    upper: Double?, interval: Interval? = nil, p: Double?, correctedP: Double?,
    isPrimary: Bool = true, verdict: Verdict, note: String? = nil
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
    self.interval = interval
    self.p = p
    self.correctedP = correctedP
    self.isPrimary = isPrimary
    self.verdict = verdict
    self.note = note
  }

  enum CodingKeys: String, CodingKey {
    case id, statement, statistic, formula, axis, direction, points, effects, seeds, effect, lower,
      upper
    case interval, p, verdict, note, controls, heterogeneity
    case dataSets = "data_sets"
    case correctedP = "corrected_p"
    case isPrimary = "primary"
  }
}

extension ClaimRecord {
  /// Reads a claim; one that does not say so is primary.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    statement = try container.decode(String.self, forKey: .statement)
    statistic = try container.decode(String.self, forKey: .statistic)
    formula = try container.decodeIfPresent(String.self, forKey: .formula)
    axis = try container.decodeIfPresent(String.self, forKey: .axis)
    direction = try container.decode(Int.self, forKey: .direction)
    points = try container.decode([Point].self, forKey: .points)
    effects = try container.decode([Double].self, forKey: .effects)
    seeds = try container.decode([Int].self, forKey: .seeds)
    effect = try container.decodeIfPresent(Double.self, forKey: .effect)
    lower = try container.decodeIfPresent(Double.self, forKey: .lower)
    upper = try container.decodeIfPresent(Double.self, forKey: .upper)
    interval = try container.decodeIfPresent(Interval.self, forKey: .interval)
    p = try container.decodeIfPresent(Double.self, forKey: .p)
    correctedP = try container.decodeIfPresent(Double.self, forKey: .correctedP)
    isPrimary = try container.decodeIfPresent(Bool.self, forKey: .isPrimary) ?? true
    verdict = try container.decode(Verdict.self, forKey: .verdict)
    note = try container.decodeIfPresent(String.self, forKey: .note)
    controls =
      try container.decodeIfPresent([ControlComparison].self, forKey: .controls) ?? []
    dataSets = try container.decodeIfPresent([DataSet].self, forKey: .dataSets) ?? []
    heterogeneity = try container.decodeIfPresent(Heterogeneity.self, forKey: .heterogeneity)
    guard (-1...1).contains(direction) else {
      throw DecodingError.dataCorruptedError(
        forKey: .direction, in: container, debugDescription: "\(direction) is not -1, 0 or 1")
    }
  }

  /// Gives a claim of schema 1 the words of today: 'supported' could rest on an uncorrected p, and every
  /// interval was the bootstrap's percentiles.
  mutating func readAsOfSchema1() {
    if verdict == .supported, (correctedP ?? 1) >= 0.05 { verdict = .supportedUncorrected }
    if lower != nil, upper != nil { interval = Interval(method: .percentile, level: 0.95) }
  }
}
