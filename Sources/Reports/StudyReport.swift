import Foundation
import Records
import RunStore

/// One self-contained page about a study: the ledger of its claims, a section and a plot for each,
/// and a table of its runs. It needs no network; its links to the runs' own pages are relative.
///
/// ```swift
/// let report = try StudyReport(
///   folder: URL(fileURLWithPath: "studies/strength"), catalogue: .standard)
/// try report.write(to: "studies/strength/report.html")
/// ```
public struct StudyReport {
  let study: ReportedStudy

  /// Whether the folder at `path` is a study's, that is, whether it holds a `study.json`.
  public static func isStudy(at path: String) -> Bool {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    return FileManager.default.fileExists(atPath: RunCollection.record(in: folder).path)
  }

  /// Reads the study in `folder`: its `study.json`, and the summaries of the runs under `runs/`.
  ///
  /// - Parameters:
  ///   - folder: the study's.
  ///   - catalogue: what the figures are called and how they are written.
  ///   - claims: what is said of the claims in place of what the record says; nil for that.
  /// - Throws: `ReportError.notAStudy` without a record; `RunStoreError` for one that cannot be read,
  ///   is damaged, or is newer than this program.
  public init(folder: URL, catalogue: FigureCatalogue, claims: [ClaimRecord]? = nil) throws {
    guard var record = try RunCollection.readStudy(in: folder) else {
      throw ReportError.notAStudy(path: folder.path)
    }
    if let claims { record.claims = claims }
    try self.init(record: record, folder: folder, catalogue: catalogue)
  }

  /// A study as `record` has it, with the summaries of the runs under `runs/` in `folder`.
  ///
  /// A run's summary that cannot be read is named in the page; the others are shown.
  public init(record: StudyRecord, folder: URL, catalogue: FigureCatalogue) throws {
    study = ReportedStudy(record, folder: folder, catalogue)
  }

  /// The page, with links as from a file in the study's folder.
  ///
  /// - Throws: `ReportError.missingResource` when a part of the page, such as Plotly.js, is not
  ///   installed.
  public func html() throws -> String {
    try StudyPage(of: study, linkedFrom: study.folder).html()
  }

  /// The plot of one claim, to be written as an image for a paper.
  ///
  /// - Throws: `ReportError.unknownClaim` where the study has none of that name, `ReportError.nothingToDraw` where
  ///   no finished run has its figures.
  public func image(ofClaim id: String) throws(ReportError) -> ClaimImage {
    let claims = study.record.claims
    guard let claim = claims.first(where: { $0.id == id }) else {
      let known = claims.map(\.id)
      throw .unknownClaim(id, nearest: known.nearest(to: id), known: known)
    }
    let quantity = ClaimQuantity(of: claim, study.catalogue)
    guard
      let figure = ChartFigure.claim(
        quantity.expressed(claim), quantity, axes: study.record.axes)
    else { throw .nothingToDraw(claim: id) }
    return ClaimImage(title: "\(study.record.name): \(claim.statement)", figure: figure)
  }

  /// Writes the page to the file at `path`, whole or not at all, with links as from there.
  ///
  /// - Throws: What `html()` throws, or `RunStoreError` when the file cannot be written.
  public func write(to path: String) throws {
    let file = URL(fileURLWithPath: path)
    let page = try StudyPage(of: study, linkedFrom: file.deletingLastPathComponent()).html()
    try AtomicFile.write(Data(page.utf8), to: file)
  }
}
