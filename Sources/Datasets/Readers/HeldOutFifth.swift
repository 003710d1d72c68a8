import Records

extension ImageSource {
  /// A fifth of every class and the rest, for data that comes without splits: the images whose keys have the
  /// smallest hashes, the same on every machine, whatever the seed.
  ///
  /// - Parameter keys: what names each image for good.
  func divided(by keys: [String]) -> (train: ImageSource, heldOut: ImageSource) {
    let hashes = keys.map { FNV1a($0).value }
    let places = Array(0..<count)
    let groups = Dictionary(grouping: places) { labels.isEmpty ? 0 : labels[$0] }
    var isHeldOut = [Bool](repeating: false, count: count)
    for group in groups.values {
      let fifth = group.count < 2 ? 0 : max(1, (group.count + 2) / 5)
      let ordered = group.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
      for place in ordered.prefix(fifth) { isHeldOut[place] = true }
    }
    return (
      chosen(places.filter { !isHeldOut[$0] }, name + " train"),
      chosen(places.filter { isHeldOut[$0] }, name + " held out")
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
