import Foundation
import Records
import RunStore

/// A map of a run's layers that is whole: its files are as long as its record says.
struct RunMap: Sendable {
  let record: EmbeddingMapRecord
  private let folder: EmbeddingMapFolder

  /// The map in the folder at `path`; nil where there is none that can be shown.
  init?(_ path: String) {
    folder = EmbeddingMapFolder(path: path)
    guard let stamp = FileStamp(folder.map.path), !stamp.isFolder, stamp.size <= 4 << 20,
      FileStamp(path)?.isFolder == true, let found = try? folder.read(), found.count > 0,
      found.count <= MapStore.points.upperBound, found.side <= 256
    else { return nil }
    record = found
    for part in EmbeddingMapFolder.Part.allCases {
      let stamp = FileStamp(folder.file(part).path)
      guard stamp?.isFolder == false, stamp?.size == EmbeddingMapFolder.size(of: part, found)
      else { return nil }
    }
  }

  /// The places of all points at a layer, two little-endian floats each; nil for no layer of the map.
  func points(at layer: String) -> Data? {
    guard let place = record.layers.firstIndex(where: { $0.name == layer }) else { return nil }
    return bytes(.points, from: place * record.count * 8, count: record.count * 8)
  }

  /// What is known of all points, a little-endian float each; nil for no column of the map.
  func values(of column: String) -> Data? {
    guard let place = record.columns.firstIndex(where: { $0.name == column }) else { return nil }
    return bytes(.columns, from: place * record.count * 4, count: record.count * 4)
  }

  /// The nearest points of a point, by layer; nil for no point of the map.
  func neighbors(of point: Int) -> [(layer: String, points: [Int])]? {
    guard (0..<record.count).contains(point) else { return nil }
    let length = record.neighbors * 4
    return record.neighborLayers.enumerated().map { place, layer in
      let start = (place * record.count + point) * length
      let data = bytes(.neighbors, from: start, count: length) ?? Data()
      let numbers = data.withUnsafeBytes { buffer in
        stride(from: 0, to: buffer.count - 3, by: 4).map {
          Int(Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: $0, as: Int32.self)))
        }
      }
      return (layer, numbers.filter((0..<record.count).contains))
    }
  }

  /// The images of points one after the other, RGB interleaved; nil where one is no point of the map.
  func images(of points: [Int]) -> Data? {
    let length = record.side * record.side * 3
    var data = Data(capacity: points.count * length)
    for point in points {
      guard (0..<record.count).contains(point),
        let image = bytes(.images, from: point * length, count: length)
      else { return nil }
      data += image
    }
    return data
  }

  private func bytes(_ part: EmbeddingMapFolder.Part, from start: Int, count: Int) -> Data? {
    let data = try? PlainFile.with(folder.file(part).path) { descriptor, _ in
      PlainFile.bytes(of: descriptor, from: start, count: count)
    }
    return data.flatMap { $0.count == count ? $0 : nil }
  }
}
