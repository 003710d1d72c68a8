import Torch

/// Embeddings in the plane of their two leading principal components, to be drawn: of all planes the one in which they are
/// spread most.
///
/// The components are the eigenvectors of the covariance in float64 with the two largest eigenvalues. An eigenvector's sign
/// is arbitrary: the coordinate that is largest by its size is positive here, so that equal embeddings give equal maps.
public struct PrincipalPlane {
  /// N×2 in float32 on the CPU: each row's place along the first and the second component, from the mean.
  public let points: Tensor
  /// The shares of the total variance that lie along the two, 0 to 1; 0 where there is none.
  public let shares: [Double]

  /// The plane of N×D embeddings; the second coordinates of one-dimensional ones are 0.
  ///
  /// Takes N·D² for the covariance and D³ for its eigenvectors; beside the embeddings memory for D² numbers.
  ///
  /// - Throws: `GeometryError` for a tensor that is not a matrix of at least two rows, NaN or infinity.
  public init(of embeddings: Tensor) throws(GeometryError) {
    try embeddings.checkEmbeddings(.embeddings, minimumRows: 2)
    let rows = embeddings.detached()
    let (count, dimension) = (rows.size(0), rows.size(1))
    var covariance = StreamingCovariance()
    let strips = stride(from: 0, to: count, by: 4_096).map { $0..<min($0 + 4_096, count) }
    for strip in strips { covariance.add(rows[strip]) }
    let matrix = try covariance.covariance()
    let mean = try covariance.mean()
    let total = matrix.diagonal().sum().item
    let system = SignedEigensystem(of: matrix)
    let kept = min(2, dimension)
    shares = (0..<2).map { place in
      guard place < kept, total > 0 else { return 0 }
      return max(0, system.values[place]) / total
    }
    let vectors = system.vectors.slice(0..<kept, along: 1)
    let signs = (0..<kept).map { place -> Double in
      let vector = vectors.select(place, along: 1).scalars(Double.self)
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      return largest < 0 ? -1 : 1
    }
    let directions = vectors * Tensor(signs, shape: [1, kept]).to(rows.device)
    var numbers: [Float] = []
    numbers.reserveCapacity(2 * count)
    for strip in strips {
      let places = (rows[strip].to(.float64) - mean).matmul(directions).scalars(Float.self)
      if kept == 2 { numbers += places } else { for place in places { numbers += [place, 0] } }
    }
    points = Tensor(numbers, shape: [count, 2])
  }
}
