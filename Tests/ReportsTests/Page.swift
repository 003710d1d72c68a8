import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A report's page, taken apart.
struct Page {
  /// One element with the text directly and indirectly in it.
  final class Element {
    let name: String
    let attributes: [String: String]
    var text = ""

    init(name: String, attributes: [String: String]) {
      self.name = name
      self.attributes = attributes
    }
  }

  struct Chart: Decodable {
    struct Axis: Decodable {
      struct Tick: Decodable {
        let value: Double
        let label: String
      }
      let title: String
      let range: [Double]?
      let ticks: [Tick]?
      let isLogarithmic: Bool
    }
    struct Trace: Decodable {
      let name: String
      let group: String
      let x: [Double]
      let y: [Double]
      let light: String
      let dark: String
      let dash: String
      let mode: String
      let below: [Double]?
      let above: [Double]?
      let isThin: Bool?
      let isHollow: Bool?
    }
    struct Heat: Decodable {
      let rows: [String]
      let columns: [String]
      let values: [[Double?]]
    }
    let title: String?
    let x: Axis
    let y: Axis
    let traces: [Trace]
    let heat: Heat?
  }

  /// The page without the content of its scripts and style.
  let markup: String
  let elements: [Element]
  let charts: [(id: String, chart: Chart)]

  /// Parses the page as XML: stricter than a browser, so that nothing is left to its guessing.
  init(_ html: String) throws {
    markup = Page.emptied(of: "style", Page.emptied(of: "script", html))
    let parser = XMLParser(data: Data(markup.replacing("<!DOCTYPE html>", with: "").utf8))
    let collector = Collector()
    parser.delegate = collector
    try #require(
      parser.parse(),
      "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    elements = collector.elements

    struct Identified: Decodable {
      let id: String
      let chart: Chart
    }
    let data = Page.content(of: "<script type=\"application/json\" id=\"chart-data\">", in: html)
    charts = try JSONDecoder().decode([Identified].self, from: Data((data ?? "[]").utf8))
      .map { ($0.id, $0.chart) }
  }

  /// What stands between `tag` and the next closing tag.
  static func content(of tag: String, in html: String) -> Substring? {
    html.range(of: tag).map { html[$0.upperBound...].prefix { $0 != "<" } }
  }

  /// `html` without what is inside of elements called `name`.
  static func emptied(of name: String, _ html: String) -> String {
    html.components(separatedBy: "</\(name)>").map { piece in
      guard let tag = piece.range(of: "<\(name)"),
        let end = piece[tag.upperBound...].firstIndex(of: ">")
      else { return piece }
      return String(piece[...end])
    }.joined(separator: "</\(name)>")
  }

  /// The elements called `name`, with these attributes.
  func all(_ name: String, _ attributes: [String: String] = [:]) -> [Element] {
    elements.filter { element in
      element.name == name && attributes.allSatisfy { element.attributes[$0] == $1 }
    }
  }

  /// The texts of the elements called `name`.
  func texts(_ name: String) -> [String] { all(name).map(\.text) }

  /// The chart with that title.
  func chart(_ title: String) -> Chart? { charts.first { $0.chart.title == title }?.chart }

  /// The bytes of the file that a link offers under `name`.
  func download(_ name: String) throws -> Data {
    let link = try #require(all("a", ["download": name]).first)
    let uri = try #require(link.attributes["href"])
    let start = try #require(uri.firstRange(of: ";base64,"))
    return try #require(Data(base64Encoded: String(uri[start.upperBound...])))
  }

  private final class Collector: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Element] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      open.append(Element(name: name, attributes: attributes))
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
      qualifiedName: String?
    ) {
      elements.append(open.removeLast())
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      for element in open { element.text += text }
    }
  }
}

/// Whether the file that draws the charts has been installed.
let plotlyIsInstalled = FileManager.default.fileExists(
  atPath: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources/Reports/Resources/plotly.min.js").path)
