import RunStore

/// Figures of charts as a page's template and script take them.
enum FigureMarkup {
  /// The values of `figure.mustache`, one set a figure; the first has the number 1.
  static func values(of figures: [ChartFigure]) -> [[String: Any]] {
    figures.enumerated().map(values)
  }

  /// The charts with the identifiers of the elements that they are drawn in, as JSON that can stand
  /// inside a script element.
  static func data(of figures: [ChartFigure]) throws -> String {
    let identified = figures.enumerated().flatMap { place, figure in
      figure.charts.enumerated().map {
        IdentifiedChart(id: identifier(place, $0), chart: $1)
      }
    }
    return Markup.scriptSafe(try RunJSON.line(identified))
  }

  private struct IdentifiedChart: Encodable {
    let id: String
    let chart: Chart
  }

  private static func values(place: Int, _ figure: ChartFigure) -> [String: Any] {
    [
      "number": place + 1, "title": figure.title, "reading": figure.reading,
      "columns": figure.columns,
      "legend": figure.legend.map { entry in
        [
          "label": entry.label, "light": entry.paint.light, "dark": entry.paint.dark,
          "pattern": strokePattern(entry.dash), "group": entry.group,
          "isMarked": entry.isMarked, "isHollow": entry.isHollow, "isLined": entry.isLined,
          "mark": mark(entry.dash),
        ] as [String: Any]
      },
      "hasLegend": figure.legend.count > 1,
      "charts": figure.charts.enumerated().map { index, chart in
        [
          "id": identifier(place, index), "title": chart.title ?? "",
          "hasTitle": chart.title != nil, "description": "\(figure.title): \(chart.title ?? "")",
          "isWide": chart.isWide == true, "hasHeight": chart.height != nil,
          "height": chart.height ?? 0,
        ] as [String: Any]
      },
    ]
  }

  private static func identifier(_ figure: Int, _ chart: Int) -> String {
    "chart-\(figure + 1)-\(chart + 1)"
  }

  private static func strokePattern(_ dash: Dash) -> String {
    switch dash {
    case .solid: "none"
    case .dash: "7 4"
    case .dot: "2 3"
    case .dashdot: "7 3 2 3"
    }
  }

  /// The path of the marker that goes with a pattern, as Plotly's are in charts.js.
  private static func mark(_ dash: Dash) -> String {
    switch dash {
    case .solid: "M21 5a4 4 0 1 1-8 0a4 4 0 1 1 8 0z"
    case .dash: "M17 0.2L21.8 5L17 9.8L12.2 5z"
    case .dot: "M13.5 1.5h7v7h-7z"
    case .dashdot: "M17 0.8L21.6 9H12.4z"
    }
  }
}
