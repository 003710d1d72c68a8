import Foundation

/// The files that a page is made from: templates, style, script, and Plotly.js.
enum ReportResources {
  static let plotly = "plotly.min.js"

  /// The text of the file called `name`.
  static func text(of name: String) throws -> String {
    for folder in folders {
      let data = try? Data(contentsOf: folder.appendingPathComponent(name))
      if let data { return String(decoding: data, as: UTF8.self) }
    }
    throw ReportError.missingResource(name: name)
  }

  /// The script called `name` after the one that all charts are drawn by.
  static func script(_ name: String) throws -> String {
    try text(of: "charts.js") + text(of: name)
  }

  /// What draws the figures of a page, and `name` after it.
  static func pageScript(_ name: String) throws -> String {
    try text(of: "charts.js") + text(of: "figures.js") + text(of: name)
  }

  // Not `Bundle.module`: it ends the process when the bundle was not installed with the program.
  private static let folders: [URL] = {
    let program = Bundle.main.executableURL?.resolvingSymlinksInPath()
    let bundles = ["gnomon_Reports.resources", "gnomon_Reports.bundle"]
      .compactMap { program?.deletingLastPathComponent().appendingPathComponent($0) }
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return (bundles + [sources]).map { $0.appendingPathComponent("Resources", isDirectory: true) }
  }()
}
