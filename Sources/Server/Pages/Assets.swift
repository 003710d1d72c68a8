import Foundation
import Hummingbird
import Records
import Reports

/// The server's own files: style and scripts. All are read when it starts.
struct Assets: Sendable {
  private struct Asset {
    let data: Data
    let type: String
    let tag: String
  }

  private let assets: [String: Asset]

  /// The identifier of the style that Plotly puts into a page for maps, which no page has: where something of that
  /// identifier is there it does not, and the policy has nothing to refuse.
  let mapStyle: String

  /// - Throws: `ReportError.missingResource`.
  init() throws {
    let script = "text/javascript; charset=utf-8"
    let style = "text/css; charset=utf-8"
    let plotly = try PageResources.plotly()
    mapStyle =
      plotly.firstMatch(of: /getElementById\("([0-9a-f]{64})"\)/).map { String($0.1) }
      ?? "map-style"
    let texts: [(name: String, type: String, text: String)] = [
      ("plotly.js", script, plotly),
      ("charts.js", script, try PageResources.charts()),
      ("live.js", script, try ServerResources.text(of: "live.js")),
      ("map.js", script, try ServerResources.text(of: "map.js")),
      ("plotly.css", style, try ServerResources.text(of: "plotly.css")),
      ("style.css", style, try PageResources.style() + ServerResources.text(of: "live.css")),
    ]
    var assets: [String: Asset] = [:]
    for (name, type, text) in texts {
      assets[name] = Asset(data: Data(text.utf8), type: type, tag: FNV1a(text).hexadecimal)
    }
    self.assets = assets
  }

  func answer(_ call: Site.Call) throws -> Response {
    guard let asset = call.places["asset"].flatMap({ assets[$0] }) else {
      throw Site.Missing(reason: "there is no such file")
    }
    return Answer.asset(asset.data, type: asset.type, tag: asset.tag, of: call.request)
  }
}

/// The files that pages are made from.
enum ServerResources {
  /// The text of the file called `name`.
  static func text(of name: String) throws -> String {
    for folder in folders {
      let data = try? Data(contentsOf: folder.appendingPathComponent(name))
      if let data { return String(decoding: data, as: UTF8.self) }
    }
    throw ReportError.missingResource(name: name)
  }

  // As Reports finds its own.
  private static let folders: [URL] = {
    let program = Bundle.main.executableURL?.resolvingSymlinksInPath()
    let bundles = ["gnomon_Server.resources", "gnomon_Server.bundle"]
      .compactMap { program?.deletingLastPathComponent().appendingPathComponent($0) }
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    return (bundles + [sources]).map { $0.appendingPathComponent("Resources", isDirectory: true) }
  }()
}
