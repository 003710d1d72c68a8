import Foundation
import Records

/// The parts of a run's report that a server shows while the run goes on: the same figures and tables as the
/// report's, as pieces of a page.
package struct LiveReport {
  private let runs: RunSet
  private let figures: LiveFigures

  /// What is shown.
  ///
  /// - Parameters:
  ///   - name: what the run is called.
  ///   - metrics: what was logged.
  ///   - geometry: what was measured at several epochs.
  ///   - summary: the figures at the end; nil while there are none, which then are the latest measured.
  ///   - figure: the key of a figure to show over epochs besides those that are always shown.
  ///   - catalogue: what the figures are called and mean.
  package init(
    name: String, metrics: [MetricRecord], geometry: [GeometryRecord], summary: RunSummary?,
    figure: String? = nil, catalogue: FigureCatalogue
  ) {
    let run = ReportedRun(name: name, metrics: metrics, geometry: geometry, summary: summary)
    let runs = RunSet([run], catalogue)
    self.runs = runs
    let all = [
      ChartFigure.training(of: runs), ChartFigure.pace(of: runs),
      figure.flatMap { ChartFigure.overEpochs(figure: $0, of: runs) },
      ChartFigure.trajectory(of: runs), ChartFigure.spectra(of: runs),
      ChartFigure.rankAndAccuracy(of: runs), ChartFigure.invariance(of: runs),
    ]
    figures = LiveFigures(all.compactMap { $0 })
  }

  /// The keys of all figures that were measured, in the order of the tables, with what they are called.
  package var measured: [FigureCatalogue.Entry] {
    let layers = runs.members.flatMap {
      $0.run.geometry.map(\.figures) + $0.run.summary.orderedLayers
    }
    return runs.catalogue.ordered(Set(layers.flatMap(\.values.keys)))
  }

  /// Whether there is anything to draw.
  package var hasFigures: Bool { !figures.isEmpty }

  /// The figures as HTML into which `figures.js` draws.
  package func markup() throws -> String { try figures.markup() }

  /// What is drawn in them, as JSON.
  package func data() throws -> String { try figures.data() }

  /// The tables of what was measured at each layer, as HTML.
  package func tables() throws -> String {
    try Markup.render("tables", partials: ["layers"], ReportPage(of: runs).tableValues)
  }
}

/// The parts of a study's page that a server shows.
package struct LiveStudyReport {
  private let page: StudyPage

  /// A study as `record` has it.
  ///
  /// - Parameters:
  ///   - record: the study.
  ///   - catalogue: what the figures are called and mean.
  ///   - summary: what is known of a run by its key; nil while it has no figures.
  ///   - address: where the page of a run is, by its key; nil where there is none.
  package init(
    record: StudyRecord, catalogue: FigureCatalogue, summary: (String) -> RunSummary?,
    address: @escaping (String) -> String?
  ) {
    let study = ReportedStudy(record, summaries: summary, catalogue)
    page = StudyPage(of: study) { run in address(run.record.key) }
  }

  /// Whether there is anything to draw.
  package var hasFigures: Bool { !page.figures.isEmpty }

  /// Answers, ledger, claims with their figures, and runs, as HTML.
  package func body() throws -> String {
    try Markup.render("studybody", partials: ["figure"], page.bodyValues)
  }

  /// What is drawn in the figures, as JSON.
  package func data() throws -> String { try FigureMarkup.data(of: page.figures) }
}

/// Files of the pages that a server hands out as they are.
package enum PageResources {
  /// The style of all pages.
  package static func style() throws -> String { try ReportResources.text(of: "report.css") }

  /// What draws charts: `gnomonFigures.start(charts)`. It needs Plotly before it.
  package static func charts() throws -> String { try ReportResources.pageScript("sorting.js") }

  /// Plotly.js.
  package static func plotly() throws -> String {
    try ReportResources.text(of: ReportResources.plotly)
  }

  /// Fills in templates; all values are escaped for HTML but those in three braces.
  ///
  /// - Parameters:
  ///   - name: the template.
  ///   - templates: texts by name, with which it and those it uses are found.
  ///   - values: what is put in.
  package static func render(
    _ name: String, of templates: [String: String], _ values: [String: Any]
  ) throws -> String {
    try Markup.render(name, of: templates, values)
  }
}
