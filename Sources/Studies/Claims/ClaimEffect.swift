import Records

/// One seed's effect.
extension StudyResults {
  /// Why a seed has no effect.
  struct Gap: Error {
    let reason: String
  }

  private typealias Place = [String: JSONValue]

  /// A seed's effect, averaged over the claim's averaged axes, and the values it was computed from.
  func effect(
    of claim: Claim, seed: Int
  ) -> Result<(effect: Double, points: [ClaimRecord.Point]), Gap> {
    let ofSeed = entries.filter { $0.seed == seed }
    var total = 0.0
    var points: [ClaimRecord.Point] = []
    let places = places(of: claim)
    do throws(Gap) {
      for place in places {
        let settings = axisSettings(of: claim)
        var values: [Double] = []
        for setting in settings {
          var place = place
          if let axis = claim.axis { place[axis] = setting }
          let entry = try run(at: place, of: claim, among: ofSeed)
          values.append(try value(of: claim.of.expression, entry))
          let shown = claim.axis == nil ? averagedSetting(of: claim, place) : setting
          points += try self.points(of: claim, entry, seed: seed, setting: shown)
        }
        total += effect(of: claim, settings, values)
      }
    } catch {
      return .failure(error)
    }
    let effect = total / Double(places.count)
    guard effect.isFinite else { return .failure(Gap(reason: "the effect is not finite")) }
    return .success((effect, points))
  }

  private func effect(of claim: Claim, _ settings: [JSONValue], _ values: [Double]) -> Double {
    switch claim.statistic {
    case .mean: values[0]
    case .difference: values[1] - values[0]
    case .slope: LeastSquares.slope(settings.compactMap(\.doubleValue), values)
    }
  }

  /// The settings of the axis that an effect needs, in order.
  private func axisSettings(of claim: Claim) -> [JSONValue] {
    switch claim.statistic {
    case .mean: return [.null]
    case .difference(let from, let to): return [from.json, to.json]
    case .slope:
      let axis = study.axes.first { $0.key == claim.axis }
      let values = claim.axis.flatMap { claim.selection[$0] } ?? axis?.values ?? []
      return values.map(\.json)
    }
  }

  /// Where on the other axes an effect is computed: one place, or as many as it is averaged over.
  private func places(of claim: Claim) -> [Place] {
    var places: [Place] = [[:]]
    for axis in study.axes where axis.key != "seed" && axis.key != claim.axis {
      let isAveraged = claim.averaged.contains(axis.key)
      let values = claim.selection[axis.key] ?? axis.values
      let chosen = isAveraged ? values : Array(values.prefix(1))
      places = places.flatMap { place in
        chosen.map { place.merging([axis.key: $0.json]) { _, new in new } }
      }
    }
    return places
  }

  private func averagedSetting(of claim: Claim, _ place: Place) -> JSONValue {
    claim.averaged.count == 1 ? place[claim.averaged[0]] ?? .null : .null
  }

  private func run(
    at place: Place, of claim: Claim, among entries: [Entry]
  ) throws(Gap) -> Entry {
    if let entry = entries.first(where: { entry in
      place.allSatisfy { entry.settings[$0.key] == $0.value }
    }) {
      return entry
    }
    let text = study.axisKeys.compactMap { key in place[key].map { "\(key) \($0.plainText)" } }
    throw Gap(
      reason: "no finished run" + (text.isEmpty ? "" : " at \(text.joined(separator: ", "))"))
  }

  private func value(of expression: FigureExpression, _ entry: Entry) throws(Gap) -> Double {
    if let value = expression.value({ $0.value(in: entry.summary) }) { return value }
    let missing = expression.figures.first { $0.value(in: entry.summary) == nil }
    throw Gap(
      reason: missing.map { "\($0.text) was not measured" } ?? "the formula has no finite value")
  }

  private func points(
    of claim: Claim, _ entry: Entry, seed: Int, setting: JSONValue
  ) throws(Gap) -> [ClaimRecord.Point] {
    guard let series = claim.of.expression.series else {
      let value = try value(of: claim.of.expression, entry)
      return [ClaimRecord.Point(run: entry.key, seed: seed, setting: setting, value: value)]
    }
    var points: [ClaimRecord.Point] = []
    for (name, quantity) in series {
      points.append(
        ClaimRecord.Point(
          run: entry.key, seed: seed, setting: setting, value: try value(of: quantity, entry),
          series: name))
    }
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
