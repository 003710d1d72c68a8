import Torch

/// Solves (∇²_φφ L + λ) v = g by products of the Hessian with vectors, never forming it.
public struct HypergradientSolver: Sendable, Hashable {
  /// The methods.
  public enum Method: Sendable, Hashable {
    /// Conjugate gradients; stops early at a direction of no positive curvature, since the inner
    /// problem is not convex away from its optimum.
    case conjugateGradients
    /// The Neumann series v = ρ·Σ_i (1 − ρ(∇²_φφ L + λ))^i g: what back-propagation through as many steps of
    /// gradient descent of rate ρ at the optimum comes to. Diverges where ρ exceeds 2 over the
    /// largest curvature.
    case neumann(rate: Double)
  }

  /// The method.
  public let method: Method
  /// How often the Hessian is multiplied.
  public let iterations: Int
  /// λ, which bounds the correction in directions where the inner problem is flat.
  public let damping: Double

  /// A solver of 0 or more iterations.
  public init(
    _ method: Method = .conjugateGradients, iterations: Int, damping: Double = 0.01
  ) {
    precondition(iterations >= 0 && damping >= 0, "\(iterations) iterations, damping \(damping)")
    self.method = method
    self.iterations = iterations
    self.damping = damping
  }

  /// d outer(x, φ*(x))/dx = ∂_x outer − ∂_x(∇_φ inner · v), with (∇²_φφ inner + λ) v = ∇_φ outer, at φ = φ*.
  ///
  /// `outer` and `inner` are scalars computed from `phi` and `x`, whose graphs are there.
  public func hypergradient(
    outer: Tensor, inner: Tensor, phi: [Tensor], withRespectTo x: Tensor
  ) -> Tensor {
    let partial = gradients(of: outer, withRespectTo: [x] + phi, retainGraph: true)
    let direct = partial[0]?.detached() ?? .zeros(like: x)
    let right = zip(partial.dropFirst(), phi).map { $0?.detached() ?? .zeros(like: $1) }
    let slope = gradients(of: inner, withRespectTo: phi, createGraph: true)
    let solution = solve(right) { vector in
      transposedProduct(of: slope, with: vector, withRespectTo: phi)
    }
    let correction = transposedProduct(of: slope, with: solution, withRespectTo: [x])[0]
    return direct - correction
  }

  /// v, given the right side g and the product of the Hessian with a vector.
  func solve(_ right: [Tensor], hessian: ([Tensor]) -> [Tensor]) -> [Tensor] {
    let damped = { (vector: [Tensor]) in
      withoutGradients { zip(hessian(vector), vector).map { $0 + $1 * damping } }
    }
    switch method {
    case .conjugateGradients: return conjugateGradients(right, damped)
    case .neumann(let rate): return neumann(right, damped, rate: rate)
    }
  }

  private func neumann(
    _ right: [Tensor], _ product: ([Tensor]) -> [Tensor], rate: Double
  ) -> [Tensor] {
    var term = right
    var sum = right
    for _ in 0..<iterations {
      term = zip(term, product(term)).map { $0 - $1 * rate }
      sum = zip(sum, term).map { $0 + $1 }
    }
    return sum.map { $0 * rate }
  }

  private func conjugateGradients(
    _ right: [Tensor], _ product: ([Tensor]) -> [Tensor]
  ) -> [Tensor] {
    var solution = right.map { Tensor.zeros(like: $0) }
    var residual = right
    var direction = right
    var square = inner(residual, residual)
    let enough = square * 1e-24
    for _ in 0..<iterations where square > enough {
      let image = product(direction)
      let curvature = inner(direction, image)
      guard curvature > 0 else { break }
      let length = square / curvature
      solution = zip(solution, direction).map { $0 + $1 * length }
      residual = zip(residual, image).map { $0 - $1 * length }
      let next = inner(residual, residual)
      direction = zip(residual, direction).map { $0 + $1 * (next / square) }
      square = next
    }
    return solution
  }

  private func inner(_ left: [Tensor], _ right: [Tensor]) -> Double {
    zip(left, right).reduce(0) { $0 + ($1.0 * $1.1).sum().item }
  }
}

/// Σ_i ∂(outputs_i · vectors_i)/∂inputs; the graph stays. Outputs that are missing or constant count as such.
private func transposedProduct(
  of outputs: [Tensor?], with vectors: [Tensor], withRespectTo inputs: [Tensor]
) -> [Tensor] {
  let pairs = zip(outputs, vectors).compactMap { output, vector -> (Tensor, Tensor)? in
    guard let output, output.requiresGradient else { return nil }
    return (output, vector)
  }
  guard !pairs.isEmpty else { return inputs.map { .zeros(like: $0) } }
  let products = gradients(
    of: pairs.map(\.0), seeds: pairs.map(\.1), withRespectTo: inputs, retainGraph: true)
  return zip(products, inputs).map { $0 ?? .zeros(like: $1) }
}
