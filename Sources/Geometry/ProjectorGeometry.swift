import Torch

/// The directions that a projection head passes on, from its Jacobian J at each embedding.
public struct ProjectorGeometry {
  /// At each embedding, the leading right singular vectors of J there.
  public let localPlanes: Planes
  /// E[Jᵀ·J], D×D: the squared length of what the head makes of a direction, on average.
  public let metric: Tensor
  /// At each embedding, how many singular values of J exceed the largest times max(D, E) times float32's 2⁻²³.
  public let localRanks: [Int]
  /// The eigenvalues of `metric`, falling.
  public let eigenvalues: [Double]
  /// All eigenvectors of `metric`, in the order of their eigenvalues; its leading plane is what the head
  /// passes on as a whole.
  public let globalPlane: Planes

  /// How many directions the head passes on at all, on average: the singular values of the stacked Jacobians
  /// that exceed the largest times D times float32's 2⁻²³, since J comes in float32. Beyond these,
  /// `globalPlane` is arbitrary.
  public var passedRank: Int {
    let share = Double(eigenvalues.count) * Double(Float.ulpOfOne)
    let bound = (eigenvalues.first ?? 0) * share * share
    return eigenvalues.count { $0 > bound }
  }

  /// The plane of all directions that the head passes on: the first `passedRank` of `globalPlane`.
  ///
  /// - Throws: `GeometryError` where it passes on none.
  public func passedPlane() throws(GeometryError) -> Planes {
    guard passedRank > 0 else { throw .notMeasurable(.constantHead) }
    return try globalPlane.leading(passedRank)
  }

  /// Differentiates the head at each embedding.
  ///
  /// - Parameters:
  ///   - head: maps N×D to N×E, each row on its own: a head in evaluation mode.
  ///   - embeddings: N×D, in the head's own precision.
  ///   - rank: r of the local planes, at most min(D, E); those of smaller rank are `leading` parts.
  ///   - batchSize: at how many embeddings the head is differentiated at a time.
  /// - Throws: `GeometryError` for a tensor that is not a matrix, a rank out of range, NaN or infinity in J.
  public init(
    of head: (Tensor) -> Tensor, at embeddings: Tensor, rank: Int, batchSize: Int = 256
  ) throws(GeometryError) {
    try embeddings.checkEmbeddings(.embeddings, minimumRows: 1)
    var bases: [Tensor] = []
    var ranks: [Int] = []
    var start = 0
    var sum = Tensor.zeros([embeddings.size(1), embeddings.size(1)], .float64)
    for batch in embeddings.detached().split(batchSize) {
      let jacobians = jacobians(of: head, at: batch).to(.float64)
      let bad = jacobians.isFinite ? [] : jacobians.flattened(from: 1).nonFiniteRows
      if let first = bad.first {
        throw .wrongInput(
          .notFinite(
            .jacobians, rows: bad.count, of: embeddings.size(0), first: start + first))
      }
      start += jacobians.size(0)
      try checkRank(rank, of: min(jacobians.size(1), jacobians.size(2)))
      let (_, values, directions) = jacobians.singularValueDecomposition()
      bases.append(directions.slice(0..<rank, along: 1).transposed())
      ranks += values.ranks(ofSide: max(jacobians.size(1), jacobians.size(2)))
      let rows = jacobians.reshaped([-1, jacobians.size(2)])
      sum = sum.to(rows.device) + rows.transposed().matmul(rows)
    }
    localRanks = ranks
    localPlanes = Planes(basis: Tensor.concatenated(bases))
    metric = sum / Double(embeddings.size(0))
    let (values, vectors) = metric.symmetricEigen()
    eigenvalues = values.scalars(Double.self).reversed()
    globalPlane = Planes(basis: vectors.reversed(along: 1))
  }
}

extension Tensor {
  /// Of N×m falling singular values, how many of each row stand out of float32's rounding of a matrix whose longer side is `side`.
  fileprivate func ranks(ofSide side: Int) -> [Int] {
    let bounds = slice(0..<1, along: 1) * (Double(side) * Double(Float.ulpOfOne))
    return (self - bounds).exceeds(0).to(.float64).sum(along: [1]).scalars(Double.self).map {
      Int($0)
    }
  }
}

/// N×E×D: the derivative of each row's output by its input, for a function that treats rows on their own.
///
/// One backward pass for each output, or one forward-mode pass for each input, whichever are fewer.
public func jacobians(of function: (Tensor) -> Tensor, at inputs: Tensor) -> Tensor {
  let outputs = withoutGradients { function(inputs[0..<1]) }.size(1)
  return outputs <= inputs.size(1)
    ? jacobianRows(of: function, at: inputs) : jacobianColumns(of: function, at: inputs)
}

private func jacobianRows(of function: (Tensor) -> Tensor, at inputs: Tensor) -> Tensor {
  withGradients {
    let leaf = inputs.detached().copied()
    leaf.requiresGradient = true
    let outputs = function(leaf)
    let rows = (0..<outputs.size(1)).map { index -> Tensor in
      let output = outputs.select(index, along: 1).sum()
      let gradient = gradients(of: output, withRespectTo: [leaf], retainGraph: true)[0]
      return gradient ?? Tensor.zeros(like: leaf.detached())
    }
    return Tensor.stacked(rows, along: 1)
  }
}

private func jacobianColumns(of function: (Tensor) -> Tensor, at inputs: Tensor) -> Tensor {
  let identity = Tensor.eye(inputs.size(1), inputs.dtype, on: inputs.device)
  let columns = (0..<inputs.size(1)).map { index in
    withoutGradients {
      directionalDerivative(
        at: inputs, along: identity[index].expanded(inputs.shape).contiguous(), of: function
      ).derivative
    }
  }
  return Tensor.stacked(columns, along: 2)
}
