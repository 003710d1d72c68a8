import Records

/// A fifth of every class and the rest, for data that comes without splits: the images whose keys have the
/// smallest hashes, the same on every machine, whatever the seed.
enum HeldOutFifth {
  /// The places of the images of both parts, ascending.
  ///
  /// - Parameters:
  ///   - labels: one an image, or none.
  ///   - keys: what names each image for good.
  static func places(labels: [Int], keys: [String]) -> (train: [Int], heldOut: [Int]) {
    let hashes = keys.map { FNV1a($0).value }
    let places = Array(keys.indices)
    let groups = Dictionary(grouping: places) { labels.isEmpty ? 0 : labels[$0] }
    var isHeldOut = [Bool](repeating: false, count: keys.count)
    for group in groups.values {
      let fifth = group.count < 2 ? 0 : max(1, (group.count + 2) / 5)
      let ordered = group.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
      for place in ordered.prefix(fifth) { isHeldOut[place] = true }
    }
    return (places.filter { !isHeldOut[$0] }, places.filter { isHeldOut[$0] })
  }
}

extension ImageSource {
  /// A fifth of every class and the rest (`HeldOutFifth`).
  ///
  /// - Parameter keys: what names each image for good.
  /// - Throws: `DatasetError` where no class has two images, so that none can be held out.
  func divided(
    by keys: [String]
  ) throws(DatasetError) -> (train: ImageSource, heldOut: ImageSource) {
    let places = HeldOutFifth.places(labels: labels, keys: keys)
    guard !places.heldOut.isEmpty else {
      throw DatasetError(place, .tooFewImages(count, classCount: Set(labels).count))
    }
    return (
      chosen(places.train, name + " train"), chosen(places.heldOut, name + " held out")
    )
  }

  private func chosen(_ places: [Int], _ name: String) -> ImageSource {
    ImageSource(
      name: name, place: place, count: places.count,
      labels: labels.isEmpty ? [] : places.map { labels[$0] }, classNames: classNames,
      factors: factors.map { factor in
        Factor(name: factor.name, kind: factor.kind, values: places.map { factor.values[$0] })
      }
    ) { [image] index throws(SkippedFile) in try image(places[index]) }
  }
}
