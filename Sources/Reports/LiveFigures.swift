import Records

/// Figures of charts as pieces of a page: the elements that they are drawn in, and what is drawn.
package struct LiveFigures {
  let figures: [ChartFigure]

  init(_ figures: [ChartFigure]) { self.figures = figures }

  /// Whether there is nothing to draw.
  package var isEmpty: Bool { figures.isEmpty }

  /// The figures as HTML into which `figures.js` draws.
  package func markup() throws -> String { try markups().joined(separator: "\n") }

  /// As `markup()`, one text a figure.
  package func markups() throws -> [String] {
    try FigureMarkup.values(of: figures).map { try Markup.render("figure", partials: [], $0) }
  }

  /// What is drawn in them, as JSON.
  package func data() throws -> String { try FigureMarkup.data(of: figures) }

  /// Figures one after the other; their numbers go on.
  package static func + (left: LiveFigures, right: LiveFigures) -> LiveFigures {
    LiveFigures(left.figures + right.figures)
  }
}
