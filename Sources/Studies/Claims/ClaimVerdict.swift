import Records

extension Claim.Direction {
  var alternative: Wilcoxon.Alternative { .init(side: sign) }
}

extension Wilcoxon.Alternative {
  /// The alternative that differences lie above (1) or below (-1) zero, or (0) that they are not about it.
  fileprivate init(side: Int) {
    self = side > 0 ? .greater : side < 0 ? .less : .twoSided
  }
}

extension [ClaimRecord] {
  /// Corrects p over the primary claims and gives every claim its verdict, by the rules at
  /// `ClaimRecord.Verdict`.
  ///
  /// - Parameter pending: how many primary claims have no effect anywhere yet: they are tests, too.
  mutating func judge(pending: Int) {
    let primary = indices.filter { self[$0].isPrimary && self[$0].p != nil }
    let corrected = Holm.corrected(primary.compactMap { self[$0].p }, pending: pending)
    let opposite = Holm.corrected(primary.compactMap { self[$0].oppositeP }, pending: pending)
    var correctedOpposite: [Int: Double] = [:]
    for (place, index) in primary.enumerated() {
      self[index].correctedP = corrected[place]
      correctedOpposite[index] = opposite[place]
    }
    for index in indices {
      self[index].judge(
        correctedOppositeP: correctedOpposite[index], primaryClaims: primary.count + pending)
    }
    for control in Control.allCases { judge(against: control, pending: pending) }
  }

  /// Says of each primary claim that has the control whether it holds against it.
  private mutating func judge(against control: Control, pending: Int) {
    let places = indices.filter { self[$0].isPrimary }.compactMap { index in
      self[index].controls.firstIndex { $0.control == control && $0.p != nil }.map { (index, $0) }
    }
    let corrected = Holm.corrected(
      places.compactMap { self[$0.0].controls[$0.1].p }, pending: pending)
    for ((index, place), p) in zip(places, corrected) {
      self[index].judge(controlAt: place, correctedP: p)
    }
  }
}

extension ClaimRecord {
  private static let fewestSeeds = 5
  private static let level = 0.05

  /// The p of the other side; where no side is claimed, that of the claim.
  fileprivate var oppositeP: Double? {
    direction == 0 ? p : Wilcoxon.p(effects, .init(side: -direction))
  }

  fileprivate mutating func judge(correctedOppositeP: Double?, primaryClaims: Int) {
    guard effects.count >= Self.fewestSeeds, let effect, let p, let oppositeP else {
      verdict = .tooFewSeeds
      return
    }
    func passes(_ p: Double?, side: Int) -> Bool {
      guard let p, p < Self.level else { return false }
      return side == 0 || effect * Double(side) > 0
    }
    let isOpposite = direction != 0 && passes(oppositeP, side: -direction)
    if passes(correctedP, side: direction) {
      verdict = .supported
    } else if !isPrimary && passes(p, side: direction) {
      verdict = .supportedUncorrected
    } else if isOpposite && (!isPrimary || passes(correctedOppositeP, side: -direction)) {
      verdict = .contradicted
    } else {
      verdict = .notSupported
    }
    if let remark = remarkOnReach(primaryClaims: primaryClaims) { add(remark) }
    if isPrimary && verdict == .notSupported && passes(p, side: direction) {
      add("its own test passes, and its correction fails it")
    }
    if isOpposite && verdict == .notSupported {
      add("the opposite side passes its test uncorrected")
    }
    if verdict != .notSupported, let lower, let upper, lower <= 0, upper >= 0 {
      add("the interval holds 0 although the test passes: the seeds differ much in size")
    }
  }

  fileprivate mutating func judge(controlAt place: Int, correctedP: Double) {
    controls[place].correctedP = correctedP
    guard controls[place].differences.count >= Self.fewestSeeds else { return }
    let isOnSide = direction == 0 || controls[place].difference * Double(direction) > 0
    controls[place].holds = correctedP < Self.level && isOnSide
  }

  /// What so few seeds cannot show, whatever their effects.
  private func remarkOnReach(primaryClaims: Int) -> String? {
    let alternative = Wilcoxon.Alternative(side: direction)
    func reaches(_ seeds: Int, _ claims: Int) -> Bool {
      Wilcoxon.smallestP(seeds, alternative) * Double(claims) < Self.level
    }
    let claims = isPrimary ? primaryClaims : 1
    if reaches(effects.count, claims) { return nil }
    let enough = (effects.count...).first { reaches($0, claims) } ?? effects.count
    if !reaches(effects.count, 1) {
      return "with \(effects.count) seeds no two-sided p can be below 0.05: take \(enough)"
    }
    return
      "with \(effects.count) seeds and \(claims) primary claims no corrected p can be below 0.05: "
      + "take \(enough) seeds, or fewer primary claims"
  }

  private mutating func add(_ remark: String) {
    note = note.map { "\($0); \(remark)" } ?? remark
  }
}
