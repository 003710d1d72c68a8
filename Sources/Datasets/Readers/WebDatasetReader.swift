extension DatasetKind {
  /// Samples in tar archives.
  public static let webDataset = DatasetKind(
    "webdataset", "Samples in tar shards, as WebDataset has them",
    files:
      "a folder of `.tar` or `.tar.gz`, one such file, or a pattern: `train-{000..009}.tar`, `*.tar`; "
      + "in them `KEY.jpg`, `.jpeg`, `.png`, `.webp`, `.bmp`, `.gif`, `.tif` or `.tiff` beside `KEY.cls` or `KEY.json` with a `label`",
    labels: "numbers as they are, other texts sorted; or none",
    splits:
      "by the shards' names: `train`, and `val`, `valid`, `validation` or `test`; or a fifth of "
      + "each class held out"
  ) { request throws(DatasetError) in try WebDatasetReader().read(request) }
}

/// Data sets in tar archives as WebDataset reads them (https://github.com/webdataset/webdataset): the
/// neighbouring members of one key, the name up to the first dot behind its folder, are a sample.
///
/// Shards are looked through once. Images are read from a plain archive when they are needed, so that a data
/// set may be larger than memory; those of a compressed one are kept as they are encoded.
struct WebDatasetReader: Sendable {
  func read(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let shards = try ShardList(request.location())
    var skipped: [SkippedFile] = []
    let train = try samples(shards.train, &skipped)
    guard !shards.heldOut.isEmpty else {
      let classes = try SampleClasses(train)
      let all = try source("webdataset", train, classes, request)
      let (first, second) = try all.divided(by: train.map(\.key))
      return try ImageLoader.splits(request, train: first, heldOut: second, overlooked: skipped)
    }
    let heldOut = try samples(shards.heldOut, &skipped)
    let classes = try SampleClasses(train + heldOut)
    return try ImageLoader.splits(
      request, train: source("webdataset train", train, classes, request),
      heldOut: source("webdataset held out", heldOut, classes, request), overlooked: skipped)
  }

  private func samples(
    _ paths: [String], _ skipped: inout [SkippedFile]
  ) throws(DatasetError) -> [ShardSample] {
    var samples: [ShardSample] = []
    var bytes = 0
    var otherEndings: Set<String> = []
    for path in paths {
      let shard = try Shard(path, bytesBefore: bytes)
      otherEndings.formUnion(shard.otherEndings)
      samples += shard.samples
      skipped += shard.skipped
      bytes += shard.bytesInMemory
    }
    guard !samples.isEmpty else {
      throw DatasetError(paths[0], .format(.noSample(endings: otherEndings.sorted())))
    }
    return samples
  }

  private func source(
    _ name: String, _ samples: [ShardSample], _ classes: SampleClasses, _ request: DatasetRequest
  ) throws(DatasetError) -> ImageSource {
    let shortSide = request.imageSize
    return ImageSource(
      name: name, place: samples[0].shard, count: samples.count,
      labels: try classes.labels(of: samples), classNames: classes.names
    ) { index throws(SkippedFile) in
      let sample = samples[index]
      let bytes = try sample.image.all()
      do throws(ImageFault) {
        return try RGBImage.decode(bytes, shortSide: shortSide)
      } catch {
        throw SkippedFile(path: sample.place, reason: error.reason)
      }
    }
  }
}

/// The classes that samples are of.
private struct SampleClasses {
  let names: [String]
  /// Byte by byte: texts that Unicode takes for equal are two classes.
  private let byText: [[UInt8]: Int]

  /// Labels that are all whole numbers are taken as they are; other texts are numbered in their order.
  init(_ samples: [ShardSample]) throws(DatasetError) {
    let texts = Dictionary(samples.compactMap(\.label).map { (Array($0.utf8), $0) }) { text, _ in
      text
    }
    let numbers = texts.values.compactMap { Int($0) }
    guard numbers.count == texts.count else {
      names = texts.values.sorted { FileNames.precedes($0, $1) }
      byText = Dictionary(
        uniqueKeysWithValues: names.enumerated().map { (Array($1.utf8), $0) })
      return
    }
    for label in numbers.sorted() where !(0...FormatFault.lastLabel ~= label) {
      throw DatasetError(samples[0].shard, .format(.label(label)))
    }
    names = (0..<(numbers.max() ?? -1) + 1).map(String.init)
    byText = texts.mapValues { Int($0) ?? 0 }
  }

  /// One label a sample, or none at all.
  func labels(of samples: [ShardSample]) throws(DatasetError) -> [Int] {
    guard !names.isEmpty else { return [] }
    var labels: [Int] = []
    for sample in samples {
      guard let label = sample.label.flatMap({ byText[Array($0.utf8)] }) else {
        throw DatasetError(sample.shard, .format(.unlabeled(sample: sample.key)))
      }
      labels.append(label)
    }
    return labels
  }
}
