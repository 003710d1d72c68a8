import ArgumentParser
import Datasets
import Foundation
import Records
import RunStore
import Runs

struct DataConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Pack a data set into one file that training takes images from without decoding.",
    discussion: """
      Every image is brought to --image-size once. The file holds both splits, labels and factors; train on it with \
      --dataset packed --data FILE. It has its name when it is whole and was read again; until then nothing is there \
      but what was. Images of files go through memory a few at a time.
      """)

  @OptionGroup(title: "Settings") var settings: SettingOptions<ConversionSettings>
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file, NAME.gnomon for example.", valueName: "file"),
    transform: namedPath)
  var output: String
  @Flag(help: "No progress.") var quiet = false

  func run() throws {
    try Failure.classifying {
      var configuration = try RunConfiguration(file: nil, options: settings.given).resolved()
      if let path = configuration.data, isSameFile(path, output) {
        throw Failure.usage("--output \(output) is what is read; choose another name")
      }
      let folder = URL(fileURLWithPath: output).deletingLastPathComponent()
      AtomicFile.removeLeftovers(in: folder)
      Interruption.listen()
      let (packed, skipped) = try pack(&configuration)
      let splits = DatasetSplits(
        train: try part(.train, of: packed), heldOut: try part(.heldOut, of: packed),
        skipped: skipped)
      splits.leftOutLines().forEach { Terminal.warning($0) }
      if !quiet { Terminal.note("wrote \(output): \(packed.summary)") }
    }
  }

  private func pack(
    _ configuration: inout RunConfiguration
  ) throws -> (packed: PackedDataset, skipped: [SkippedFile]) {
    var request = configuration.dataRequest
    request.loading = .stream
    // What is damaged would get a checksum of its own.
    if configuration.dataset == .packed, let path = configuration.data {
      try PackedDataset(path: path).verifyPixels()
    }
    let splits = try request.load()
    splits.remarks.forEach { Terminal.warning($0) }
    var progress = WorkProgress(isQuiet: quiet)
    defer { progress.finishLine() }
    return try PackedDatasetWriter.write(
      splits, to: output, provenance: provenance(of: request), strict: request.strict
    ) { step in
      switch step {
      case .images(let done, let total): progress.show(done, of: total, "images")
      case .verified(let done, let total):
        // What takes a moment needs no bar.
        if total > 1 << 28 { progress.show(done >> 20, of: total >> 20, "MB read again") }
      }
      if Interruption.isRequested {
        throw Failure(
          message: "interrupted; \(output) is as it was", code: Interruption.exitCode)
      }
    }
  }

  private func part(_ split: PackedSplit, of packed: PackedDataset) throws -> ImageDataset {
    guard let images = packed[split] else {
      throw Failure(message: "\(output) has no \(split.name) images", code: Failure.failed)
    }
    return images
  }

  private func isSameFile(_ first: String, _ second: String) -> Bool {
    URL(fileURLWithPath: first).resolvingSymlinksInPath()
      == URL(fileURLWithPath: second).resolvingSymlinksInPath()
  }

  /// Where the images are from, in words.
  private func provenance(of request: DatasetRequest) -> String {
    let limits = [("training", request.trainCount), ("held-out", request.heldOutCount)]
      .compactMap { name, count in count.map { "at most \($0) \(name) images" } }
    let place = request.path.map { [$0] } ?? []
    let parts =
      [request.kind.rawValue] + place + ["\(request.imageSize)×\(request.imageSize)"] + limits
    return parts.joined(separator: ", ") + "; packed by gnomon \(PackageVersion.current)"
  }
}

extension PackedDataset {
  /// What the file holds, in a line.
  var summary: String {
    let counts = parts.map { part in
      "\(part.images.count) \(part.split.name.replacing("_", with: "-"))"
    }
    return "\(counts.joined(separator: ", ")) images of \(side)×\(side), "
      + String(format: "%.1f MB", Double(byteCount) / 1e6)
  }
}

/// The settings that decide which images are packed.
enum ConversionSettings: SettingScope {
  static var settings: [any SettingDeclaration] {
    let all = RunConfiguration.settings
    return [all.dataset, all.data, all.imageSize, all.trainCount, all.heldOutCount, all.strict]
  }
}
