import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// Some terms of VICReg as an objective of their own.
private struct SomeTerms: Objective {
  let some: Set<ObjectiveTerm>

  func loss(of batch: EmbeddedViews) -> Tensor { VICReg().loss(of: batch, terms: some) }
}

/// Terms of the loss at h, under every schedule.
@Suite struct PlacedLossTests {
  static let schedules = [
    "joint", "two-timescale", "alternating:2", "alternating:2,fresh", "unrolled:2,rate=0.1",
    "implicit:3,steps=1", "frozen", "frozen:orthogonal", "reset:2", "ema:0.9",
  ]

  private func schedule(_ text: String) throws -> any HeadSchedule {
    try ScheduleChoice(parsing: text).schedule(seed: 4)
  }

  private func objective(_ base: any Objective, _ places: LossPlaces = .z) -> HeadedObjective {
    let objective = Initializer.seeded(by: 3) {
      HeadedObjective(
        head: .mlp(hidden: [5], output: 4, batchNorm: true), inputs: 6, base: base, places: places)
    }
    objective.head.convert(to: .float64)
    return objective
  }

  private func turn(
    _ text: String, _ objective: HeadedObjective, _ h: Tensor
  ) throws -> (HeadTurn, phi: [[Double]]) {
    let schedule = try schedule(text)
    Initializer.seeded(by: 6) { schedule.begin(with: objective) }
    let leaf = h.copied()
    leaf.requiresGradient = true
    let optimizer = SGD(objective.parameters, learningRate: 0.01, momentum: 0.9)
    let turn = try schedule.turn(
      HeadGame(
        objective: objective, batch: EmbeddedViews(leaf, views: 2), optimizer: optimizer,
        further: { EmbeddedViews(normal(seed: 70 + UInt64($0), h.shape), views: 2) }))
    return (turn, objective.parameters.map { $0.parameter.tensor.scalars(Double.self) })
  }

  private func gradient(of loss: (EmbeddedViews) -> Tensor, at h: Tensor) throws -> Tensor {
    let leaf = h.copied()
    leaf.requiresGradient = true
    loss(EmbeddedViews(leaf, views: 2)).backward()
    return try #require(leaf.gradient)
  }

  /// The schedule's own gradient of what stands at z, plus the plain gradient of what stands at h.
  @Test(arguments: schedules)
  func theGradientIsThatOfTheTermsAtZPlusThatOfTheTermsAtH(_ text: String) throws {
    let h = normal(seed: 1, [16, 6])
    let places = try ObjectiveChoice(parsing: "vicreg,variance@h,covariance@both").places
    let (placed, phi) = try turn(text, objective(VICReg(), places), h)
    let (atZ, phiAtZ) = try turn(text, objective(SomeTerms(some: [.invariance, .covariance])), h)
    let atH = try gradient(
      of: { VICReg().loss(of: $0, terms: [.variance, .covariance]) }, at: h)
    let expected = atZ.gradient + atH
    // Float64; only the order of a sum differs.
    #expect(abs(placed.gradient - expected).max().item < 1e-12)
    #expect(abs(atH).max().item > 1e-3 && abs(atZ.gradient).max().item > 1e-3)
    let added = VICReg().loss(of: EmbeddedViews(h, views: 2), terms: [.variance, .covariance]).item
    #expect(placed.loss.isApproximately(atZ.loss + added, relative: 1e-12))
    for (left, right) in zip(phi, phiAtZ) {
      #expect(zip(left, right).allSatisfy { $0.isApproximately($1, within: 1e-12) })
    }
  }

  @Test(arguments: ["joint", "two-timescale", "frozen"])
  func theEncoderLearnsFromWhatIsHeldAndTheHeadDoesNot(_ text: String) throws {
    let h = normal(seed: 1, [16, 6])
    let places = try ObjectiveChoice(parsing: "vicreg,covariance@held").places
    let (held, phi) = try turn(text, objective(VICReg(), places), h)
    // One step at once: θ sees the head as it stands, as it does where nothing is held.
    let (whole, _) = try turn(text, objective(VICReg()), h)
    #expect(abs(held.gradient - whole.gradient).max().item < 1e-12)
    #expect(held.loss.isApproximately(whole.loss, relative: 1e-12))
    let (_, phiOfOthers) = try turn(
      text, objective(SomeTerms(some: [.invariance, .variance])), h)
    for (left, right) in zip(phi, phiOfOthers) {
      #expect(zip(left, right).allSatisfy { $0.isApproximately($1, within: 1e-12) })
    }
  }

