extension Selection.Agreement {
  /// What has both a merit and an accuracy: by data set, and within it by what is resampled together.
  private struct Pairs {
    var merits: [Double] = []
    var accuracies: [Double] = []
    /// The places of each run's pairs.
    var groups: [[Int]] = []

    /// Kendall's τ_b of some of the pairs.
    func tau(_ places: [Int]) -> Double? {
      Kendall.tau(places.map { merits[$0] }, places.map { accuracies[$0] })
    }

    /// What the best of some of the pairs by merit has over their mean.
    func gain(_ places: [Int]) -> Double? {
      guard let best = places.max(by: { merits[$0] < merits[$1] }) else { return nil }
      // Equals by merit are chosen between at random.
      let chosen = places.filter { merits[$0] == merits[best] }.map { accuracies[$0] }
      return StudyResults.mean(chosen) - StudyResults.mean(places.map { accuracies[$0] })
    }
  }

  init(
    of criterion: Selection.Criterion, on candidates: [Selection.Candidate], groups: [String]
  ) {
    var names: [String?] = []
    for candidate in candidates where !names.contains(candidate.dataSet) {
      names.append(candidate.dataSet)
    }
    let sets = names.map { name in
      Self.pairs(
        zip(candidates, groups).filter { $0.0.dataSet == name }, by: criterion)
    }
    self.init(
      criterion: criterion, count: sets.reduce(0) { $0 + $1.merits.count },
      tau: Self.estimate(sets) { $0.tau($1) }, gain: Self.estimate(sets) { $0.gain($1) },
      choices: names.map { Self.choice(of: criterion, on: candidates, in: $0) })
  }

  private static func pairs(
    _ candidates: [(Selection.Candidate, group: String)], by criterion: Selection.Criterion
  ) -> Pairs {
    var pairs = Pairs()
    var places: [String: Int] = [:]
    for (candidate, group) in candidates {
      guard let merit = candidate.merit(criterion), let accuracy = candidate.linearTop1 else {
        continue
      }
      if places[group] == nil {
        places[group] = pairs.groups.count
        pairs.groups.append([])
      }
      pairs.groups[places[group] ?? 0].append(pairs.merits.count)
      pairs.merits.append(merit)
      pairs.accuracies.append(accuracy)
    }
    return pairs
  }

  /// The mean over data sets, with an interval where each has five runs to resample: of a handful there are too few
  /// resamples to tell.
  private static func estimate(
    _ sets: [Pairs], _ statistic: (Pairs, [Int]) -> Double?
  ) -> Estimate? {
    let values = sets.compactMap { statistic($0, Array($0.merits.indices)) }
    guard values.count == sets.count, !values.isEmpty else { return nil }
    var interval: ClosedRange<Double>?
    if sets.allSatisfy({ $0.groups.count >= 5 }) {
      interval = Bootstrap.interval(strata: sets.map(\.groups.count)) { drawn in
        var sum = 0.0
        for (set, runs) in zip(sets, drawn) {
          guard let value = statistic(set, runs.flatMap { set.groups[$0] }) else { return nil }
          sum += value
        }
        return sum / Double(sets.count)
      }
    }
    return Estimate(
      value: StudyResults.mean(values), lower: interval?.lowerBound, upper: interval?.upperBound)
  }

  private static func choice(
    of criterion: Selection.Criterion, on candidates: [Selection.Candidate], in dataSet: String?
  ) -> Choice {
    let own = candidates.filter { $0.dataSet == dataSet }
    let chosen = own.first { $0.places[criterion.rawValue] == 1 }
    let accuracies = own.compactMap(\.linearTop1)
    return Choice(
      dataSet: dataSet,
      name: (chosen?.name ?? "") + (chosen?.step.map { " at step \($0)" } ?? ""),
      linearTop1: chosen?.linearTop1, bestLinearTop1: accuracies.max(),
      meanLinearTop1: accuracies.isEmpty ? nil : StudyResults.mean(accuracies))
  }
}
