import Geometry
import Torch

/// Embeddings of anybody's model, in files, and what can be measured on them.
///
/// Spectra and ranks are of all rows, read a block at a time. All else is of a fixed random sample of
/// `sampleLimit` rows where there are more; the figures' conventions say of how many.
public struct GivenEmbeddings {
  /// Of more rows than this a sample is taken for figures of pairs, views and layers, unless told otherwise.
  public static let usualSampleLimit = 10_000
  /// Samples that are contrasted with each other in the contrastive covariance, as in training.
  public static let contrastedSamples = 256

  /// One layer's files.
  struct Layer {
    let name: String
    /// N×D.
    let embeddings: EmbeddingFile
    /// N×D, a second view of each, or N×q×D.
    let views: EmbeddingFile?
  }

  let layers: [Layer]
  let labels: [Int]?
  /// The number of rows of the figures that are not of all rows.
  let sampleLimit: Int
  /// The rows that are measured, where some are dropped.
  let kept: [Int]?
  /// How many rows were dropped because a file holds NaN or infinity there.
  public let droppedCount: Int

  /// Opens files and checks that they belong together.
  ///
  /// - Parameters:
  ///   - h: embeddings of the layer h, N×D: `FILE` or `FILE:NAME`, as `EmbeddingFile` takes them.
  ///   - z: the same of the layer z; one of the two is needed.
  ///   - hViews: views of the same at h: N×D of a second view, or N×q×D of q views.
  ///   - zViews: views of the same at z.
  ///   - labels: a vector of N classes.
  ///   - sampleLimit: the number of rows of the figures that are not of all rows, at most; at least 2.
  ///   - dropsNonFinite: leave out the rows at which any file holds NaN or infinity, rather than refuse them.
  /// - Throws: `EmbeddingFileError` for files that cannot be read, `GivenEmbeddingsError` for those that do not
  ///   fit together, for fewer than two rows, and for rows of NaN or infinity.
  public init(
    h: String?, z: String? = nil, hViews: String? = nil, zViews: String? = nil,
    labels: String? = nil, sampleLimit: Int = GivenEmbeddings.usualSampleLimit,
    dropsNonFinite: Bool = false
  ) throws {
    self.sampleLimit = max(sampleLimit, 2)
    layers = try [("h", h, hViews), ("z", z, zViews)].compactMap { name, path, views in
      guard let path else {
        guard let views else { return nil }
        throw GivenEmbeddingsError.viewsWithoutEmbeddings(views: views, layer: name)
      }
      return Layer(
        name: name, embeddings: try EmbeddingFile(path),
        views: try views.map { try EmbeddingFile($0) })
    }
    guard let first = layers.first?.embeddings else {
      throw GivenEmbeddingsError.noEmbeddings
    }
    for layer in layers { try layer.check(against: first) }
    let labels = try labels.map { path in
      let labels = try EmbeddingFile(path).labels()
      guard labels.count == first.count else {
        throw GivenEmbeddingsError.labelCount(
          labels: path, count: labels.count, embeddings: first.reference, rows: first.count)
      }
      if let negative = labels.first(where: { $0 < 0 }) {
        throw GivenEmbeddingsError.negativeLabel(labels: path, negative)
      }
      return labels
    }
    let bad = try layers.nonFiniteRows(refused: !dropsNonFinite)
    droppedCount = bad.count
    kept = bad.isEmpty ? nil : (0..<first.count).filter { !bad.contains($0) }
    self.labels = kept.map { kept in labels.map { all in kept.map { all[$0] } } } ?? labels
    guard count >= 2 else {
      throw GivenEmbeddingsError.tooFewRows(
        file: first.reference, rows: count, dropped: bad.count)
    }
  }

  /// The number of rows that are measured.
  public var count: Int { kept?.count ?? layers.first?.embeddings.count ?? 0 }

  /// All measured embeddings of each layer, in memory, N×D.
  ///
  /// - Throws: `TorchError` for a file that cannot be read.
  func wholeEmbeddings() throws -> [Tensor] {
    try layers.map { layer in
      let rows = try kept.map { try layer.embeddings.rows(at: $0) }
      let all = try rows ?? layer.embeddings.rows(0..<layer.embeddings.count)
      return all.dtype == .float64 ? all : all.to(.float32)
    }
  }

  /// The rows of a file that are measured, as they are streamed.
  func streamed(_ file: EmbeddingFile) throws(GeometryError) -> EmbeddingRows {
    try EmbeddingRows(count: count, dimension: file.shape[1]) { range in
      guard let kept else { return try file.rows(range) }
      return try file.rows(at: Array(kept[range]))
    }
  }

  /// The sampled rows, by their numbers among those that are measured.
  var sample: [Int] {
    guard count > sampleLimit else { return Array(0..<count) }
    var random = CounterRandom(seed: 0x5AD1A1)
    // In order, so that a file is read from its beginning to its end.
    return random.permutation(of: count).prefix(sampleLimit).sorted()
  }

  /// Rows of a file in float32 or float64, by their numbers among those that are measured.
  func rows(_ numbers: [Int], of file: EmbeddingFile) throws -> Tensor {
    let rows = try file.rows(at: kept.map { kept in numbers.map { kept[$0] } } ?? numbers)
    return rows.dtype == .float64 ? rows : rows.to(.float32)
  }
}

extension GivenEmbeddings.Layer {
  fileprivate func check(against first: EmbeddingFile) throws(GivenEmbeddingsError) {
    let reference = embeddings.reference
    guard embeddings.shape.count == 2, embeddings.shape[1] >= 1 else {
      throw .notAMatrix(file: reference, shape: embeddings.shape)
    }
    let limit = MeasuredModel.usualDimensionLimit
    guard embeddings.shape[1] <= limit else {
      throw .tooWide(file: reference, dimension: embeddings.shape[1], limit: limit)
    }
    for file in [embeddings] + (views.map { [$0] } ?? []) where !file.dtype.isFloatingPoint {
      throw .notFloatingPoint(file: file.reference, dtype: file.dtype)
    }
    guard embeddings.count == first.count else {
      throw .unequalRowCounts(
        file: first.reference, rows: first.count, other: reference, otherRows: embeddings.count)
    }
    guard let views else { return }
    let shape = views.shape
    guard
      shape == embeddings.shape
        || shape.count == 3 && shape[0] == first.count && shape[1] >= 1
          && shape[2] == embeddings.shape[1]
    else {
      throw .viewsOfShape(
        views: views.reference, shape: shape, embeddings: reference,
        embeddingsShape: embeddings.shape)
    }
  }
}

extension [GivenEmbeddings.Layer] {
  /// The rows at which any file holds NaN or infinity.
  fileprivate func nonFiniteRows(refused: Bool) throws -> Set<Int> {
    var all: Set<Int> = []
    for file in flatMap({ [$0.embeddings] + ($0.views.map { [$0] } ?? []) }) {
      let bad = try file.nonFiniteRows()
      if refused, let first = bad.first {
        throw GivenEmbeddingsError.notFinite(
          file: file.reference, rows: bad.count, of: file.count, first: first)
      }
      all.formUnion(bad)
    }
    return all
  }
}
