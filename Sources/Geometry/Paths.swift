import Torch

/// How much the paths bend on which embeddings move: the mean of ‖r(θ+Δ) − 2r(θ) + r(θ−Δ)‖/Δ², which nears ‖d²r/dθ²‖ as Δ
/// does zero, r an embedding scaled to unit length; over all samples and all points of a path that have two neighbours.
///
/// - Parameters:
///   - points: at least three tensors N×D, one for each θ in order: where each of N samples' embedding is.
///   - spacing: Δ, from one θ to the next.
/// - Throws: `GeometryError` for fewer than three points, a spacing that is not above zero, shapes that differ or are not
///   matrices, NaN or infinity.
public func pathCurvature(points: [Tensor], spacing: Double) throws(GeometryError) -> Double {
  try check(.spacing, spacing, .above(0))
  guard let first = points.first, points.count >= 3 else {
    throw .wrongInput(.tooFewPathPoints(points.count))
  }
  var unit: [Tensor] = []
  for point in points {
    try first.checkPaired(with: point, .views, .views)
    unit.append(try point.asEmbeddings(.views, minimumRows: 1).unitRows())
  }
  let steps = zip(unit.dropFirst(), unit).map { $0 - $1 }
  let bends = zip(steps.dropFirst(), steps).map { later, earlier -> Double in
    (later - earlier).rowLengths().mean().item
  }
  return bends.reduce(0, +) / Double(bends.count) / (spacing * spacing)
}
