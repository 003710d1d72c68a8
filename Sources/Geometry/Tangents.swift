import Torch

/// Embeddings and their derivatives along a tangent of the input, by forward-mode differentiation.
///
/// The function must treat rows on their own: an encoder or head in evaluation mode.
///
/// - Parameters:
///   - inputs: N×…: images, or embeddings for a head.
///   - directions: the tangent at each input, of the same shape.
///   - batchSize: how many rows go through at once.
///   - function: maps N×… to N×D.
/// - Returns: N×D embeddings, and N×D derivatives: J·v for each row.
public func tangents(
  at inputs: Tensor, along directions: Tensor, batchSize: Int = 256, of function: (Tensor) -> Tensor
) -> (embeddings: Tensor, tangents: Tensor) {
  precondition(
    inputs.shape == directions.shape,
    "inputs have shape \(inputs.shape) and their tangents \(directions.shape)")
  let parts = withoutGradients {
    zip(inputs.split(batchSize), directions.split(batchSize)).map { batch, direction in
      directionalDerivative(at: batch, along: direction.to(batch.dtype), of: function)
    }
  }
  return (
    Tensor.concatenated(parts.map(\.value)), Tensor.concatenated(parts.map(\.derivative))
  )
}

/// The mean length of N×D embedding tangents: `tangent_norm`.
///
/// - Throws: `GeometryError` for a tensor that is not a matrix, NaN or infinity.
public func tangentNorm(_ tangents: Tensor) throws(GeometryError) -> Double {
  try tangents.asEmbeddings(.tangents, minimumRows: 1).rowLengths().mean().item
}

/// How much more a head stretches the given tangents than directions drawn at random:
/// E[‖J·v‖/‖v‖]/E[‖J·r‖/‖r‖], J its Jacobian at h. Below 1 it suppresses them.
///
/// - Parameters:
///   - embeddings: N×D, where the head is differentiated.
///   - tangents: N×D, v for each; rows of zeros do not count.
///   - randomDirections: how many isotropic r are drawn at each embedding.
///   - seed: which.
///   - head: maps N×D to N×E, each row on its own.
/// - Throws: `GeometryError` for shapes that differ or are not matrices, NaN or infinity, tangents that are
///   all zero, and a head whose derivative is zero everywhere.
public func tangentGain(
  at embeddings: Tensor, along tangents: Tensor, randomDirections: Int = 8, seed: UInt64 = 0,
  of head: (Tensor) -> Tensor
) throws(GeometryError) -> Double {
  try embeddings.checkPaired(with: tangents, .embeddings, .tangents)
  let gain = try meanStretch(at: embeddings, along: tangents, of: head)
  let randomGain = try meanRandomStretch(
    at: embeddings, randomDirections: randomDirections, seed: seed, of: head)
  guard randomGain > 0 else { throw .notMeasurable(.constantHead) }
  return gain / randomGain
}

/// How much a head stretches directions drawn at random, what `tangentGain` divides by: E[‖J·r‖/‖r‖].
///
/// - Throws: `GeometryError` for what is no matrix, NaN or infinity.
package func meanRandomStretch(
  at embeddings: Tensor, randomDirections: Int = 8, seed: UInt64 = 0, of head: (Tensor) -> Tensor
) throws(GeometryError) -> Double {
  var sum = 0.0
  for draw in 0..<randomDirections {
    let directions = isotropicDirections(like: embeddings, seed: seed, draw: draw)
    sum += try meanStretch(at: embeddings, along: directions, of: head)
  }
  return sum / Double(randomDirections)
}

/// E‖J·v‖/‖v‖ over the rows of `directions` that are not zero.
package func meanStretch(
  at embeddings: Tensor, along directions: Tensor, of head: (Tensor) -> Tensor
) throws(GeometryError) -> Double {
  let images = Geometry.tangents(at: embeddings, along: directions, of: head).tangents
  return try meanStretch(of: directions, to: images)
}

/// E‖w‖/‖v‖ over the rows v of `directions` that are not zero, w the same row of their images under a head's derivative.
///
/// - Throws: `GeometryError` for what are not matrices of as many rows, NaN or infinity, and directions that are all zero.
package func meanStretch(
  of directions: Tensor, to images: Tensor
) throws(GeometryError) -> Double {
  let lengths = try directions.asEmbeddings(.tangents, minimumRows: 1).rowLengths()
  let counted = lengths.exceeds(0)
  let rows = counted.to(.float64).sum().item
  guard rows > 0 else { throw .notMeasurable(.zeroTangents) }
  let stretched = try images.asEmbeddings(.headTangents, minimumRows: 1).rowLengths()
  let ratios = (stretched / lengths).chosen(where: counted, else: Tensor.zeros(like: lengths))
  return ratios.sum().item / rows
}

/// Independent normal numbers: a direction is uniform on the sphere.
private func isotropicDirections(like embeddings: Tensor, seed: UInt64, draw: Int) -> Tensor {
  var random = CounterRandom(seed: seed, UInt32(draw))
  let values = (0..<embeddings.count).map { _ in random.normal() }
  return Tensor(values, shape: embeddings.shape).to(embeddings.device)
}

extension Tensor {
  func rowLengths() -> Tensor { norm(along: 1) }
}
