import Records

/// The points of a claim, sorted into the curves that are drawn of them.
struct ClaimPoints {
  private let claim: ClaimRecord
  private let series: [String?]
  /// What stands along the horizontal axis: settings, or the compared quantities.
  private let places: [String]
  /// The settings as numbers, where they lie close enough together for one linear axis.
  private let numbers: [Double]?
  /// Whether a curve joins the settings of the varied axis.
  let joinsSettings: Bool

  init(_ claim: ClaimRecord, values: [JSONValue]) {
    self.claim = claim
    let all = claim.points.map(\.series)
    series = all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.element)
    joinsSettings = claim.axis != nil
    guard joinsSettings else {
      places = series.map { $0 ?? "value" }
      numbers = nil
      return
    }
    let present = claim.points.map(\.setting)
    let settings = (values + present).reduce(into: [JSONValue]()) { found, value in
      if present.contains(value) && !found.contains(value) { found.append(value) }
    }
    places = settings.map { StudyText.setting($0) ?? "" }
    let sorted = settings.compactMap(\.doubleValue).sorted()
    let isLinear =
      sorted.count == settings.count
      && (sorted.first ?? 0 <= 0 || (sorted.last ?? 0) / (sorted.first ?? 1) < 24)
    numbers = isLinear ? sorted : nil
  }

  var legend: [LegendEntry] {
    guard joinsSettings, series.count > 1 else { return [] }
    return series.map {
      LegendEntry(
        label: label(of: $0), paint: paint(of: $0), dash: dash(of: $0), group: group(of: $0),
        isMarked: true)
    }
  }

  /// The values along the axis; `nil` without any.
  var chart: Chart? {
    if claim.points.isEmpty { return nil }
    let ticks = places.enumerated().map { Axis.Tick(value: Double($0), label: $1) }
    let x =
      numbers == nil
      ? Axis(
        title: claim.axis ?? "", range: [-0.4, Double(places.count) - 0.6], ticks: ticks)
      : Axis(title: claim.axis ?? "")
    return Chart(
      title: "Values of each seed", x: x, y: Axis(title: "value"),
      traces: joinsSettings ? series.flatMap(alongSettings) : betweenSeries)
  }

  private func alongSettings(_ series: String?) -> [Trace] {
    let points = claim.points.filter { $0.series == series }
    let seeds = Set(points.map(\.seed)).sorted()
    let thin = seeds.map { seed in
      trace(
        "\(label(of: series)), seed \(seed)", series,
        means(points.filter { $0.seed == seed }), isThin: seeds.count > 1)
    }
    let mean = trace("\(label(of: series)), mean of seeds", series, means(points), isThin: false)
    return seeds.count > 1 ? thin + [mean] : thin
  }

  private var betweenSeries: [Trace] {
    let runs = claim.points.map(\.run)
    let distinct = runs.enumerated().filter { runs.firstIndex(of: $1) == $0 }.map(\.element)
    let thin = distinct.map { run in
      trace(
        run, nil, means(claim.points.filter { $0.run == run }), isThin: distinct.count > 1)
    }
    return distinct.count > 1
      ? thin + [trace("mean", nil, means(claim.points), isThin: false)] : thin
  }

  /// The mean value at each place, in order.
  private func means(_ points: [ClaimRecord.Point]) -> [(x: Double, y: Double)] {
    let placed = points.compactMap { point in place(of: point).map { (x: $0, y: point.value) } }
    return Dictionary(grouping: placed.filter(\.y.isFinite), by: \.x)
      .map { (x: $0, y: $1.reduce(0) { $0 + $1.y } / Double($1.count)) }
      .sorted { $0.x < $1.x }
  }

  private func place(of point: ClaimRecord.Point) -> Double? {
    if numbers != nil { return point.setting.doubleValue }
    let name = joinsSettings ? StudyText.setting(point.setting) : point.series ?? "value"
    return places.firstIndex { $0 == name }.map(Double.init)
  }

  private func trace(
    _ name: String, _ series: String?, _ points: [(x: Double, y: Double)], isThin: Bool
  ) -> Trace {
    var trace = Trace(
      name: name, group: group(of: series), points: points, paint: paint(of: series),
      dash: dash(of: series), mode: .both)
    trace.isThin = isThin
    return trace
  }

  private func label(of series: String?) -> String { series ?? "value" }

  private func group(of series: String?) -> String { "\(claim.id)-\(series ?? "")" }

  private func isLayer(_ name: String) -> Bool { FigureKey.isLayer(name) }

  private func paint(of name: String?) -> Paint {
    guard let name else { return Paint.categories[0] }
    if isLayer(name) { return .layer(name) }
    return Paint.categories[(series.firstIndex(of: name) ?? 0) % Paint.categories.count]
  }

  private func dash(of name: String?) -> Dash {
    guard let name else { return .solid }
    if isLayer(name) { return .layer(name) }
    return Dash.allCases[(series.firstIndex(of: name) ?? 0) % Dash.allCases.count]
  }
}
