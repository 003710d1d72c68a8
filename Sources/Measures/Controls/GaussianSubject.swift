import Geometry
import Records
import Torch

/// As many rows as a subject's sample from the Gaussian with its mean and covariance, over all layers at once: each layer has
/// its own mean and covariance, and each two layers have theirs. What is measured of it is what these alone explain.
///
/// With the centred embeddings of all layers side by side, C, and a factor R of CᵀC = RᵀR, a row is the mean and gR/√(N − 1),
/// g of independent standard normal numbers: given the embeddings that is exactly Gaussian with their sample covariance.
final class GaussianSubject: Subject {
  let layers: [String]
  let extent: Extent
  let sizes: MeasurementSizes
  private let drawn: [Tensor]
  private let head: ModelSubject?
  private let geometryOfHead = Once<ProjectorGeometry?>()

  private static let seed: UInt64 = 0x6A05_51A7

  /// A Gaussian like a subject's sampled embeddings.
  init(like subject: any Subject) throws {
    layers = subject.layers
    extent = subject.extent
    sizes = subject.sizes
    head = subject.model
    let embeddings = try subject.embeddings()
    let widths = embeddings.map { $0.size(1) }
    let all = Tensor.concatenated(embeddings.map { $0.to(.float64) }, along: 1)
    let mean = all.mean(along: [0], keepingDimensions: true)
    let count = all.size(0)
    let centered = all.centeredRows() / Double(max(1, count - 1)).squareRoot()
    let factor = count > centered.size(1) ? centered.triangularFactor() : centered
    let normal = Self.normal(count, factor.size(0)).to(all.device).to(.float64)
    let rows = (normal.matmul(factor) + mean).to(embeddings[0].dtype)
    var start = 0
    drawn = widths.map { width in
      defer { start += width }
      return rows.slice(start..<start + width, along: 1).contiguous()
    }
  }

  /// Standard normal numbers, each row's a function of its number alone.
  private static func normal(_ rows: Int, _ columns: Int) -> Tensor {
    var numbers: [Float] = []
    numbers.reserveCapacity(rows * columns)
    for row in 0..<rows {
      var random = CounterRandom(seed: seed, UInt32(row))
      for _ in 0..<columns { numbers.append(random.normal()) }
    }
    return Tensor(numbers).reshaped([rows, columns])
  }

  var shapes: [(n: Int, dimension: Int)] { drawn.map { ($0.size(0), $0.size(1)) } }

  var labels: [Int]? { nil }
  var softmax: PairSoftmax? { nil }
  var model: ModelSubject? { nil }
  var hasControls: Bool { false }

  func rows(of layer: Int) throws -> EmbeddingRows { try EmbeddingRows(drawn[layer]) }
  func embeddings() throws -> [Tensor] { drawn }
  func views() throws -> [[Tensor]] { layers.map { _ in [] } }
  func orbits() throws -> [[Tensor]] { try views() }
  func randomRows(_ count: Int) -> [Int] { Array(0..<min(count, drawn[0].size(0))) }
  func probedSplits() throws -> [ProbedSplit]? { nil }

  /// The head at Gaussian points.
  func projectorGeometry() throws -> ProjectorGeometry? {
    try geometryOfHead { try head?.projectorGeometry(at: drawn[placeOfH][0..<anchorCount]) }
  }
}
