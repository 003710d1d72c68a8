import Foundation
import Reports

/// What all pages have around their content.
struct Shell {
  let title: String
  /// Where the page's content comes from.
  let template: String
  let values: [String: Any]
  var partials: [String] = []
  /// The place in the menu.
  var place = ""
  /// The stream that tells when the page changes; nil for a page that does not.
  var events: String?
  /// Where the page's charts are; nil for a page without.
  var charts: String?
  /// The study whose changes the page shows.
  var study: String?
  /// The runs whose changes the page shows; all where there are none.
  var runs: [String] = []
  /// The server's own scripts that the page has besides.
  var scripts: [String] = []
  /// `Assets.mapStyle`, for a page with charts.
  var mapStyle = ""

  func html() throws -> String {
    var texts: [String: String] = [:]
    for name in ["shell", template] + partials {
      texts[name] = try ServerResources.text(of: "\(name).mustache")
    }
    texts["content"] = texts[template]
    let around: [String: Any] = [
      "title": title, "events": events ?? "", "isLive": events != nil, "charts": charts ?? "",
      "mapStyle": mapStyle,
      "hasCharts": charts != nil, "study": study ?? "",
      "liveRuns": runs.joined(separator: " "), "isRuns": place == "runs",
      "isStudies": place == "studies", "ownScripts": scripts.map { ["file": $0] },
    ]
    return try PageResources.render("shell", of: texts, values.merging(around) { $1 })
  }
}

/// A page that says one thing.
struct MessagePage {
  let title: String
  let text: String

  func html() throws -> String {
    try Shell(title: title, template: "message", values: ["text": text]).html()
  }
}