  @Test func theHeadsTurnsDoNotSeeWhatIsHeld() throws {
    let h = normal(seed: 1, [16, 6])
    let places = try ObjectiveChoice(parsing: "vicreg,covariance@held").places
    let (_, phi) = try turn("alternating:2", objective(VICReg(), places), h)
    let (_, phiOfOthers) = try turn(
      "alternating:2", objective(SomeTerms(some: [.invariance, .variance])), h)
    for (left, right) in zip(phi, phiOfOthers) {
      #expect(zip(left, right).allSatisfy { $0.isApproximately($1, within: 1e-12) })
    }
  }

  @Test(arguments: schedules)
  func aLossAtHIsTheLossWithoutAHeadAndLeavesTheHeadAlone(_ text: String) throws {
    let placed = tinyTrainer(try schedule(text), places: .h) { _ in VICReg() }
    let headless = tinyTrainer(NoHead(), head: .none) { _ in VICReg() }
    let before = placed.objective.head.state.mapValues { $0.scalars(Double.self) }
    #expect(try train(placed, steps: 2) == train(headless, steps: 2))
    #expect(values(placed, "encoder.") == values(headless, "encoder."))
    if text != "frozen:orthogonal" {
      #expect(placed.objective.head.state.mapValues { $0.scalars(Double.self) } == before)
    }
    let gap = placed.bestResponseGap(
      on: ViewBatch(tinyImages(seed: 9)), steps: 2, learningRate: 0.1)
    #expect(gap == nil)
  }

  @Test(arguments: schedules)
  func aLossAtZIsTheUsualOneBitForBit(_ text: String) throws {
    let usual = tinyTrainer(try schedule(text)) { _ in VICReg() }
    let places = try ObjectiveChoice(parsing: "vicreg@h,invariance@z,variance@z,covariance@z")
      .places
    let placed = tinyTrainer(try schedule(text), places: places) { _ in VICReg() }
    #expect(try train(usual) == train(placed))
    #expect(values(usual) == values(placed))
  }

  @Test(arguments: schedules)
  func aLossAtBothIsTheSum(_ text: String) throws {
    let h = normal(seed: 2, [16, 6])
    let base = InfoNCE(temperature: 0.3)
    let (both, phi) = try turn(text, objective(base, .both), h)
    let (atZ, phiAtZ) = try turn(text, objective(base), h)
    let (atH, _) = try turn(text, objective(base, .h), h)
    #expect(both.loss.isApproximately(atZ.loss + atH.loss, relative: 1e-12))
    #expect(abs(both.gradient - (atZ.gradient + atH.gradient)).max().item < 1e-12)
    #expect(
      zip(phi, phiAtZ).allSatisfy {
        zip($0, $1).allSatisfy { $0.isApproximately($1, within: 1e-12) }
      })
  }

  @Test(arguments: [1, 5])
  func aGradientCacheCarriesTheTermsAtHToo(_ limit: Int) throws {
    let places = try ObjectiveChoice(parsing: "vicreg,variance@h").places
    let whole = tinyTrainer(.joint, method: .sgd(momentum: 0.9), places: places) { _ in VICReg() }
    let parts = tinyTrainer(
      .joint, method: .sgd(momentum: 0.9), encoderLimit: limit, places: places
    ) { _ in VICReg() }
    let losses = try zip(train(whole, rate: 0.01), train(parts, rate: 0.01))
    // Sums over rows in another order, float32, over six steps.
    #expect(losses.allSatisfy { $0.isApproximately($1, relative: 1e-5) })
    let (left, right) = (values(whole, "encoder."), values(parts, "encoder."))
    for (name, own) in left {
      #expect(zip(own, right[name] ?? []).allSatisfy { $0.isApproximately($1, within: 1e-4) })
    }
  }
}
