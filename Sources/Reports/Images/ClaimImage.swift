import Foundation
import RunStore

/// The plot of one claim, fit for a paper: its values, a panel a data set, its effects and a legend in one image, light,
/// in letters of a paper's size.
///
/// ```swift
/// let image = try report.image(ofClaim: "rank")
/// try image.write(to: "rank.pdf", as: .pdf, width: .column, by: HeadlessBrowser.find())
/// ```
public struct ClaimImage {
  let title: String
  let figure: ChartFigure

  /// Draws the image and writes it to the file at `path`, whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - format: what it is written as.
  ///   - width: how wide it is on paper; how high follows from what is in it.
  ///   - browser: what draws it.
  /// - Throws: `ReportError` when the browser does not draw it or a part of the page is not installed; `RunStoreError`
  ///   when the file cannot be written.
  public func write(
    to path: String, as format: ImageFormat, width: PaperWidth, by browser: HeadlessBrowser
  ) throws {
    let image: Data
    switch format {
    case .svg: image = Data(try draw(isPNG: false, width, browser).image.utf8)
    case .png:
      let drawn = try draw(isPNG: true, width, browser)
      guard let pixels = Data(base64Encoded: drawn.image) else {
        throw ReportError.browserFailed(path: browser.path, reason: "its image is damaged")
      }
      image = pixels
    case .pdf:
      let drawn = try draw(isPNG: false, width, browser)
      image = try browser.print(sheet(of: drawn, width))
    }
    try AtomicFile.write(image, to: URL(fileURLWithPath: path))
  }

  /// What the page's script leaves behind.
  private struct Drawn: Decodable {
    /// An SVG's text, or a PNG's bytes in base64.
    let image: String
    /// How high the image is, in millimetres.
    let height: Double
  }

  private struct Outcome: Decodable {
    let drawn: Drawn?
    let error: String?
  }

  private func draw(
    isPNG: Bool, _ width: PaperWidth, _ browser: HeadlessBrowser
  ) throws -> Drawn {
    let document = try browser.document(of: page(isPNG: isPNG, width))
    let start = "<pre id=\"drawn\">"
    let text = document.range(of: start).map { document[$0.upperBound...].prefix { $0 != "<" } }
    guard let text, let json = Data(base64Encoded: String(text)), !json.isEmpty else {
      throw ReportError.browserFailed(path: browser.path, reason: "it ended before it was done")
    }
    let outcome = try JSONDecoder().decode(Outcome.self, from: json)
    guard let drawn = outcome.drawn else {
      throw ReportError.browserFailed(path: browser.path, reason: outcome.error ?? "no reason")
    }
    return drawn
  }

  private struct Order: Encodable {
    let title: String
    let charts: [Chart]
    let legend: [Entry]
    /// In CSS pixels.
    let width: Double
    let isPNG: Bool

    struct Entry: Encodable {
      let label: String
      let color: String
      let dash: Dash
      let isMarked: Bool
      let isHollow: Bool
      let hasLine: Bool
    }
  }

  /// The page that draws the image and leaves it in its document.
  private func page(isPNG: Bool, _ width: PaperWidth) throws -> String {
    let order = Order(
      title: title, charts: figure.charts,
      legend: figure.legend.map { entry in
        Order.Entry(
          label: entry.label, color: entry.paint.light, dash: entry.dash,
          isMarked: entry.isMarked, isHollow: entry.isHollow,
          hasLine: entry.isLined)
      },
      width: width.pixels, isPNG: isPNG)
    return try Markup.render(
      "image", partials: [],
      [
        "order": Markup.scriptSafe(try RunJSON.line(order)),
        "plotly": try ReportResources.text(of: ReportResources.plotly),
        "script": try ReportResources.script("image.js"),
      ])
  }

  /// A page of the image's size with the image alone on it.
  private func sheet(of drawn: Drawn, _ width: PaperWidth) throws -> String {
    try Markup.render(
      "sheet", partials: [],
      [
        "title": title, "image": drawn.image, "width": "\(width.millimetres)",
        "height": "\(drawn.height)",
      ])
  }
}
