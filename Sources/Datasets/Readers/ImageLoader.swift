import Foundation

/// Reads the images of a source, all resized to one size.
struct ImageLoader: Sendable {
  /// Rows and columns of the images that come out.
  let size: Int
  /// The seed that picks the images when there is a limit.
  let seed: UInt64

  /// All images of a source in their order, or `limit` of them drawn at random without replacement,
  /// in the order of drawing; those that cannot be decoded are replaced while there are others.
  ///
  /// - Parameter stream: a number that keeps the draws of different splits apart.
  func load(
    _ source: ImageSource, limit: Int?, stream: Int
  ) throws(DatasetError) -> (images: ImageDataset, skipped: [SkippedFile]) {
    let wanted = min(limit ?? source.count, source.count)
    try ImageLoader.checkMemory(count: wanted, size: size, place: source.place)
    var order = Array(0..<source.count)
    if wanted < source.count {
      var random = RandomStream.subset.generator(seed: seed, stream, 0)
      order = random.permutation(of: source.count)
    }
    var pixels: [UInt8] = []
    var used: [Int] = []
    var skipped: [SkippedFile] = []
    var rest = order[...]
    while used.count < wanted, !rest.isEmpty {
      let round = Array(rest.prefix(wanted - used.count))
      rest = rest.dropFirst(round.count)
      let decoded = concurrentImages(count: round.count, bytesPerImage: size * size * 3) {
        (place, slot) throws(SkippedFile) in
        let image = try source.image(round[place])
        Resampler(for: image, size: size).resample(image.pixels, into: slot)
      }
      if pixels.isEmpty { pixels = decoded.pixels } else { pixels += decoded.pixels }
      used += decoded.filled.map { round[$0] }
      skipped += decoded.failures
    }
    guard !used.isEmpty else {
      throw DatasetError(
        source.place, .noReadableImage(among: source.count, first: skipped.first))
    }
    let images = ImageDataset(
      name: source.name, height: size, width: size, pixels: pixels,
      labels: source.labels.isEmpty ? [] : used.map { source.labels[$0] },
      classNames: source.labels.isEmpty ? [] : source.classNames,
      factors: source.factors.map { factor in
        Factor(name: factor.name, kind: factor.kind, values: used.map { factor.values[$0] })
      })
    return (images, skipped)
  }

  /// Refuses what this machine's memory cannot hold, before anything is allocated.
  ///
  /// - Parameter bytesBesides: what an image takes beside its pixels.
  static func checkMemory(
    count: Int, size: Int, place: String, bytesBesides: Int = 0
  ) throws(DatasetError) {
    let needed = Double(count) * (Double(size) * Double(size) * 3 + Double(bytesBesides))
    let available = Double(ProcessInfo.processInfo.physicalMemory)
    guard needed < available else {
      throw DatasetError(
        place, .memory(imageCount: count, side: size, needed: needed, available: available))
    }
  }
}
