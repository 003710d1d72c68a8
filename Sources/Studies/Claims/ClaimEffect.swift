import Records

/// One seed's effect.
extension StudyResults {
  /// Why a seed has no effect.
  struct Gap: Error {
    let reason: String
  }

  /// A seed's effect in a data set, averaged over the claim's averaged axes, and the values it was computed from.
  ///
  /// - Parameters:
  ///   - dataSet: the data set; nil where the study has one alone.
  ///   - control: what stands in the place of every figure; nil for the figures themselves.
  func effect(
    of claim: Claim, seed: Int, in dataSet: JSONValue?, under control: Control? = nil
  ) -> Result<(effect: Double, points: [ClaimRecord.Point]), Gap> {
    var ofSeed = entries.filter { $0.seed == seed }
    if let dataSet { ofSeed.removeAll { $0.settings[Study.dataSetAxis] != dataSet } }
    var expression = claim.of.expression
    if let control {
      guard let controlled = expression.under(control) else {
        return .failure(Gap(reason: "there is no such control of it"))
      }
      expression = controlled
    }
    let found = SeedEffect(claim: claim, expression: expression, entries: ofSeed, results: self)
    do throws(Gap) {
      return .success(try found.average())
    } catch {
      return .failure(error)
    }
  }
}

/// One seed's effect while it is computed.
private struct SeedEffect {
  typealias Place = [String: JSONValue]

  let claim: Claim
  let expression: FigureExpression
  let entries: [StudyResults.Entry]
  let results: StudyResults

  /// The mean of the effects at the places that the claim averages over.
  func average() throws(StudyResults.Gap) -> (effect: Double, points: [ClaimRecord.Point]) {
    var total = 0.0
    var points: [ClaimRecord.Point] = []
    let places = places
    for place in places { total += try effect(at: place, &points) }
    let effect = total / Double(places.count)
    guard effect.isFinite else { throw StudyResults.Gap(reason: "the effect is not finite") }
    return (effect, points)
  }

  private func effect(
    at place: Place, _ points: inout [ClaimRecord.Point]
  ) throws(StudyResults.Gap) -> Double {
    switch claim.statistic {
    case .mean:
      return try values([.null], at: place, &points)[0]
    case .difference(let from, let to):
      let values = try values([from.json, to.json], at: place, &points)
      return values[1] - values[0]
    case .slope:
      return try slope(at: place, &points)
    case .interaction(let with, let from, let to):
      var slopes: [Double] = []
      for value in [from, to] {
        var place = place
        place[with] = value.json
        slopes.append(try slope(at: place, series: value.text, &points))
      }
      return slopes[1] - slopes[0]
    }
  }

  private func slope(
    at place: Place, series: String? = nil, _ points: inout [ClaimRecord.Point]
  ) throws(StudyResults.Gap) -> Double {
    let axis = results.study.axes.first { $0.key == claim.axis }
    let settings = (claim.axis.flatMap { claim.selection[$0] } ?? axis?.values ?? []).map(\.json)
    let values = try values(settings, at: place, series: series, &points)
    return LeastSquares.slope(settings.compactMap(\.doubleValue), values)
  }

  /// The formula's value at each setting of the claim's axis.
  private func values(
    _ settings: [JSONValue], at place: Place, series: String? = nil,
    _ points: inout [ClaimRecord.Point]
  ) throws(StudyResults.Gap) -> [Double] {
    var values: [Double] = []
    for setting in settings {
      var place = place
      if let axis = claim.axis { place[axis] = setting }
      let entry = try run(at: place)
      values.append(try value(of: expression, entry))
      let shown = claim.axis == nil ? averagedSetting(place) : setting
      points += try self.points(of: entry, setting: shown, series: series)
    }
    return values
  }

  /// Where on the other axes an effect is computed: one place, or as many as it is averaged over.
  private var places: [Place] {
    var places: [Place] = [[:]]
    for axis in results.study.axes
    where Study.isCompared(axis.key) && !claim.comparedAxes.contains(axis.key) {
      let isAveraged = claim.averaged.contains(axis.key)
      let values = claim.selection[axis.key] ?? axis.values
      let chosen = isAveraged ? values : Array(values.prefix(1))
      places = places.flatMap { place in
        chosen.map { place.merging([axis.key: $0.json]) { _, new in new } }
      }
    }
    return places
  }

  private func averagedSetting(_ place: Place) -> JSONValue {
    claim.averaged.count == 1 ? place[claim.averaged[0]] ?? .null : .null
  }

  private func run(at place: Place) throws(StudyResults.Gap) -> StudyResults.Entry {
    if let entry = entries.first(where: { entry in
      place.allSatisfy { entry.settings[$0.key] == $0.value }
    }) {
      return entry
    }
    let text = results.study.axisKeys.compactMap { key in
      place[key].map { "\(key) \($0.plainText)" }
    }
    throw StudyResults.Gap(
      reason: "no finished run" + (text.isEmpty ? "" : " at \(text.joined(separator: ", "))"))
  }

  private func value(
    of expression: FigureExpression, _ entry: StudyResults.Entry
  ) throws(StudyResults.Gap) -> Double {
    if let value = expression.value({ $0.value(in: entry.summary) }) { return value }
    let missing = expression.figures.first { $0.value(in: entry.summary) == nil }
    throw StudyResults.Gap(
      reason: missing.map { "\($0.text) was not measured" } ?? "the formula has no finite value")
  }

  /// The values that a chart shows: those of both sides of a difference or ratio of two layers, or the formula's.
  private func points(
    of entry: StudyResults.Entry, setting: JSONValue, series: String?
  ) throws(StudyResults.Gap) -> [ClaimRecord.Point] {
    func point(_ quantity: FigureExpression, _ name: String?) throws(StudyResults.Gap)
      -> ClaimRecord.Point
    {
      ClaimRecord.Point(
        run: entry.key, seed: entry.seed, setting: setting, value: try value(of: quantity, entry),
        series: name, dataSet: entry.settings[Study.dataSetAxis]?.plainText)
    }
    guard series == nil, let quantities = expression.series else {
      return [try point(expression, series)]
    }
    var points: [ClaimRecord.Point] = []
    for (name, quantity) in quantities { points.append(try point(quantity, name)) }
    return points
  }
}

package enum LeastSquares {
  /// The slope of the line through the points that leaves the least squared error.
  package static func slope(_ x: [Double], _ y: [Double]) -> Double {
    let count = Double(x.count)
    let meanX = x.reduce(0, +) / count
    let meanY = y.reduce(0, +) / count
    var covariance = 0.0
    var variance = 0.0
    for (a, b) in zip(x, y) {
      covariance += (a - meanX) * (b - meanY)
      variance += (a - meanX) * (a - meanX)
    }
    return covariance / variance
  }
}
