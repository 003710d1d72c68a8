import Datasets
import Foundation

/// What is in a data set, for a terminal.
struct InspectionText {
  private let inspection: DatasetInspection
  private let splits: DatasetSplits
  private let sizes: ImageSizes

  init(_ inspection: DatasetInspection, of splits: DatasetSplits, sizes: ImageSizes) {
    self.inspection = inspection
    self.splits = splits
    self.sizes = sizes
  }

  var text: String {
    let parts = [counts, classes, sizesInFiles, channels, duplicates, leftOut]
    return parts.compactMap { $0 }.joined(separator: "\n\n")
  }

  /// The splits with the name by which each is called in tables.
  private var named: [(name: String, split: DatasetInspection.Split)] {
    [("train", inspection.train)] + (inspection.fitted.map { [("fitted", $0)] } ?? [])
      + [("held out", inspection.heldOut)]
  }

  private var counts: String {
    let header = ["split", "images", "classes", "least", "most", "ratio"]
    let rows = named.map { name, split in
      var row = [name, "\(split.count)"]
      if let (least, most) = split.extremes {
        row += ["\(split.classCounts.count)", "\(least)", "\(most)"]
        row.append(least > 0 ? String(format: "%.2f", Double(most) / Double(least)) : "∞")
      }
      return row
    }
    let factors = inspection.train.factorNames
    let image = splits.train
    return "\(singleLine(image.name)), \(image.width)×\(image.height)\n"
      + TextTable(rows: [header] + rows).text
      + (factors.isEmpty ? "" : "\nfactors: \(factors.map(singleLine).joined(separator: ", "))")
  }

  /// The most classes that are all shown; of more the ten largest and the ten smallest are.
  private static let classLimit = 40

  /// A row a class with its bar, the largest class a full one; where there are many the largest first.
  private var classes: String? {
    let labelled = named.filter { !$0.split.classNames.isEmpty }
    guard let first = labelled.first?.split else { return nil }
    let most = max(1, first.classCounts.max() ?? 0)
    let header = ["class"] + labelled.map(\.name)
    func row(_ index: Int) -> [String] {
      let bar = String(repeating: "▇", count: (first.classCounts[index] * 30 + most / 2) / most)
      let counts = labelled.map { _, split in
        index < split.classCounts.count ? "\(split.classCounts[index])" : ""
      }
      return [String(singleLine(first.classNames[index]).prefix(32))] + counts + [bar]
    }
    var indices = Array(first.classNames.indices)
    var rows = indices.map(row)
    if indices.count > InspectionText.classLimit {
      indices.sort { (first.classCounts[$1], $0) < (first.classCounts[$0], $1) }
      let hidden = ["… \(indices.count - 20) more"]
      rows = indices.prefix(10).map(row) + [hidden] + indices.suffix(10).map(row)
    }
    return InspectionText.table([header] + rows, bars: labelled.count + 1)
  }

  /// A table whose last column, of bars, is aligned to the left.
  private static func table(_ rows: [[String]], bars column: Int) -> String {
    let numbers = TextTable(rows: rows.map { Array($0.prefix(column)) }).text
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let width = numbers.map(\.count).max() ?? 0
    return zip(numbers, rows).map { line, row in
      guard row.count > column else { return line }
      return line + String(repeating: " ", count: width - line.count) + "  " + row[column]
    }.joined(separator: "\n")
  }

  private var sizesInFiles: String? {
    guard let widths = sizes.widths, let heights = sizes.heights else { return nil }
    func row(_ name: String, _ spread: ImageSizes.Spread) -> [String] {
      [name, "\(spread.least)", "\(spread.median)", "\(spread.most)"]
    }
    return TextTable(rows: [
      ["size in files", "least", "median", "most"], row("width", widths), row("height", heights),
    ]).text
  }

  private var channels: String {
    let channels = inspection.train.channels
    func row(_ name: String, _ values: [Double]) -> [String] {
      [name] + values.map { String(format: "%.4f", $0) }
    }
    let table = TextTable(rows: [
      ["channel", "red", "green", "blue"], row("mean", channels.mean),
      row("deviation", channels.deviation),
    ]).text
    return table + (channels.normalise.map { "\n--normalise \($0)" } ?? "")
  }

  private var duplicates: String {
    let found = inspection.duplicates
    func within(_ split: ImageDuplicates.Split, _ name: String) -> [String] {
      ["within \(name)", "\(found.exactWithin(split))", "\(found.nearWithin(split))"]
    }
    func across(_ split: ImageDuplicates.Split, _ name: String) -> [String] {
      [
        "held out, also \(name)", "\(found.exactAcross(from: split))",
        "\(found.nearAcross(from: split))",
      ]
    }
    let isFittedApart = inspection.fitted != nil
    let table = TextTable(
      rows: [["duplicates", "equal", "near"], within(.train, "train")]
        + (isFittedApart ? [within(.fitted, "fitted")] : [])
        + [within(.heldOut, "held out"), across(.train, "in train")]
        + (isFittedApart ? [across(.fitted, "fitted on")] : [])
    ).text
    let pairs = (found.exact + found.near).filter(\.crosses)
    var lines = pairs.prefix(5).map { pair in
      let kind = pair.correlation.map { String(format: "correlation %.3f", $0) } ?? "equal"
      return
        "held out \(name(of: pair.second)) and \(pair.first.split.rawValue) \(name(of: pair.first)): \(kind)"
    }
    if pairs.count > 5 { lines.append("\(pairs.count - 5) more pairs with --json") }
    if inspection.conflictCount > 0 {
      lines.append("\(inspection.conflictCount) equal images have different labels")
    }
    return ([table] + lines).joined(separator: "\n")
  }

  private func name(of place: ImageDuplicates.Place) -> String {
    let images = splits.images(of: place.split)
    guard !images.labels.isEmpty else { return "image \(place.index)" }
    return "image \(place.index) (\(singleLine(images.classNames[images.labels[place.index]])))"
  }

  private var leftOut: String? {
    let lines = splits.leftOutLines()
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}
