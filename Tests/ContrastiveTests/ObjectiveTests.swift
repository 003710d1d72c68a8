import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

/// Every objective against its formula by loops, and what all of them must bear.
@Suite struct ObjectiveTests {
  private let samples = 6
  private let dimension = 4

  /// Two classes of three samples each, and targets; SimSiam's are z itself, as it holds them fixed.
  private func batch(
    _ test: ObjectiveCase, views: Int = 2, _ dtype: DType = .float64
  ) -> EmbeddedViews {
    let centres = Samples.normal(seed: 1, [samples, dimension])
    let z = Tensor.concatenated(
      (0..<views).map { centres + Samples.normal(seed: 10 + UInt64($0), centres.shape) * 0.4 })
    let targets =
      test.testDescription == "simsiam" ? z : Samples.normal(seed: 30, z.shape) * 0.5 + z
    return EmbeddedViews(
      z.to(dtype), views: views, labels: Tensor([0, 1, 0, 1, 1, 0]), targets: targets.to(dtype))
  }

  private func gradient(_ objective: any Objective, _ batch: EmbeddedViews) throws -> Tensor {
    let z = batch.embeddings.copied()
    z.requiresGradient = true
    objective.loss(of: batch.replacingEmbeddings(by: z)).backward()
    return try #require(z.gradient)
  }

  @Test(arguments: ObjectiveCase.all, [2, 3])
  func valueIsThatOfItsFormula(_ test: ObjectiveCase, _ views: Int) {
    let objective = test.objective(dimension)
    let batch = batch(test, views: views)
    let expected = test.naive(objective, batch)
    // Sums of at most a few hundred terms in float64; learned temperatures come from a float32.
    let tolerance = test.testDescription == "nt-xent learned" ? 1e-6 : 1e-11
    #expect(objective.loss(of: batch).item.isApproximately(expected, relative: tolerance))
  }

  @Test(arguments: ObjectiveCase.all, [2, 3])
  func gradientIsTheFiniteDifferenceOfItsFormula(_ test: ObjectiveCase, _ views: Int) throws {
    let objective = test.objective(dimension)
    let batch = batch(test, views: views)
    let gradient = try gradient(objective, batch).scalars(Double.self)
    let largest = gradient.map(\.magnitude).max() ?? 0
    #expect(largest > 1e-4)
    let point = batch.embeddings.scalars(Double.self)
    for index in stride(from: 0, to: point.count, by: 5) {
      func naive(_ offset: Double) -> Double {
        var moved = point
        moved[index] += offset
        return test.naive(
          objective,
          batch.replacingEmbeddings(by: Tensor(moved, shape: batch.embeddings.shape)))
      }
      let step = 1e-4
      // Fourth order: an error of about step⁴ and 1e-15/step.
      let expected =
        (8 * (naive(step) - naive(-step)) - (naive(2 * step) - naive(-2 * step))) / (12 * step)
      let tolerance = test.testDescription == "nt-xent learned" ? 1e-5 : 1e-6
      #expect(gradient[index].isApproximately(expected, within: tolerance * largest))
    }
  }

  @Test(arguments: ObjectiveCase.all)
  func theOrderOfSamplesDoesNotMatter(_ test: ObjectiveCase) throws {
    let objective = test.objective(dimension)
    let batch = batch(test)
    let order = Tensor([3, 0, 5, 1, 4, 2])
    let rows = Tensor([3, 0, 5, 1, 4, 2, 9, 6, 11, 7, 10, 8])
    let permuted = EmbeddedViews(
      batch.embeddings.gathered(rows), views: 2, labels: batch.labels?.gathered(order),
      targets: batch.targets?.gathered(rows))
    let loss = objective.loss(of: batch).item
    #expect(objective.loss(of: permuted).item.isApproximately(loss, relative: 1e-12))
    let moved = try gradient(objective, batch).gathered(rows)
    // The same terms summed in another order.
    #expect(abs(try gradient(objective, permuted) - moved).max().item < 1e-11)
  }

  @Test(arguments: ObjectiveCase.all)
  func theOrderOfViewsDoesNotMatter(_ test: ObjectiveCase) {
    let objective = test.objective(dimension)
    let batch = batch(test)
    let swapped = EmbeddedViews(
      Tensor.concatenated(batch.eachView.reversed()), views: 2, labels: batch.labels,
      targets: batch.targets.map { Tensor.concatenated($0.split(samples).reversed()) })
    let loss = objective.loss(of: batch).item
    #expect(objective.loss(of: swapped).item.isApproximately(loss, relative: 1e-12))
  }

  @Test(arguments: ObjectiveCase.all, [DType.float32, .bfloat16])
  func degenerateEmbeddingsGiveFiniteLossesAndGradients(
    _ test: ObjectiveCase, _ dtype: DType
  ) throws {
    let objective = test.objective(dimension, .float32)
    let shape = [2 * samples, dimension]
    let zeros = Tensor.zeros(shape)
    let oneRow = Tensor.concatenated([
      Tensor.zeros([1, dimension]), Samples.normal(seed: 8, [11, dimension]).to(.float32),
    ])
    for z in [Tensor.ones(shape), zeros, oneRow, Tensor.full(shape, 1e-20), oneRow * 1e4] {
      let batch = EmbeddedViews(
        z.to(dtype), views: 2, labels: Tensor([0, 1, 0, 1, 1, 0]), targets: z.to(dtype))
      #expect(objective.loss(of: batch).isFinite)
      // In bfloat16 a gradient of 1e12 at a vector of length 0 is a finite number, too.
      #expect(try gradient(objective, batch).isFinite)
    }
  }

  @Test(arguments: ObjectiveCase.all)
  func halfPrecisionEmbeddingsAreScoredInFloat32(_ test: ObjectiveCase) {
    let objective = test.objective(dimension, .float32)
    let batch = batch(test, .bfloat16)
    let loss = objective.loss(of: batch)
    #expect(loss.dtype == .float32)
    let same = EmbeddedViews(
      batch.embeddings.to(.float32), views: 2, labels: batch.labels,
      targets: batch.targets?.to(.float32))
    #expect(loss.item == objective.loss(of: same).item)
  }
}
