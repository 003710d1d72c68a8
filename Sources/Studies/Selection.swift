/// Choosing among a study's runs and checkpoints without labels, and, where there are labels, how well
/// that would have gone.
public struct Selection: Sendable, Encodable {
  /// A label-free figure by which to choose.
  public enum Criterion: String, CaseIterable, Sendable, Encodable {
    case rankme, lidar, alpha, uniformity, alignment, invariance
    case effectiveRank = "effective_rank"
    case participationRatio = "participation_ratio"
    case stableRank = "stable_rank"

    /// How good a value is said to be: larger is better. α is good near 1; uniformity, alignment and invariance when
    /// low.
    func merit(_ value: Double) -> Double {
      switch self {
      case .rankme, .lidar, .effectiveRank, .participationRatio, .stableRank: value
      case .alpha: -(value - 1).magnitude
      case .uniformity, .alignment, .invariance: -value
      }
    }
  }

  /// Something to choose: a run at a measured step, or settings with the mean over their seeds.
  public struct Candidate: Sendable, Encodable {
    /// The run's key, or the settings.
    public let name: String
    /// The run's step; nil for settings.
    public let step: Int?
    /// The epoch; nil for settings.
    public let epoch: Double?
    /// The label-free figures by their key, as far as measured.
    public let figures: [String: Double]
    /// `linear_top1` of h; nil where there are no labels.
    public let linearTop1: Double?
    /// The data set, in a study of several: candidates of one are compared with each other.
    public let dataSet: String?
    /// The place among those of its data set by each criterion, 1 the best; equal values share the better place.
    public internal(set) var places: [String: Int] = [:]

    enum CodingKeys: String, CodingKey {
      case name, step, epoch, figures, places
      case linearTop1 = "linear_top1"
      case dataSet = "data_set"
    }

    func merit(_ criterion: Criterion) -> Double? {
      figures[criterion.rawValue].map(criterion.merit)
    }
  }

  /// How well a criterion's order agrees with the order by `linear_top1` of h, in each data set and then on average.
  public struct Agreement: Sendable, Encodable {
    /// What a criterion would have chosen in a data set.
    public struct Choice: Sendable, Encodable {
      /// The data set, in a study of several.
      public let dataSet: String?
      /// The criterion's choice.
      public let name: String
      /// What the linear probe gets right on it.
      public let linearTop1: Double?
      /// What it gets right on the best candidate.
      public let bestLinearTop1: Double?
      /// What it gets right on a candidate that is chosen at random: the mean.
      public let meanLinearTop1: Double?

      enum CodingKeys: String, CodingKey {
        case name
        case dataSet = "data_set"
        case linearTop1 = "linear_top1"
        case bestLinearTop1 = "best_linear_top1"
        case meanLinearTop1 = "mean_linear_top1"
      }
    }

    /// A number with its 95 % bootstrap interval, whole runs (or settings) resampled within their data set.
    public struct Estimate: Sendable, Encodable, Equatable {
      /// The number.
      public let value: Double
      /// The interval's lower end; nil with fewer than five runs.
      public let lower: Double?
      /// Its upper end.
      public let upper: Double?
    }

    /// The criterion.
    public let criterion: Criterion
    /// The candidates that have both.
    public let count: Int
    /// Kendall's τ_b, the mean over data sets; nil where it is not defined.
    public let tau: Estimate?
    /// What the probe gets right on the choice, less what it gets right on one at random; the mean over data sets.
    public let gain: Estimate?
    /// The choice in each data set.
    public let choices: [Choice]
  }

  /// Candidates of one kind, and how the criteria did on them.
  public struct Ranking: Sendable, Encodable {
    /// In the study's order.
    public let candidates: [Candidate]
    /// One for each criterion that was measured.
    public let agreements: [Agreement]
  }

  /// The layer of the label-free figures.
  public let layer: String
  /// Every run at every measured step.
  public let checkpoints: Ranking
  /// Settings, each the mean over its seeds at the end.
  public let settings: Ranking
}

extension Selection.Ranking {
  /// Ranks candidates within their data sets; `groups` says which belong to one run and so are resampled together.
  init(_ candidates: [Selection.Candidate], groups: [String]) {
    var candidates = candidates
    var agreements: [Selection.Agreement] = []
    let sets = candidates.map(\.dataSet)
    for criterion in Selection.Criterion.allCases {
      let merits = candidates.map { $0.merit(criterion) }
      guard merits.contains(where: { $0 != nil }) else { continue }
      for index in candidates.indices {
        guard let merit = merits[index] else { continue }
        let better = candidates.indices.count {
          sets[$0] == sets[index] && (merits[$0] ?? -.infinity) > merit
        }
        candidates[index].places[criterion.rawValue] = better + 1
      }
      agreements.append(Selection.Agreement(of: criterion, on: candidates, groups: groups))
    }
    self.candidates = candidates
    self.agreements = agreements
  }
}
