import Foundation
import Records
import RunStore

/// One self-contained page about one or more runs: tables, charts, views, configurations and the
/// figures as files. It needs no network and no other file.
public struct Report {
  let runs: RunSet

  /// Reads `runs`. What a run has not recorded is left out of the page.
  ///
  /// - Parameters:
  ///   - runs: the folders, in the order of the page.
  ///   - catalogue: what the figures are called and mean; one that is not in it is shown under its key.
  /// - Throws: `ReportError` without runs or for a folder that records nothing; `RunStoreError` for
  ///   a folder or file that cannot be read.
  public init(runs: [RunFolder], catalogue: FigureCatalogue) throws {
    if runs.isEmpty { throw ReportError.noRuns }
    self.runs = RunSet(try runs.map(ReportedRun.init(of:)), catalogue)
  }

  /// The page.
  ///
  /// - Throws: `ReportError.missingResource` when a part of the page, such as Plotly.js, is not
  ///   installed.
  public func html() throws -> String {
    try ReportPage(of: runs).html()
  }

  /// Writes the page to the file at `path`, whole or not at all.
  ///
  /// - Throws: What `html()` throws, or `RunStoreError` when the file cannot be written.
  public func write(to path: String) throws {
    let page = Data(try html().utf8)
    try AtomicFile.write(page, to: URL(fileURLWithPath: path))
  }
}
