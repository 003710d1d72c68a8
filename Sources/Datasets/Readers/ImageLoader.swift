import Foundation

/// Reads the images of a source, all resized to one size.
struct ImageLoader: Sendable {
  /// Rows and columns of the images that come out.
  let size: Int
  /// The seed that picks the images when there is a limit.
  let seed: UInt64
  /// Whether images are read now or when they are asked for.
  let loading: ImageLoading
  /// Whether a file that cannot be used is an error rather than skipped.
  let isStrict: Bool
  /// The most bytes of images that are made before they are asked for.
  let bytesAhead: Int
  /// Where the sizes of the images in their files are noted, if anywhere.
  let sizes: ImageSizes?

  /// A loader as a request asks for.
  init(_ request: DatasetRequest) {
    size = request.imageSize
    seed = request.seed
    loading = request.loading
    isStrict = request.strict
    bytesAhead = request.bytesAhead
    sizes = request.sizes
  }

  /// All images of a source in their order, or `limit` of them drawn at random without replacement,
  /// in the order of drawing; those that cannot be decoded are replaced while there are others.
  ///
  /// - Parameter stream: a number that keeps the draws of different splits apart.
  func load(
    _ source: ImageSource, limit: Int?, stream: Int
  ) throws(DatasetError) -> (images: ImageDataset, skipped: [SkippedFile]) {
    let wanted = min(limit ?? source.count, source.count)
    var order = Array(0..<source.count)
    if wanted < source.count {
      var random = RandomStream.subset.generator(seed: seed, stream, 0)
      order = random.permutation(of: source.count)
    }
    let images = ImageStream(source, order: order, count: wanted, for: self)
    if loading.streams(bytes: wanted * images.bytesPerImage) {
      return (source.dataset(ImagePixels(images), size: size, places: images.places), [])
    }
    try ImageLoader.checkMemory(count: wanted, size: size, place: source.place)
    var pixels: [UInt8] = []
    var used: [Int] = []
    let skipped = images.readAll(inRoundsOf: wanted) { (read, places, _) throws(Never) in
      if pixels.isEmpty { pixels = read } else { pixels += read }
      used += places
    }
    guard !used.isEmpty else {
      throw DatasetError(
        source.place, .noReadableImage(among: source.count, first: skipped.first))
    }
    let held = ImagePixels(pixels, bytesPerImage: images.bytesPerImage)
    return (source.dataset(held, size: size, places: used), skipped)
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

extension ImageSource {
  /// What is known of some images of a source.
  struct Known {
    let labels: [Int]
    let classNames: [String]
    let factors: [Factor]
  }

  /// What is known of the images at some places.
  func known(at places: [Int]) -> Known {
    Known(
      labels: labels.isEmpty ? [] : places.map { labels[$0] },
      classNames: labels.isEmpty ? [] : classNames,
      factors: factors.map { factor in
        Factor(name: factor.name, kind: factor.kind, values: places.map { factor.values[$0] })
      })
  }

  /// Images of this source as a data set.
  ///
  /// - Parameter places: which image of the source each is.
  func dataset(_ pixels: ImagePixels, size: Int, places: [Int]) -> ImageDataset {
    let known = known(at: places)
    return ImageDataset(
      name: name, height: size, width: size, pixels: pixels, labels: known.labels,
      classNames: known.classNames, factors: known.factors)
  }
}
