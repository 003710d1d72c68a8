import Records

/// The points of a claim, sorted into the curves that are drawn of them.
struct ClaimPoints {
  private let claim: ClaimRecord
  private let quantity: ClaimQuantity
  private let series: [String?]
  /// The data sets in their order; one nil in a study of one.
  private let dataSets: [String?]
  /// What stands along the horizontal axis: settings, or the compared quantities.
  private let places: [String]
  /// The settings as numbers, where they lie close enough together for one linear axis.
  private let numbers: [Double]?
  /// The configuration key whose settings stand along the horizontal axis; nil where nothing varies.
  let along: String?
  /// Whether a curve joins the settings of the varied axis.
  var joinsSettings: Bool { along != nil }

  init(_ claim: ClaimRecord, _ quantity: ClaimQuantity, axes: [StudyRecord.Axis]) {
    self.claim = claim
    self.quantity = quantity
    let named = Self.distinct(claim.points.map(\.series))
    series =
      named.allSatisfy { $0.map(FigureKey.isLayer) ?? false }
      ? LayerFigures.canonicalOrder(of: named.compactMap { $0 }) : named
    dataSets = Self.distinct(claim.points.map(\.dataSet))
    let present = Self.distinct(claim.points.map(\.setting))
    // What an effect is averaged over varies, too.
    along =
      claim.axis
      ?? (present.count < 2
        ? nil : axes.first { axis in present.allSatisfy(axis.values.contains) }?.key)
    guard let along else {
      places = series.map { $0 ?? "value" }
      numbers = nil
      return
    }
    let values = axes.first { $0.key == along }?.values ?? []
    let settings = Self.distinct((values + present).filter(present.contains))
    places = settings.map { StudyText.setting($0) ?? "" }
    let sorted = settings.compactMap(\.doubleValue).sorted()
    let isLinear =
      sorted.count == settings.count
      && (sorted.first ?? 0 <= 0 || (sorted.last ?? 0) / (sorted.first ?? 1) < 24)
    numbers = isLinear ? sorted : nil
  }

  private static func distinct<Element: Equatable>(_ elements: [Element]) -> [Element] {
    elements.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  var legend: [LegendEntry] {
    guard joinsSettings, series.count > 1 else { return [] }
    return series.map {
      LegendEntry(
        label: label(of: $0), paint: paint(of: $0), dash: dash(of: $0), group: group(of: $0),
        isMarked: true)
    }
  }

  /// The values along the axis, a panel a data set, all on one scale; none without points.
  var charts: [Chart] {
    if claim.points.isEmpty { return [] }
    let ticks = places.enumerated().map { Axis.Tick(value: Double($0), label: $1) }
    let title = along.map(SettingWords.title) ?? ""
    let x =
      numbers == nil
      ? Axis(title: title, range: [-0.4, Double(places.count) - 0.6], ticks: ticks)
      : Axis(title: title, ticks: ticksOfNumbers)
    let charts = dataSets.map { dataSet in
      let points = claim.points.filter { $0.dataSet == dataSet }
      return Chart(
        title: dataSet ?? "Values of each seed", x: x, y: Axis(title: quantity.valueTitle),
        traces: joinsSettings
          ? series.flatMap { alongSettings($0, points) } : betweenSeries(points))
    }
    return charts.count > 1 ? Chart.sharingVerticalRange(charts) : charts
  }

  /// The settings as ticks, where they are few and do not crowd each other.
  private var ticksOfNumbers: [Axis.Tick]? {
    guard let numbers, let first = numbers.first, let last = numbers.last, numbers.count <= 6
    else { return nil }
    let gaps = zip(numbers.dropFirst(), numbers).map { $0 - $1 }
    guard gaps.allSatisfy({ $0 > 0.15 * (last - first) }) else { return nil }
    return numbers.map { Axis.Tick(value: $0, label: Numerals.setting($0)) }
  }

  private func alongSettings(_ series: String?, _ all: [ClaimRecord.Point]) -> [Trace] {
    let points = all.filter { $0.series == series }
    let seeds = Set(points.map(\.seed)).sorted()
    let thin = seeds.map { seed in
      trace(
        "\(label(of: series)), seed \(seed)", series,
        means(points.filter { $0.seed == seed }), isThin: seeds.count > 1)
    }
    let mean = trace("\(label(of: series)), mean of seeds", series, means(points), isThin: false)
    return seeds.count > 1 ? thin + [mean] : thin
  }

  private func betweenSeries(_ points: [ClaimRecord.Point]) -> [Trace] {
    let runs = Self.distinct(points.map(\.run))
    let thin = runs.map { run in
      trace(run, nil, means(points.filter { $0.run == run }), isThin: runs.count > 1)
    }
    return runs.count > 1 ? thin + [trace("mean", nil, means(points), isThin: false)] : thin
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
    guard let name = name ?? quantity.layer else { return .neutral }
    if isLayer(name) { return .layer(name) }
    return Paint.besideLayers[(series.firstIndex(of: name) ?? 0) % Paint.besideLayers.count]
  }

  private func dash(of name: String?) -> Dash {
    guard let name = name ?? quantity.layer else { return .solid }
    if isLayer(name) { return .layer(name) }
    return Dash.allCases[(series.firstIndex(of: name) ?? 0) % Dash.allCases.count]
  }
}
