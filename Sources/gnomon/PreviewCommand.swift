import ArgumentParser
import Augmentations
import Datasets
import Foundation
import Reports
import RunStore
import Runs

struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "What a policy makes of images, as a contact sheet.",
    discussion: """
      A row is a training image. Its columns are the image as it is, then a view of it at each \
      strength: the one that training with this seed draws in its first epoch, and beside it the \
      second one where a policy treats the two views differently.
      """)

  @Option(
    help: ArgumentHelp("A YAML file of settings; it can describe a policy.", valueName: "file"))
  var config: String?
  @OptionGroup(title: "Settings") var settings: SettingOptions<PreviewSettings>
  @Option(help: "Strengths from 0 to 2, a column each.")
  var strengths = "0,0.25,0.5,1"
  @Flag(help: "Show each generator too, alone and by a fixed amount.")
  var generators = false
  @Option(help: "How many images, from 1 to 64.")
  var rows = 8
  @Option(
    name: .shortAndLong, help: ArgumentHelp("A .png or .html file.", valueName: "file"),
    transform: namedPath)
  var output = "preview.png"

  func run() throws {
    try Failure.classifying {
      let file = URL(fileURLWithPath: output)
      let isPage = file.pathExtension.lowercased() == "html"
      guard isPage || file.pathExtension.lowercased() == "png" else {
        throw Failure.usage("--output \(output) is neither a .png nor a .html file")
      }
      guard 1...64 ~= rows else {
        throw Failure.usage("--rows is \(rows): use a whole number from 1 to 64")
      }
      let strengths = try parsedStrengths()
      let configuration = try configuration()
      let columns = try Columns(
        strengths: strengths, of: configuration, withGenerators: generators)
      try columns.check(rows: rows, side: configuration.imageSize)
      let splits = try configuration.loadData()
      let preview = Preview(of: splits.train, rows: rows, columns: columns)
      let content = isPage ? try preview.page(configuration) : try preview.picture()
      // Images that are read when they are asked for can fail to be.
      try splits.checkReading()
      splits.leftOutLines().forEach { Terminal.warning($0) }
      try AtomicFile.write(content, to: file)
      if !isPage { Terminal.note("columns: \(columns.all.map(\.label).joined(separator: " · "))") }
      Terminal.note("wrote \(output)")
    }
  }

  private func parsedStrengths() throws -> [Float] {
    let texts = strengths.split(separator: ",", omittingEmptySubsequences: false)
    let values = texts.map { Float($0.trimmingCharacters(in: .whitespaces)) ?? .nan }
    guard values.count <= 16, values.allSatisfy({ 0...2 ~= $0 }) else {
      throw Failure.usage(
        "--strengths is '\(strengths)': use up to 16 numbers from 0 to 2, as in 0,0.25,0.5,1")
    }
    return values
  }

  private func configuration() throws -> RunConfiguration {
    var configuration = try RunConfiguration(file: config, options: settings.given).resolved()
    // The first sprites are the same however many follow; of files, a run draws as many as it uses.
    if configuration.dataset == .sprites { configuration.trainCount = rows }
    configuration.heldOutCount = 2
    return configuration
  }
}

/// The settings that decide which images and views a run has.
enum PreviewSettings: SettingScope {
  static var settings: [any SettingDeclaration] {
    let all = RunConfiguration.settings
    return [
      all.dataset, all.data, all.imageSize, all.trainCount, all.strict, all.policy, all.seed,
    ]
  }
}

/// The columns of a preview.
private struct Columns {
  let views: [ContactSheet.Column]
  let generators: [ContactSheet.Column]

  init(
    strengths: [Float], of configuration: RunConfiguration, withGenerators: Bool
  ) throws {
    let policies = try configuration.policy.policies(strength: 1)
    views = ContactSheet.Column.strengths(strengths, of: policies, seed: configuration.viewSeed)
    generators = withGenerators ? ContactSheet.Column.generators : []
  }

  var all: [ContactSheet.Column] { [.original] + views + generators }

  /// Refuses a sheet that could not be looked at, nor held in little memory.
  func check(rows: Int, side: Int) throws {
    let pixelLimit = 32_000_000
    guard rows * all.count * side * side <= pixelLimit else {
      throw Failure.usage(
        "\(rows) rows of \(all.count) views of \(side)×\(side) pixels are too many: use fewer "
          + "--rows or a smaller --image-size")
    }
  }
}

/// The rows of a preview under its columns.
private struct Preview {
  let dataset: ImageDataset
  let samples: Range<Int>
  let columns: Columns

  init(of dataset: ImageDataset, rows: Int, columns: Columns) {
    self.dataset = dataset
    self.columns = columns
    samples = 0..<min(rows, dataset.count)
  }

  /// All columns in one PNG file, small images enlarged.
  func picture() throws -> Data {
    let sheet = try sheet(columns.all)
    let factor = max(1, 96 / sheet.side)
    return Data(
      try PNGImage.encode(
        rgb: sheet.pixels(enlargedBy: factor), width: sheet.width * factor,
        height: sheet.height * factor))
  }

  /// A page with one picture of the policy's views and one of the generators.
  func page(_ configuration: RunConfiguration) throws -> Data {
    var sheets = [
      try labelled(
        columns.views, title: "Views by strength",
        caption: "A row holds one image, first as it is, then as training sees it at strength s; "
          + "0 is the image, 1 the policy as it is given. The same random numbers are drawn at "
          + "each strength.")
    ]
    if !columns.generators.isEmpty {
      sheets.append(
        try labelled(
          columns.generators, title: "Generators",
          caption: "Each generator G alone: the image under exp(ε·G), for the ε above its column."))
    }
    let page = PreviewPage(
      title: "Policy \(configuration.policy.name)",
      subtitle: "\(dataset.name), the first \(samples.count) images at "
        + "\(dataset.width)×\(dataset.height) pixels, seed \(configuration.seed)",
      sheets: sheets)
    return Data(try page.html().utf8)
  }

  private func labelled(
    _ columns: [ContactSheet.Column], title: String, caption: String
  ) throws -> PreviewPage.Sheet {
    let sheet = try sheet([.original] + columns)
    let file = Data(
      try PNGImage.encode(rgb: sheet.pixels, width: sheet.width, height: sheet.height))
    guard
      let labelled = PreviewPage.Sheet(
        title: title, caption: caption, columns: sheet.labels, cell: sheet.side, png: file)
    else {
      throw Failure.usage("the sheet is too large for a page: use fewer --rows, or a .png file")
    }
    return labelled
  }

  private func sheet(_ columns: [ContactSheet.Column]) throws -> ContactSheet {
    try ContactSheet(of: samples, in: dataset, columns: columns, side: dataset.height)
  }
}
