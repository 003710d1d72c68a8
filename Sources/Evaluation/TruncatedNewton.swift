import Foundation
import Torch

/// Minimisation of a smooth convex function by Newton's method, each of whose steps solves for its direction by
/// conjugate gradients until that pays no more, and is as long as the strong Wolfe conditions want (Nocedal and
/// Wright, *Numerical optimization*, algorithm 7.1). Near the minimum it converges faster than linearly.
package struct TruncatedNewton {
  /// At most so many steps are taken.
  package var maximumSteps = 200
  /// At most so many products with the Hessian are taken for one step.
  package var maximumProducts = 1000
  /// Converged once no component of the gradient exceeds this.
  package var gradientTolerance = 1e-9

  package init() {}

  /// Where a minimisation ended.
  package struct Minimum {
    package let point: Tensor
    package let value: Double
    package let gradient: Tensor
    package let steps: Int
    package let converged: Bool
  }

  /// A value and the gradient there.
  package typealias Evaluation = (value: Double, gradient: Tensor)

  /// What is known of the Hessian at a point.
  package struct Curvature {
    /// The Hessian times a direction.
    package let product: (Tensor) -> Tensor
    /// An approximate inverse of the Hessian times a direction: symmetric and positive definite.
    package let approximateSolution: (Tensor) -> Tensor

    package init(
      product: @escaping (Tensor) -> Tensor,
      approximateSolution: @escaping (Tensor) -> Tensor = { $0 }
    ) {
      self.product = product
      self.approximateSolution = approximateSolution
    }
  }

  /// The minimum that is reached from `start`.
  package func minimize(
    from start: Tensor, _ function: (Tensor) -> Evaluation,
    curvature: (_ point: Tensor) -> Curvature
  ) -> Minimum {
    var point = start
    var current = function(start)
    for step in 0..<maximumSteps {
      if abs(current.gradient).max().item <= gradientTolerance {
        return minimum(point, current, step, true)
      }
      let direction = direction(against: current.gradient, curvature(point))
      guard let next = lineSearch(function, from: point, current, along: direction) else {
        // Steps too short to tell apart by their values: as good as the arithmetic allows.
        return minimum(point, current, step, false)
      }
      point = next.point
      current = next.evaluation
    }
    return minimum(point, current, maximumSteps, false)
  }

  private func minimum(
    _ point: Tensor, _ evaluation: Evaluation, _ steps: Int, _ converged: Bool
  ) -> Minimum {
    Minimum(
      point: point, value: evaluation.value, gradient: evaluation.gradient, steps: steps,
      converged: converged)
  }

  /// Solves H·d = −g by preconditioned conjugate gradients until the residual is √‖g‖ of ‖g‖, at most half of it: the
  /// sequence that makes the whole converge superlinearly; or until the next gradient will be small enough.
  private func direction(against gradient: Tensor, _ curvature: Curvature) -> Tensor {
    let norm = sqrt(dot(gradient, gradient))
    let tolerance = Swift.max(norm * Swift.min(0.5, norm.squareRoot()), gradientTolerance / 2)
    var residual = gradient
    var solution = Tensor.zeros(like: gradient)
    var scaled = curvature.approximateSolution(residual)
    var direction = -scaled
    var square = dot(residual, scaled)
    for index in 0..<maximumProducts {
      let image = curvature.product(direction)
      let bend = dot(direction, image)
      // Flat within rounding: what has been found so far descends.
      guard bend > 0 else { return index == 0 ? direction : solution }
      let length = square / bend
      solution = solution + direction * length
      residual = residual + image * length
      if sqrt(dot(residual, residual)) <= tolerance { break }
      scaled = curvature.approximateSolution(residual)
      let nextSquare = dot(residual, scaled)
      direction = direction * (nextSquare / square) - scaled
      square = nextSquare
    }
    return solution
  }
}

/// Σ aᵢbᵢ.
func dot(_ left: Tensor, _ right: Tensor) -> Double {
  left.flattened().dot(right.flattened()).item
}
