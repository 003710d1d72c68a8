import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// Second-order gradients, in float64, against finite differences, closed forms and the envelope theorem.
@Suite struct HypergradientTests {
  private let samples = 6
  private let inputs = 5

  private func objective(batchNorm: Bool = false) -> HeadedObjective {
    let objective = Initializer.seeded(by: 3) {
      HeadedObjective(
        head: .mlp(hidden: [4], output: 3, batchNorm: batchNorm), inputs: inputs,
        base: InfoNCE(temperature: 0.5))
    }
    objective.head.convert(to: .float64)
    return objective
  }

  private func leaf(_ tensor: Tensor) -> Tensor {
    let leaf = tensor.copied()
    leaf.requiresGradient = true
    return leaf
  }

  private func largest(_ tensor: Tensor) -> Double { abs(tensor.detached()).max().item }

  /// L(h, φ_K(h)) by plain gradient descent, nothing of it differentiated through.
  private func lookedAtLoss(
    _ objective: HeadedObjective, _ h: Tensor, steps: Int, rate: Double
  ) -> Double {
    let parameters = objective.parameters.map(\.parameter)
    var phi = parameters.map { leaf($0.tensor.detached()) }
    func loss() -> Tensor {
      withParameters(parameters, replacedBy: phi) { objective.loss(of: h, views: 2).loss }
    }
    for _ in 0..<steps {
      let slopes = gradients(of: loss(), withRespectTo: phi)
      phi = zip(phi, slopes).map { phi, slope in
        leaf(phi.detached() - (slope ?? .zeros(like: phi)) * rate)
      }
    }
    return loss().item
  }

  @Test(arguments: [false, true])
  func theUnrolledGradientIsTheFiniteDifferenceOfTheLookedAtLoss(_ batchNorm: Bool) throws {
    let objective = objective(batchNorm: batchNorm)
    let h = leaf(normal(seed: 1, [2 * samples, inputs]))
    let schedule = Unrolled(steps: 3, rate: 0.4)
    let turn = try schedule.turn(HeadGame(objective: objective, batch: EmbeddedViews(h, views: 2)))
    let partial = gradients(of: objective.loss(of: h, views: 2).loss, withRespectTo: [h])[0]
    #expect(largest(turn.gradient - (try #require(partial))) > 1e-3)

    for direction in 0..<4 {
      let along = normal(seed: 50 + UInt64(direction), h.shape)
      let length = 1e-4
      func loss(_ scale: Double) -> Double {
        lookedAtLoss(
          objective, h.detached() + along * scale, steps: schedule.steps, rate: schedule.rate)
      }
      // Central differences of fourth order: an error of about 1e-15/1e-4 + 1e-16.
      let expected =
        (8 * (loss(length) - loss(-length)) - (loss(2 * length) - loss(-2 * length)))
        / (12 * length)
      let actual = (turn.gradient * along).sum().item
      #expect(actual.isApproximately(expected, relative: 1e-6))
    }
  }

  @Test func atTheInnerOptimumUnrolledAndImplicitAreThePartialGradient() throws {
    // A linear head on more samples than it can fit exactly has an optimum at finite weights.
    let objective = Initializer.seeded(by: 4) {
      HeadedObjective(head: .linear(2), inputs: 3, base: QuarticContrast())
    }
    objective.head.convert(to: .float64)
    let h = leaf(normal(seed: 11, [20, 3]))
    let batch = EmbeddedViews(h, views: 2)
    let optimizer = SGD(objective.parameters, learningRate: 0.02, momentum: 0.9)
    let game = HeadGame(objective: objective, batch: batch, optimizer: optimizer)
    for _ in 0..<3_000 { try game.headTurn(on: batch) }
    let loss = objective.loss(of: batch).loss
    let slope = gradients(
      of: loss, withRespectTo: objective.parameters.map(\.parameter.tensor), retainGraph: true)
    #expect(slope.compactMap { $0 }.allSatisfy { largest($0) < 1e-8 })
    let partial = try #require(gradients(of: loss, withRespectTo: [h])[0])
    #expect(largest(partial) > 1e-2)

    let still = HeadGame(objective: objective, batch: batch)
    let solver = HypergradientSolver(iterations: 8)
    let schedules: [any HeadSchedule] = [
      Unrolled(steps: 4, rate: 0.02), Implicit(solver, headSteps: 0),
    ]
    for schedule in schedules {
      let gradient = try schedule.turn(still).gradient
      #expect(largest(gradient - partial) < 1e-4 * largest(partial), "\(schedule)")
    }
  }

