import Datasets
import Testing

/// TIFF files that libtiff takes for others.
@Suite struct TIFFTests {
  /// An uncompressed file of equal pixels, little-endian, in one strip or in tiles.
  private func file(
    _ pixel: [UInt8], format: UInt16 = 1, extra: [UInt16] = [], side: Int = 48, tile: Int? = nil
  ) -> [UInt8] {
    let samples = pixel.count
    let blocks = tile.map { (side / $0) * (side / $0) } ?? 1
    let area = tile.map { $0 * $0 } ?? side * side
    let data = (0..<blocks * area).flatMap { _ in pixel }
    var entries: [(tag: UInt16, values: [UInt16])] = [
      (256, [UInt16(side)]), (257, [UInt16(side)]), (258, pixel.map { _ in 8 }), (259, [1]),
      (262, [samples < 3 ? 1 : 2]), (277, [UInt16(samples)]), (284, [1]),
    ]
    if let tile {
      entries += [(322, [UInt16(tile)]), (323, [UInt16(tile)])]
    } else {
      entries.append((278, [UInt16(side)]))
    }
    if !extra.isEmpty { entries.append((338, extra)) }
    if format != 1 { entries.append((339, pixel.map { _ in format })) }
    func bytes(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(number >> (8 * $0) & 255) }
    }
    let places: [(tag: UInt16, values: [Int])] = [
      (tile == nil ? 273 : 324, (0..<blocks).map { 8 + $0 * area * samples }),
      (tile == nil ? 279 : 325, (0..<blocks).map { _ in area * samples }),
    ]
    var directory: [(tag: UInt16, bytes: [UInt8])] = []
    let start = 8 + data.count
    var more: [UInt8] = []
    let room = start + 2 + 12 * (entries.count + places.count) + 4
    func add(_ tag: UInt16, _ type: Int, _ values: [Int]) {
      let width = type == 3 ? 2 : 4
      var content = values.flatMap { bytes($0, width) }
      if content.count > 4 {
        let place = room + more.count
        more += content
        content = bytes(place, 4)
      }
      content += [UInt8](repeating: 0, count: 4 - content.count)
      directory.append(
        (tag, bytes(Int(tag), 2) + bytes(type, 2) + bytes(values.count, 4) + content))
    }
    for entry in entries { add(entry.tag, 3, entry.values.map(Int.init)) }
    for entry in places { add(entry.tag, 4, entry.values) }
    let sorted = directory.sorted { $0.tag < $1.tag }
    return [0x49, 0x49, 42, 0] + bytes(start, 4) + data + bytes(sorted.count, 2)
      + sorted.flatMap(\.bytes) + [0, 0, 0, 0] + more
  }

  private func pixel(of bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "train/a/0.tif")
    try folder.write(png(uniform([1, 2, 3], width: 9, height: 9)), to: "val/a/0.png")
    let splits = try DatasetRequest(kind: .folder, path: folder.path, imageSize: 8, strict: true)
      .load()
    return Array(splits.train.image(at: 0).prefix(3))
  }

  @Test func aSampleOfNoStatedMeaningIsNoAlpha() throws {
    #expect(try pixel(of: file([100, 50, 20, 60], extra: [0])) == [100, 50, 20])
    #expect(try pixel(of: file([100, 50, 20, 60, 9], extra: [0, 0])) == [100, 50, 20])
    // Straight alpha is: over white.
    #expect(try pixel(of: file([100, 50, 20, 0], extra: [2])) == [255, 255, 255])
  }

  @Test func samplesWithASignAreRefused() {
    let error = #expect(throws: DatasetError.self) { try pixel(of: file([156], format: 2)) }
    #expect(error?.problem.contains("numbers with a sign") == true, "\(error?.problem ?? "")")
  }

  @Test(arguments: [16, 48]) func tilesNeedNoRoundNumberOfBytes(_ tile: Int) throws {
    #expect(try pixel(of: file([77, 78, 79], tile: tile)) == [77, 78, 79])
    #expect(try pixel(of: file([77], tile: tile)) == [77, 77, 77])
  }
}
