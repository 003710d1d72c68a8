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
    throw GeometryError("LiDAR from \(views.count) views of each sample: give at least two")
  }
  var matrices: [Tensor] = []
  for view in views {
    try first.checkPaired(with: view, "views of one set of samples")
    matrices.append(try view.asEmbeddings("views"))
  }
  let samples = Double(first.size(0))
  let means = matrices.dropFirst().reduce(matrices[0], +) / Double(views.count)
  let identity = Tensor.eye(first.size(1), .float64, on: first.device)
  let within = matrices.reduce(identity * lidarEpsilon) { sum, matrix in
    let deviation = matrix - means
    return sum + deviation.transposed().matmul(deviation) / (samples * Double(views.count - 1))
  }
  let centered = means.centeredRows() / (samples - 1).squareRoot()
  // The eigenvalues of S_w^(−½)·S_b·S_w^(−½) are the squared singular values of the whitened means,
  // so that none comes out negative.
  let (variances, axes) = within.symmetricEigen()
  let whitened = centered.matmul(axes) / sqrt(variances)
  return exponentialEntropy(
    of: whitened.singularValues().scalars(Double.self).map { $0 * $0 })
}

/// What LiDAR adds to the diagonal of S_w.
public let lidarEpsilon = 1e-4
