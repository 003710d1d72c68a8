import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

/// A batch that several processes have between them has the loss and the gradients of one process with all of it.
@Suite(.serialized) struct SharedObjectiveTests {
  private static let samples = 6
  private static let inputs = 5

  struct Found: Sendable {
    var loss = 0.0
    var z: [Double] = []
    var atH: [Double] = []
    var atPhi: [[Double]] = []
  }

  private static func found(
    _ test: ObjectiveCase, views: Int, places: LossPlaces = .z, sparse: Bool = false,
    _ group: ProcessGroup? = nil
  ) throws -> Found {
    let centres = Samples.normal(seed: 1, [samples, inputs])
    let all = (0..<views).map {
      centres + Samples.normal(seed: 10 + UInt64($0), centres.shape) * 0.4
    }
    let size = group?.size ?? 1
    let own = (group?.rank ?? 0) * samples / size..<((group?.rank ?? 0) + 1) * samples / size
    let h = Tensor.concatenated(all.map { $0[own] })
    h.requiresGradient = true
    let targets = (0..<views).map { Samples.normal(seed: 30 + UInt64($0), [samples, 4])[own] }
    let objective = Initializer.seeded(by: 5) {
      var head = HeadArchitecture.mlp(hidden: [7], output: 4, batchNorm: true)
      head.sparse = sparse ? HeadArchitecture.SparseCode(width: 6) : nil
      return HeadedObjective(head: head, inputs: inputs, base: test.make(4), places: places)
    }
    objective.head.convert(to: .float64)
    objective.base.module?.convert(to: .float64)
    let phi = objective.parameters.map(\.parameter.tensor)
    let sums = group.map { GradientSums(of: phi, over: $0, piece: 64) }
    let batch = EmbeddedViews(
      h, views: views, labels: Tensor([0, 1, 0, 1, 1, 0])[own],
      targets: Tensor.concatenated(targets), sharedBy: group)
    let evaluation = withBatchStatistics(over: group) { objective.evaluated(batch) }
    sums?.expect()
    evaluation.loss.backward()
    sums?.finish()
    return Found(
      loss: evaluation.loss.item, z: evaluation.z.detached().scalars(Double.self),
      atH: try #require(h.gradient).scalars(Double.self),
      atPhi: phi.map { $0.gradient?.scalars(Double.self) ?? [] })
  }

  private func expect(
    _ together: [Result<Found, any Error>], toBe alone: Found, views: Int, _ name: String
  ) throws {
    func difference(_ one: [Double], _ other: [Double]) -> Double {
      guard one.count == other.count else { return .infinity }
      return zip(one, other).map { abs($0 - $1) }.max() ?? 0
    }
    let share = Self.samples / together.count * Self.inputs
    let scale = max(1, alone.atH.map(abs).max() ?? 0)
    for (rank, result) in together.enumerated() {
      let found = try result.get()
      // A few hundred terms in float64, in another order.
      #expect(found.loss.isApproximately(alone.loss, relative: 1e-11), "\(name)")
      #expect(difference(found.z, alone.z) < 1e-11, "\(name)")
      let own = (0..<views).flatMap { view in
        let start = view * Self.samples * Self.inputs + rank * share
        return alone.atH[start..<start + share]
      }
      #expect(difference(found.atH, own) < 1e-10 * scale, "\(name): at h")
      for (one, other) in zip(found.atPhi, alone.atPhi) {
        let scale = max(1, other.map(abs).max() ?? 0)
        #expect(difference(one, other) < 1e-10 * scale, "\(name): at φ")
      }
    }
  }

  @Test(arguments: ObjectiveCase.all, [2, 3])
  func aSharedBatchHasTheLossAndTheGradientsOfTheWhole(_ test: ObjectiveCase, _ size: Int) throws {
    for views in [2, 3] {
      let alone = try Self.found(test, views: views)
      #expect(alone.atH.contains { abs($0) > 1e-4 })
      let together = try processes(size) { try Self.found(test, views: views, $0) }
      try expect(together, toBe: alone, views: views, test.testDescription)
    }
  }

  @Test(arguments: [LossPlaces(.h), LossPlaces(.both), LossPlaces(.held)])
  func termsThatStandElsewhereAreSharedToo(_ places: LossPlaces) throws {
    for name in ["nt-xent cosine 0.5", "vicreg"] {
      let test = try #require(ObjectiveCase.all.first { $0.testDescription == name })
      let alone = try Self.found(test, views: 2, places: places)
      let together = try processes(2) { try Self.found(test, views: 2, places: places, $0) }
      try expect(together, toBe: alone, views: 2, "\(name) \(places)")
    }
  }

  @Test func aHeadsOwnPartOfTheLossIsShared() throws {
    let test = try #require(ObjectiveCase.all.first { $0.testDescription == "dcl" })
    let alone = try Self.found(test, views: 2, sparse: true)
    let together = try processes(3) { try Self.found(test, views: 2, sparse: true, $0) }
    try expect(together, toBe: alone, views: 2, "sparse")
  }

  /// What needs statistics of the whole batch, or a logarithm of a sum over it, is no mean over rows.
  @Test func objectivesOfWholeBatchesAreGivenWholeBatches() {
    let whole = ObjectiveCase.all.filter { !$0.objective(4).isMeanOverRows }.map(\.testDescription)
    #expect(whole == ["alignment-uniformity", "vicreg", "barlow-twins", "sigreg"])
  }
}
