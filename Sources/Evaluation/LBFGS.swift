import Foundation
import Torch

/// Minimisation of a smooth function by the limited-memory method of Broyden, Fletcher, Goldfarb and
/// Shanno, with steps that meet the strong Wolfe conditions (Nocedal and Wright, *Numerical
/// optimization*, algorithms 7.4 and 3.5).
package struct LBFGS {
  /// How many past steps the curvature is estimated from.
  package var memory = 10
  /// At most so many steps are taken.
  package var maximumSteps = 1000
  /// Converged once no component of the gradient exceeds this.
  package var gradientTolerance = 1e-9
  /// Near a point, an approximate inverse of the Hessian, which the estimate from past steps starts from;
  /// must be symmetric and positive definite.
  package var inverseCurvature: (_ point: Tensor) -> (Tensor) -> Tensor = { _ in { $0 } }
  /// It is made anew after so many steps.
  package var curvatureInterval = 25

  package init() {}

  package struct Minimum {
    package let point: Tensor
    package let value: Double
    package let gradient: Tensor
    package let steps: Int
    package let converged: Bool
  }

  package typealias Evaluation = (value: Double, gradient: Tensor)

  /// A local minimum near `start`; the global one of a convex function.
  package func minimize(from start: Tensor, _ function: (Tensor) -> Evaluation) -> Minimum {
    var history: [(step: Tensor, change: Tensor, product: Double)] = []
    var point = start
    var current = function(start)
    var precondition = inverseCurvature(start)
    for step in 0..<maximumSteps {
      if abs(current.gradient).max().item <= gradientTolerance {
        return minimum(point, current, step, true)
      }
      if step > 0 && step % curvatureInterval == 0 { precondition = inverseCurvature(point) }
      var direction = -inverseHessianTimes(current.gradient, history, precondition)
      if dot(direction, current.gradient) >= 0 {
        history = []
        direction = -precondition(current.gradient)
      }
      guard let next = lineSearch(function, from: point, current, along: direction) else {
        // Steps too short to tell apart by their values: as good as the arithmetic allows.
        return minimum(point, current, step, false)
      }
      let change = next.evaluation.gradient - current.gradient
      let moved = direction * next.length
      let product = dot(moved, change)
      if product > 1e-12 * dot(change, change) {
        history.append((moved, change, product))
        if history.count > memory { history.removeFirst() }
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

  /// The two loops of algorithm 7.4.
  private func inverseHessianTimes(
    _ gradient: Tensor, _ history: [(step: Tensor, change: Tensor, product: Double)],
    _ precondition: (Tensor) -> Tensor
  ) -> Tensor {
    var result = gradient
    var coefficients: [Double] = []
    for pair in history.reversed() {
      let coefficient = dot(pair.step, result) / pair.product
      coefficients.append(coefficient)
      result = result - pair.change * coefficient
    }
    let preconditioned = precondition(result)
    var scale = 1.0
    if let last = history.last {
      scale = last.product / dot(last.change, precondition(last.change))
    }
    result = preconditioned * scale
    for (pair, coefficient) in zip(history, coefficients.reversed()) {
      result = result + pair.step * (coefficient - dot(pair.change, result) / pair.product)
    }
    return result
  }
}

/// Σ aᵢbᵢ.
func dot(_ left: Tensor, _ right: Tensor) -> Double {
  left.flattened().dot(right.flattened()).item
}
