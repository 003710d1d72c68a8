import Torch

/// LiDAR: the effective rank of what tells samples apart beyond what their own views vary (Thilak et
/// al., arXiv 2312.04000).
///
/// With S_w the covariance of views about their sample's mean plus 10⁻⁴·I, and S_b that of the samples'
/// means, it is exp of the entropy of the eigenvalues of S_w^(−½)·S_b·S_w^(−½), as shares of their sum.
/// S_w is taken over n(q−1) and S_b over n−1 degrees of freedom.
///
/// - Parameter views: q ≥ 2 tensors N×D: a view of each of the same n samples, in one order.
/// - Returns: between 1 and min(n−1, D); 0 where all samples have the same mean.
/// - Throws: `GeometryError` for fewer than two views or samples, shapes that differ or are not
///   matrices, and NaN or infinity.
public func lidar(views: [Tensor]) throws(GeometryError) -> Double {
  guard let first = views.first, views.count >= 2 else {
    throw .wrongInput(.tooFewViews(views.count))
  }
  for view in views {
    try first.checkPaired(with: view, .views, .views)
    try view.checkEmbeddings(.views, minimumRows: 2)
  }
  let samples = first.size(0)
  var between = StreamingCovariance()
  var within = Tensor.eye(first.size(1), .float64, on: first.device) * lidarEpsilon
  for start in stride(from: 0, to: samples, by: 2048) {
    let rows = start..<min(start + 2048, samples)
    let block = views.map { $0[rows].detached().to(.float64) }
    let means = block.dropFirst().reduce(block[0], +) / Double(views.count)
    between.add(means)
    for view in block {
      let deviation = view - means
      within =
        within + deviation.transposed().matmul(deviation) / Double(samples * (views.count - 1))
    }
  }
  let (variances, axes) = within.symmetricEigen()
  let whitening = axes / sqrt(variances)
  let ratios = whitening.transposed().matmul(try between.covariance()).matmul(whitening)
  let eigenvalues = ratios.symmetricEigenvalues().scalars(Double.self)
  // Rounding may leave one that should be zero a little below.
  return exponentialEntropy(of: eigenvalues.map { max($0, 0) })
}

/// What LiDAR adds to the diagonal of S_w.
public let lidarEpsilon = 1e-4
