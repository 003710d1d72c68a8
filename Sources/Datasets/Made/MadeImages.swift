/// Images that were made, before they are divided.
struct MadeImages {
  let name: String
  /// Rows and columns of every image.
  let side: Int
  /// RGB interleaved, rows from the top.
  let pixels: [UInt8]
  let labels: [Int]
  let classNames: [String]
  let factors: [Factor]

  var count: Int { labels.count }

  /// Refuses what this machine's memory cannot hold: the images as they are drawn, all of them together, and
  /// divided.
  static func checkMemory(count: Int, side: Int, place: String) throws(MakingError) {
    do throws(DatasetError) {
      try ImageLoader.checkMemory(
        count: count, size: side, place: place, bytesBesides: 2 * 3 * side * side)
    } catch {
      throw .memory(error)
    }
  }

  /// A fifth of every class held out by hashes of the images' keys, as of data that is read from files
  /// without splits.
  func divided(by keys: [String]) -> DatasetSplits {
    let places = HeldOutFifth.places(labels: labels, keys: keys)
    return DatasetSplits(
      train: chosen(places.train, "train"), heldOut: chosen(places.heldOut, "held out"))
  }

  /// The images at some places, in their order.
  func chosen(_ places: [Int], _ split: String) -> ImageDataset {
    let size = side * side * 3
    var chosen: [UInt8] = []
    chosen.reserveCapacity(places.count * size)
    for place in places { chosen += pixels[place * size..<(place + 1) * size] }
    return ImageDataset(
      name: "\(name) \(split)", height: side, width: side, pixels: chosen,
      labels: places.map { labels[$0] }, classNames: classNames,
      factors: factors.map { factor in
        Factor(name: factor.name, kind: factor.kind, values: places.map { factor.values[$0] })
      })
  }
}
