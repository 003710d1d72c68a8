import Records

extension ClaimRecord.Heterogeneity {
  /// How much the means of several groups of effects differ beyond what the spread within them explains.
  ///
  /// Each group's mean is weighed by the inverse of its squared standard error. Q is Cochran's (Biometrics 10, 1954), I² Higgins
  /// and Thompson's (Statistics in Medicine 21, 2002), and the deviation between groups DerSimonian and Laird's
  /// (Controlled Clinical Trials 7, 1986).
  ///
  /// - Returns: nil for fewer than two groups of at least two effects each that are not all equal but for rounding.
  init?(of groups: [[Double]]) {
    let largest = groups.joined().lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0
    let rounding = Wilcoxon.roundingOfLargest * largest
    let usable = groups.compactMap { effects -> (mean: Double, weight: Double)? in
      guard effects.count > 1, effects.allSatisfy(\.isFinite) else { return nil }
      let count = Double(effects.count)
      let mean = effects.reduce(0, +) / count
      let squares = effects.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      guard squares > count * rounding * rounding else { return nil }
      return (mean, count * (count - 1) / squares)
    }
    guard usable.count > 1 else { return nil }
    let total = usable.reduce(0) { $0 + $1.weight }
    let pooled = usable.reduce(0) { $0 + $1.weight * $1.mean } / total
    let q = usable.reduce(0) { $0 + $1.weight * ($1.mean - pooled) * ($1.mean - pooled) }
    let degrees = Double(usable.count - 1)
    let scale = total - usable.reduce(0) { $0 + $1.weight * $1.weight } / total
    self.init(
      q: q, degreesOfFreedom: usable.count - 1, i2: q > 0 ? max(0, (q - degrees) / q) : 0,
      deviation: (max(0, q - degrees) / scale).squareRoot())
  }
}
