import Foundation

/// One self-contained page of contact sheets with a name over each of their columns.
public struct PreviewPage {
  /// A picture of equally wide columns.
  public struct Sheet {
    let title: String
    let caption: String
    let columns: [String]
    let picture: EmbeddedImage
    let cell: Int

    /// A picture with what it shows.
    ///
    /// - Parameters:
    ///   - title: what stands above it.
    ///   - caption: what stands below it.
    ///   - columns: the columns' names, from the left.
    ///   - cell: how wide a column is in the picture, in pixels.
    ///   - png: the picture's file.
    /// - Returns: nil where `png` is no PNG file that a page can hold.
    public init?(title: String, caption: String, columns: [String], cell: Int, png: Data) {
      guard let picture = EmbeddedImage(png: png) else { return nil }
      (self.title, self.caption, self.columns) = (title, caption, columns)
      (self.picture, self.cell) = (picture, cell)
    }
  }

  private let title: String
  private let subtitle: String
  private let sheets: [Sheet]

  /// A page of several sheets.
  public init(title: String, subtitle: String, sheets: [Sheet]) {
    (self.title, self.subtitle, self.sheets) = (title, subtitle, sheets)
  }

  /// The page.
  ///
  /// - Throws: `ReportError.missingResource` when a part of the page is not installed.
  public func html() throws -> String {
    try Markup.render(
      "preview", partials: [],
      [
        "title": title, "subtitle": subtitle, "style": try ReportResources.text(of: "report.css"),
        "sheets": sheets.map(values),
      ])
  }

  private func values(_ sheet: Sheet) -> [String: Any] {
    [
      "title": sheet.title, "caption": sheet.caption, "uri": sheet.picture.uri,
      "width": sheet.picture.width, "height": sheet.picture.height,
      // A column is at least as wide as a long word of a name.
      "count": sheet.columns.count, "cell": max(sheet.cell, 112),
      // Names of generators may break after an underscore.
      "columns": sheet.columns.map { $0.replacingOccurrences(of: "_", with: "_\u{200B}") },
    ]
  }
}
