import Foundation
import Records

/// A map of a run's layers on disk. All numbers are little-endian.
///
/// ```
/// map.json        the record, written last: without it there is no map
/// points.f32      layers × count × 2: places in each layer's plane
/// columns.f32     columns × count: what is known of the images; NaN where it is not
/// neighbors.i32   neighbour layers × count × neighbours: numbers of points, the nearest first
/// images.rgb      count × side × side × 3: the images, small
/// ```
public struct EmbeddingMapFolder: Sendable, Equatable {
  /// A file of numbers.
  public enum Part: String, CaseIterable, Sendable {
    /// Places in the planes.
    case points = "points.f32"
    /// What is known of the images.
    case columns = "columns.f32"
    /// Numbers of points.
    case neighbors = "neighbors.i32"
    /// Bytes of images.
    case images = "images.rgb"
  }

  /// The folder.
  public let url: URL

  /// The map in the folder at `path`, which need not exist yet.
  public init(path: String) { url = URL(fileURLWithPath: path, isDirectory: true) }

  /// The record.
  public var map: URL { url.appendingPathComponent("map.json") }

  /// Where a part is.
  public func file(_ part: Part) -> URL { url.appendingPathComponent(part.rawValue) }

  /// The bytes of a part of a map with that record; nil for one that cannot be.
  public static func size(of part: Part, _ record: EmbeddingMapRecord) -> Int? {
    let factors =
      switch part {
      case .points: [record.layers.count, record.count, 2, 4]
      case .columns: [record.columns.count, record.count, 4]
      case .neighbors: [record.neighborLayers.count, record.count, record.neighbors, 4]
      case .images: [record.count, record.side, record.side, 3]
      }
    var size = 1
    for factor in factors {
      let (product, overflow) = size.multipliedReportingOverflow(by: factor)
      guard factor >= 0, !overflow else { return nil }
      size = product
    }
    return size
  }

  /// The record; nil where there is no map.
  ///
  /// - Throws: `RunStoreError` for a record that is damaged or of a newer version.
  public func read() throws(RunStoreError) -> EmbeddingMapRecord? {
    try RunJSON.read(
      EmbeddingMapRecord.self, from: map, knownSchema: EmbeddingMapRecord.currentSchema)
  }

  /// Puts a map in the place of the one that is there: killed at any moment it leaves a whole one or none.
  ///
  /// - Throws: `RunStoreError`.
  public func write(
    _ record: EmbeddingMapRecord, _ parts: [Part: Data]
  ) throws(RunStoreError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: url.path, reason: error.localizedDescription)
    }
    AtomicFile.removeLeftovers(in: url)
    unlink(map.path)
    for part in Part.allCases { try AtomicFile.write(parts[part] ?? Data(), to: file(part)) }
    try AtomicFile.write(RunJSON.document(record), to: map)
  }
}

extension RunFolder {
  /// The map of its layers, where one is kept.
  public var embeddings: EmbeddingMapFolder {
    EmbeddingMapFolder(path: url.appendingPathComponent("embeddings").path)
  }
}
