/// Choosing among a study's runs and checkpoints without labels, and, where there are labels, how well
/// that would have gone.
public struct Selection: Sendable, Encodable {
  /// A label-free figure by which to choose.
  public enum Criterion: String, CaseIterable, Sendable, Encodable {
    case rankme, lidar, alpha, uniformity
    case effectiveRank = "effective_rank"

    /// How good a value is said to be: larger is better. α is good near 1, uniformity when low.
    func merit(_ value: Double) -> Double {
      switch self {
      case .rankme, .lidar, .effectiveRank: value
      case .alpha: -(value - 1).magnitude
      case .uniformity: -value
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
    /// The place by each criterion, 1 the best; equal values share the better place.
    public internal(set) var places: [String: Int] = [:]

    enum CodingKeys: String, CodingKey {
      case name, step, epoch, figures, places
      case linearTop1 = "linear_top1"
    }

    func merit(_ criterion: Criterion) -> Double? {
      figures[criterion.rawValue].map(criterion.merit)
    }
  }

  /// How well a criterion's order agrees with the order by `linear_top1` of h.
  public struct Agreement: Sendable, Encodable {
    /// The criterion.
    public let criterion: Criterion
    /// The candidates that have both.
    public let count: Int
    /// Kendall's τ_b; nil where it is not defined.
    public let tau: Double?
    /// Its 95 % bootstrap interval, whole runs (or settings) resampled.
    public let lower: Double?
    /// Its upper end.
    public let upper: Double?
    /// The criterion's choice.
    public let choice: String
    /// What the linear probe gets right on that choice.
    public let linearTop1: Double?
    /// What it gets right on the best candidate.
    public let bestLinearTop1: Double?

    enum CodingKeys: String, CodingKey {
      case criterion, count, tau, lower, upper, choice
      case linearTop1 = "linear_top1"
      case bestLinearTop1 = "best_linear_top1"
    }
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
  /// Ranks candidates; `groups` says which belong to one run and so are resampled together.
  init(_ candidates: [Selection.Candidate], groups: [String]) {
    var candidates = candidates
    var agreements: [Selection.Agreement] = []
    for criterion in Selection.Criterion.allCases {
      let merits = candidates.map { $0.merit(criterion) }
      guard merits.contains(where: { $0 != nil }) else { continue }
      for index in candidates.indices {
        guard let merit = merits[index] else { continue }
        let better = merits.count { ($0 ?? -.infinity) > merit }
        candidates[index].places[criterion.rawValue] = better + 1
      }
      agreements.append(Selection.Agreement(of: criterion, on: candidates, groups: groups))
    }
    self.candidates = candidates
    self.agreements = agreements
  }
}

extension Selection.Agreement {
  fileprivate init(
    of criterion: Selection.Criterion, on candidates: [Selection.Candidate], groups: [String]
  ) {
    var pairs: [(merit: Double, accuracy: Double)] = []
    var members: [String: [Int]] = [:]
    var order: [String] = []
    for (candidate, group) in zip(candidates, groups) {
      guard let merit = candidate.merit(criterion), let accuracy = candidate.linearTop1 else {
        continue
      }
      if members[group] == nil { order.append(group) }
      members[group, default: []].append(pairs.count)
      pairs.append((merit, accuracy))
    }
    func tau(_ rows: [Int]) -> Double? {
      Kendall.tau(rows.map { pairs[$0].merit }, rows.map { pairs[$0].accuracy })
    }
    let grouped = order.map { members[$0] ?? [] }
    let tauOfAll = tau(Array(pairs.indices))
    // Of a handful there are too few resamples to tell.
    let interval = tauOfAll.flatMap { _ in
      grouped.count < 5
        ? nil
        : Bootstrap.interval(count: grouped.count) { chosen in tau(chosen.flatMap { grouped[$0] }) }
    }
    let chosen = candidates.first { $0.places[criterion.rawValue] == 1 }
    let step = chosen?.step.map { " at step \($0)" } ?? ""
    self.init(
      criterion: criterion, count: pairs.count, tau: tauOfAll, lower: interval?.lowerBound,
      upper: interval?.upperBound, choice: (chosen?.name ?? "") + step,
      linearTop1: chosen?.linearTop1,
      bestLinearTop1: candidates.compactMap(\.linearTop1).max())
  }
}
