import Datasets
import Foundation
import Geometry
import Measures
import Records
import RunStore
import Torch

/// A map of a model's layers: a sample of held-out images, at each layer in the plane of its principal components, and which
/// points are near each other at h and at z.
public struct EmbeddingMap {
  /// What was done so far, of how much.
  public struct Progress: Sendable {
    /// What is being done.
    public let work: String
    /// How many points are done.
    public let done: Int
    /// Of how many.
    public let total: Int
  }

  /// The points that a run keeps with `keep_embeddings`, at most.
  public static let usualPoints = 10_000
  /// The most points of any map.
  public static let mostPoints = 100_000
  /// How many neighbours of a point are kept.
  static let neighbors = 8
  private static let largestSide = 64
  /// The bytes of all images, at most.
  private static let mostImageBytes = 256 << 20

  private let record: EmbeddingMapRecord
  private let parts: [EmbeddingMapFolder.Part: Data]

  /// Maps a model's layers from `h` on.
  ///
  /// - Parameters:
  ///   - model: the model; nothing of it moves.
  ///   - images: the held-out images that it has.
  ///   - name: the run's name.
  ///   - step: the step that the model is at.
  ///   - epoch: the passes over the data by then.
  ///   - limit: how many points at most.
  ///   - report: told how far it is.
  /// - Throws: `DatasetError` for images that could not be read, `GeometryError` for embeddings that are not finite.
  init(
    _ model: MeasuredModel, of images: ImageDataset, name: String, step: Int, epoch: Double,
    atMost limit: Int, report: (Progress) -> Void = { _ in }
  ) throws {
    let limit = min(limit, Self.mostPoints)
    let count = min(limit, images.count)
    report(Progress(work: "embedding", done: 0, total: count))
    let found = try model.heldOutEmbeddings(atMost: limit) { !FigureKey.isTrunkLayer($0) }
    var points = Data()
    var layers: [EmbeddingMapRecord.Layer] = []
    for (place, layer) in found.layers.enumerated() {
      report(Progress(work: "mapping \(layer.name)", done: place, total: found.layers.count))
      let plane = try PrincipalPlane(of: layer.embeddings)
      plane.points.withBytes { points.append(contentsOf: $0) }
      layers.append(
        .init(name: layer.name, dimension: layer.embeddings.size(1), shares: plane.shares))
    }
    let near = min(Self.neighbors, count - 1)
    var neighbors = Data()
    let compared = found.layers.filter { $0.name == "h" || $0.name == "z" }
    for layer in compared {
      try Self.search(layer, near, report) { neighbors.append(contentsOf: $0) }
    }
    let columns = Self.columns(images, found.samples)
    let side = min(
      max(images.width, images.height), Self.largestSide,
      Int(Double(Self.mostImageBytes / 3 / max(1, count)).squareRoot()))
    var pixels = Data(capacity: count * side * side * 3)
    for sample in found.samples { pixels.append(contentsOf: images.reduced(sample, to: side)) }
    var hash = FNV1a("\(images.name) \(images.count) \(images.width) \(images.height)")
    found.samples.withUnsafeBytes { hash.update($0) }
    parts = [
      .points: points, .columns: Self.bytes(columns.flatMap(\.values)), .neighbors: neighbors,
      .images: pixels,
    ]
    record = EmbeddingMapRecord(
      run: name, step: step, epoch: epoch, count: count, total: images.count,
      images: hash.hexadecimal, layers: layers, columns: columns.map(\.column),
      neighborLayers: compared.map(\.name), neighbors: near, side: side)
  }

  /// Writes the map.
  ///
  /// - Throws: `RunStoreError`.
  public func write(to folder: EmbeddingMapFolder) throws(RunStoreError) {
    try folder.write(record, parts)
  }

  /// How many points there are.
  public var count: Int { record.count }
  /// The step that it is of.
  public var step: Int { record.step }

  private static func search(
    _ layer: HeldOutEmbeddings.Layer, _ count: Int, _ report: (Progress) -> Void,
    _ add: (UnsafeRawBufferPointer) -> Void
  ) throws {
    let total = layer.embeddings.size(0)
    for start in stride(from: 0, to: total, by: 4_096) {
      report(Progress(work: "neighbours at \(layer.name)", done: start, total: total))
      let anchors = Array(start..<min(start + 4_096, total))
      let nearest = try NearestRows(of: layer.embeddings, count: count, anchors: anchors)
      nearest.indices.to(.int32).withBytes(add)
    }
  }

  private static func columns(
    _ images: ImageDataset, _ samples: [Int]
  ) -> [(column: EmbeddingMapRecord.Column, values: [Float])] {
    var columns: [(column: EmbeddingMapRecord.Column, values: [Float])] = []
    if !images.labels.isEmpty {
      columns.append(
        (
          .init(name: "label", kind: .classes, names: images.classNames),
          samples.map { Float(images.labels[$0]) }
        ))
    }
    for factor in images.factors {
      let column: EmbeddingMapRecord.Column =
        switch factor.kind {
        case .linear: .init(name: factor.name, kind: .number)
        case .circular(let period):
          .init(name: factor.name, kind: .circle, period: Double(period))
        case .categorical: .init(name: factor.name, kind: .classes)
        }
      columns.append((column, samples.map { factor.values[$0] }))
    }
    return columns
  }

  private static func bytes(_ numbers: [Float]) -> Data {
    numbers.withUnsafeBytes { Data($0) }
  }
}

extension MeasuredRun {
  /// A map of the run's layers.
  ///
  /// - Parameters:
  ///   - limit: how many points at most; of more held-out images, a random sample that is the same each time.
  ///   - report: told how far it is.
  /// - Throws: as `MeasuredModel.figures` does.
  public func map(
    atMost limit: Int, report: (EmbeddingMap.Progress) -> Void
  ) throws -> EmbeddingMap {
    try EmbeddingMap(
      model, of: heldOut, name: folder.name, step: step, epoch: epoch, atMost: limit,
      report: report)
  }
}
