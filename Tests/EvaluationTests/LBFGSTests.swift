import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct LBFGSTests {
  @Test func rosenbrocksValleyLeadsToItsEnd() {
    let minimum = LBFGS().minimize(from: Tensor([-1.2, 1])) { point in
      let values = point.scalars(Double.self)
      let (x, y) = (values[0], values[1])
      let gradient = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
      return ((1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x), Tensor(gradient))
    }
    #expect(minimum.converged)
    // The gradient is below 10⁻⁷ and the smallest curvature 0.4.
    for value in minimum.point.scalars(Double.self) {
      #expect(value.isApproximately(1, within: 1e-6))
    }
  }

  @Test func aPreconditionedQuadraticNeedsOneStep() {
    let curvatures = Tensor((0..<50).map { 1e-3 * Double(1 << ($0 / 3)) })
    var solver = LBFGS()
    solver.inverseCurvature = { _ in { $0 / curvatures } }
    let minimum = solver.minimize(from: Tensor.ones([50], .float64)) { point in
      ((point.squared() * curvatures).sum().item / 2, point * curvatures)
    }
    #expect(minimum.converged)
    #expect(minimum.steps == 1)
  }

  @Test func stepsThatAreFarTooLongAreShortened() {
    // √(1+x²) is nearly straight far out, where the gradient says little about the distance; and
    // with a gradient blown up a thousandfold the first step is far too long.
    var solver = LBFGS()
    solver.inverseCurvature = { _ in { $0 * 1000 } }
    let minimum = solver.minimize(from: Tensor([3.0])) { point in
      let x = point.item
      return ((1 + x * x).squareRoot(), Tensor([x / (1 + x * x).squareRoot()]))
    }
    #expect(minimum.converged)
    #expect(minimum.point.item.isApproximately(0, within: 1e-6))
  }

  @Test func aFunctionWithoutAMinimumIsNotSaidToHaveConverged() {
    var solver = LBFGS()
    solver.maximumSteps = 5
    let result = solver.minimize(from: Tensor([0.0])) { ($0.item, Tensor([1.0])) }
    #expect(!result.converged)
  }
}