  /// inner(x, φ) = ½φᵀAφ − φᵀBx, outer(x, φ) = ½|φ − c|² + dᵀx: φ* = A⁻¹Bx, and
  /// d outer/dx = d + BᵀA⁻¹(A⁻¹Bx − c).
  @Test(arguments: [
    HypergradientSolver(.conjugateGradients, iterations: 5, damping: 0),
    HypergradientSolver(.neumann(rate: 0.3), iterations: 400, damping: 0),
  ])
  func implicitIsTheClosedFormOnAQuadraticInnerProblem(_ solver: HypergradientSolver) {
    let root = normal(seed: 21, [5, 5]) * 0.4
    let a = root.matmul(root.transposed()) + Tensor.eye(5, .float64) * 0.8
    let b = normal(seed: 22, [5, 3])
    let c = normal(seed: 23, [5, 1])
    let d = normal(seed: 24, [3, 1])
    let x = leaf(normal(seed: 25, [3, 1]))
    let optimum = a.solve(b.matmul(x)).detached()
    // In two parts, as the parameters of a head are.
    let phi = [leaf(optimum[0..<2]), leaf(optimum[2..<5])]
    let whole = Tensor.concatenated(phi)
    let inner =
      (whole * a.matmul(whole)).sum() * 0.5 - (whole * b.matmul(x)).sum()
    let outer = (whole - c).squared().sum() * 0.5 + (d * x).sum()
    let actual = solver.hypergradient(outer: outer, inner: inner, phi: phi, withRespectTo: x)
    let expected = d + b.transposed().matmul(a.solve(optimum - c))
    // Conjugate gradients end after five steps; the series' slowest term has shrunk by 0.76 each time.
    #expect(largest(actual - expected) < 1e-10)
  }

  @Test func aSolverWithDampingSolvesTheDampedSystem() {
    let root = normal(seed: 31, [4, 4])
    let a = root.matmul(root.transposed()) * 0.2 + Tensor.eye(4, .float64) * 0.5
    let phi = leaf(normal(seed: 32, [4, 1]))
    let x = leaf(Tensor([1.0], shape: [1]))
    let inner = (phi * a.matmul(phi)).sum() * 0.5 - phi.sum() * x.sum()
    let outer = phi.sum()
    let solver = HypergradientSolver(iterations: 4, damping: 0.3)
    let actual = solver.hypergradient(outer: outer, inner: inner, phi: [phi], withRespectTo: x)
    let damped = a + Tensor.eye(4, .float64) * 0.3
    let expected = damped.solve(Tensor.ones([4, 1], .float64)).sum().item
    #expect(actual.item.isApproximately(expected, relative: 1e-12))
  }

  @Test func directionsOfNegativeCurvatureEndConjugateGradients() {
    let phi = leaf(Tensor([1.0, 2.0]))
    let x = leaf(Tensor([1.0], shape: [1]))
    let inner = -phi.squared().sum() + phi.sum() * x.sum()
    let outer = phi.sum() + x.sum() * 3
    let solver = HypergradientSolver(iterations: 4)
    let gradient = solver.hypergradient(outer: outer, inner: inner, phi: [phi], withRespectTo: x)
    #expect(gradient.item == 3)
  }
}

/// −2·mean(z·z′) + mean over pairs of (z_i·z_j)²: smooth, with optima at finite weights.
private struct QuarticContrast: Objective {
  func loss(of batch: EmbeddedViews) -> Tensor {
    let views = batch.eachView
    let positives = (views[0] * views[1]).sum(along: [1]).mean()
    let products = views[0].matmul(views[1].transposed())
    return products.squared().mean() - positives * 2
  }
}
