import ArgumentParser
import Datasets
import Foundation
import RunStore
import Runs

struct DataInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "What is in a data set: classes, sizes, channels, duplicates across the splits.",
    discussion: """
      The data set is loaded as gnomon train loads it, at --image-size. Near duplicates are images whose \
      grey values on a grid of 16×16 correlate by at least 0.99 and whose mean colours are alike: other \
      sizes, brightness and traces of compression are passed over; crops and mirrored copies are not \
      found. The line for --normalise is of the training images.
      """)

  @OptionGroup(title: "Settings") var settings: SettingOptions<ConversionSettings>
  @Option(
    help: ArgumentHelp(
      "Write a sheet of samples, a row a class, to a .png file.", valueName: "file"))
  var sheet: String?
  @Option(help: "How many samples a row of the sheet has, from 1 to 100.")
  var columns = 16
  @Flag(help: "Print one JSON document.") var json = false

  /// The most classes of a sheet.
  private static let sheetRows = 50

  func run() throws {
    try Failure.classifying {
      guard 1...100 ~= columns else {
        throw Failure.usage("--columns is \(columns): use a whole number from 1 to 100")
      }
      if let sheet, !sheet.lowercased().hasSuffix(".png") {
        throw Failure.usage("--sheet \(sheet) is not a .png file")
      }
      let configuration = try RunConfiguration(file: nil, options: settings.given).resolved()
      let sizes = ImageSizes()
      var request = configuration.dataRequest
      request.sizes = sizes
      // They are looked at several times.
      request.loading = .memory
      let splits = try request.load()
      // Training takes packed pixels as they lie there; here all of them are read anyway.
      if configuration.dataset == .packed, let path = request.path {
        try PackedDataset(path: path).verifyPixels()
      }
      let inspection = DatasetInspection(of: splits)
      if json {
        try Output.printJSON(InspectionDocument(inspection, of: splits, sizes: sizes))
      } else {
        print(InspectionText(inspection, of: splits, sizes: sizes).text)
      }
      if let sheet { try write(splits.train, to: sheet) }
    }
  }

  private func write(_ images: ImageDataset, to path: String) throws {
    let sheet = SampleSheet(
      of: images, columns: columns, rows: DataInspectCommand.sheetRows,
      magnification: max(1, 32 / images.height))
    try AtomicFile.write(Data(try sheet.png()), to: URL(fileURLWithPath: path))
    Terminal.note("rows: \(sheet.rowNames.map(singleLine).joined(separator: " · "))")
    Terminal.note("wrote \(path)")
  }
}
