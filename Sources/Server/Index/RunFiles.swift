import Foundation

/// The files of a run or a study that are handed out: those of a fixed list, by their names there.
struct ServedFile: Sendable, Equatable {
  let name: String
  let label: String
  let mediaType: String
  /// Whether a browser may show it in a page.
  var isShown = false

  /// Those of a run.
  static let ofRuns = [
    ServedFile(
      name: "config.yaml", label: "Configuration (YAML)", mediaType: "text/plain; charset=utf-8"),
    ServedFile(
      name: "metrics.jsonl", label: "What was logged (JSON lines)", mediaType: "application/jsonl"),
    ServedFile(
      name: "geometry.jsonl", label: "What was measured (JSON lines)",
      mediaType: "application/jsonl"),
    ServedFile(
      name: "summary.json", label: "Figures at the end (JSON)", mediaType: "application/json"),
    ServedFile(
      name: "views.png", label: "Views of images (PNG)", mediaType: "image/png", isShown: true),
    ServedFile(
      name: "skipped-files.txt", label: "Files that could not be used",
      mediaType: "text/plain; charset=utf-8"),
    ServedFile(name: "report.html", label: "Report (HTML)", mediaType: "text/html; charset=utf-8"),
  ]

  /// Those of a study.
  static let ofStudies = [
    ServedFile(
      name: "study.json", label: "The study as it stands (JSON)", mediaType: "application/json"),
    ServedFile(
      name: "study.yaml", label: "The study's file (YAML)", mediaType: "text/plain; charset=utf-8"),
    ServedFile(name: "report.html", label: "Report (HTML)", mediaType: "text/html; charset=utf-8"),
  ]

  /// Those of `files` that are in the folder at `path`, with their sizes in bytes.
  static func present(_ files: [ServedFile], in path: String) -> [(file: ServedFile, size: Int)] {
    files.compactMap { file in
      FileStamp("\(path)/\(file.name)").flatMap { $0.isFolder ? nil : (file, $0.size) }
    }
  }
}
