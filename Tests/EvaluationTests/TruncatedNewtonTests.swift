import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct TruncatedNewtonTests {
  @Test func aQuadraticIsSolvedToItsMinimum() {
    // Curvatures over five orders of magnitude, and a minimum at 1, 2, …, 50.
    let curvatures = Tensor((0..<50).map { 1e-3 * Double(1 << ($0 / 3)) })
    let target = Tensor((1...50).map(Double.init))
    let minimum = TruncatedNewton().minimize(from: Tensor.zeros([50], .float64)) { point in
      let offset = point - target
      return ((offset.squared() * curvatures).sum().item / 2, offset * curvatures)
    } curvature: { _ in
      .init(product: { $0 * curvatures })
    }
    #expect(minimum.converged)
    // The gradient is below 10⁻⁹ and the smallest curvature 10⁻³.
    #expect(abs(minimum.point - target).max().item < 1e-6)
  }

  @Test func anExactSolutionNeedsOneStep() {
    let curvatures = Tensor((0..<50).map { 1e-3 * Double(1 << ($0 / 3)) })
    let minimum = TruncatedNewton().minimize(from: Tensor.ones([50], .float64)) { point in
      ((point.squared() * curvatures).sum().item / 2, point * curvatures)
    } curvature: { _ in
      .init(product: { $0 * curvatures }, approximateSolution: { $0 / curvatures })
    }
    #expect(minimum.converged)
    #expect(minimum.steps == 1)
  }

  @Test func stepsThatAreFarTooLongAreShortened() {
    // √(1+x²) is nearly straight far out: Newton's whole step from 3 would be −3·10, beyond the minimum and off.
    let minimum = TruncatedNewton().minimize(from: Tensor([3.0])) { point in
      let x = point.item
      return ((1 + x * x).squareRoot(), Tensor([x / (1 + x * x).squareRoot()]))
    } curvature: { point in
      let x = point.item
      let second = 1 / ((1 + x * x) * (1 + x * x).squareRoot())
      return .init(product: { $0 * second })
    }
    #expect(minimum.converged)
    #expect(minimum.point.item.isApproximately(0, within: 1e-8))
  }

  @Test func aFunctionWithoutAMinimumIsNotSaidToHaveConverged() {
    var solver = TruncatedNewton()
    solver.maximumSteps = 5
    let result = solver.minimize(from: Tensor([0.0])) {
      ($0.item, Tensor([1.0]))
    } curvature: { _ in
      .init(product: { $0 * 0 })
    }
    #expect(!result.converged)
  }

  @Test(arguments: [0.1, 1e-6])
  func softmaxRegressionConvergesForCorrelatedFeaturesUnderAnyPenalty(penalty: Double) {
    // 40 features that are mixtures of 6, with noise of a hundredth: badly conditioned, as embeddings are.
    Runtime.seed(3)
    let hidden = Tensor.randomNormal([600, 6]).to(.float64)
    let noise = Tensor.randomNormal([600, 40]).to(.float64) * 0.01
    let features = hidden.matmul(Tensor.randomNormal([6, 40]).to(.float64)) + noise
    let scores = hidden.matmul(Tensor.randomNormal([6, 5]).to(.float64))
    let labels = (scores + Tensor.randomNormal([600, 5]).to(.float64)).argmax(along: 1)
    let regression = SoftmaxRegression(
      features: Standardization(of: features)(features), labels: labels, classCount: 5)
    let fit = regression.fit(penalty: penalty)
    #expect(fit.converged)
    #expect(fit.steps < 60)
    // The minimum of a convex function is where no direction goes down.
    let (value, gradient) = regression.objective(fit.point, penalty: penalty)
    #expect(abs(gradient).max().item <= 1e-9)
    for _ in 0..<5 {
      let nearby = fit.point + Tensor.randomNormal(fit.point.shape).to(.float64) * 1e-3
      #expect(regression.objective(nearby, penalty: penalty).value > value)
    }
    // Without the blocks of the Hessian, which take much memory, it is the same minimum, more slowly.
    let frugal = SoftmaxRegression(
      features: Standardization(of: features)(features), labels: labels, classCount: 5,
      blockLimit: 0)
    let slow = frugal.fit(penalty: penalty, tolerance: 1e-7)
    #expect(slow.converged)
    #expect(abs(slow.value - value) < 1e-7)
  }
}
