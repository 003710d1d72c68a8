/// How each of several runs looks in charts that hold them all: a colour and pattern for each, or one for each value
/// of something that they share.
package struct RunMarks {
  /// What one run looks like.
  struct Mark {
    let label: String
    let paint: Paint
    let dash: Dash
    /// The runs of one group share a legend entry.
    let group: String
  }

  /// One for each run, in their order.
  let marks: [Mark]

  /// A value by which runs are coloured.
  package struct Value: Hashable {
    let text: String
    let number: Double?

    /// A value as it is shown, and as a number where it is one.
    package init(text: String, number: Double?) {
      self.text = text
      self.number = number
    }
  }

  /// Each run by itself.
  package init(names: [String]) {
    marks = names.enumerated().map { place, name in
      Self.category(place, label: name, group: "run-\(place)")
    }
  }

  /// Runs of one value alike; `nil` stands for none. Numbers are coloured in their order, many of them by ranges.
  package init(values: [Value?]) {
    let known = Set(values.compactMap { $0 })
    let numbers = Set(known.compactMap(\.number)).sorted()
    let isNumeric = !known.isEmpty && known.allSatisfy { $0.number != nil }
    let ranges = Self.ranges(of: numbers)
    let texts = known.map(\.text).sorted()
    marks = values.map { value in
      guard let value else {
        return Mark(label: "no value", paint: .faint, dash: .dot, group: "value-none")
      }
      if isNumeric, let number = value.number,
        let place = ranges.firstIndex(where: { number <= $0.upperBound })
      {
        return Mark(
          label: Self.label(of: ranges[place]), paint: .sequence(place, of: ranges.count),
          dash: .solid, group: "value-\(place)")
      }
      let place = texts.firstIndex(of: value.text) ?? 0
      return Self.category(place, label: value.text, group: "value-\(place)")
    }
  }

  /// What the colours mean, once each, in their order.
  func legend(isMarked: Bool = false, isLined: Bool = true) -> [LegendEntry] {
    var seen: Set<String> = []
    return marks.filter { seen.insert($0.group).inserted }
      .sorted { Self.place(of: $0.group) < Self.place(of: $1.group) }
      .map {
        LegendEntry(
          label: $0.label, paint: $0.paint, dash: $0.dash, group: $0.group, isMarked: isMarked,
          isLined: isLined)
      }
  }

  private static func place(of group: String) -> Int {
    Int(group.drop { $0 != "-" }.dropFirst()) ?? .max
  }

  private static func category(_ place: Int, label: String, group: String) -> Mark {
    let palette = Paint.categories
    return Mark(
      label: label, paint: palette[place % palette.count],
      dash: Dash.allCases[place / palette.count % Dash.allCases.count], group: group)
  }

  /// So many colours of a sequence are told apart.
  private static let mostColours = 8

  private static func ranges(of numbers: [Double]) -> [ClosedRange<Double>] {
    guard numbers.count > mostColours else { return numbers.map { $0...$0 } }
    return (0..<mostColours).map { place in
      let start = place * numbers.count / mostColours
      let end = (place + 1) * numbers.count / mostColours - 1
      return numbers[start]...numbers[end]
    }
  }

  private static func label(of range: ClosedRange<Double>) -> String {
    range.lowerBound == range.upperBound
      ? Numerals.setting(range.lowerBound)
      : "\(Numerals.significant(range.lowerBound)) to \(Numerals.significant(range.upperBound))"
  }
}

extension Trace {
  /// A trace of one run.
  init(
    _ name: String, _ mark: RunMarks.Mark, points: [(x: Double, y: Double)], mode: Mode = .lines
  ) {
    self.init(
      name: mark.label == name ? name : "\(mark.label), \(name)", group: mark.group,
      points: points, paint: mark.paint, dash: mark.dash, mode: mode)
  }
}
