import Contrastive
import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

/// What objectives say about themselves: their softmax, the bound they give on mutual information, the samples they need.
@Suite struct ObjectiveConventionTests {
  private func objective(_ text: String, temperature: Double = 0.1) throws -> any Objective {
    try ObjectiveChoice(parsing: text).objective(dimension: 4, temperature: temperature)
  }

  @Test(
    arguments: [
      ("nt-xent", .init(temperature: 0.25)), ("nt-xent,tiled", .init(temperature: 0.25)),
      ("nt-xent,dot", .init(temperature: 0.25, similarity: .dot)),
      ("nt-xent,learned", .init(temperature: 0.25)), ("supcon", .init(temperature: 0.25)),
      ("dcl", .init(temperature: 0.25, candidates: .otherSamples)),
      ("moco:8", .init(temperature: 0.25, candidates: .queue)),
      ("spectral", nil), ("alignment-uniformity", nil), ("t-kernel", nil), ("vicreg", nil),
      ("sigreg", nil),
      ("barlow-twins", nil), ("byol", nil), ("simsiam", nil),
    ] as [(String, SoftmaxConvention?)])
  func eachSaysWhichSoftmaxItHas(_ text: String, _ expected: SoftmaxConvention?) throws {
    // ¼ and its logarithm: a learned scale comes back through float32's exponential.
    let softmax = try objective(text, temperature: 0.25).softmax
    #expect(softmax?.similarity == expected?.similarity)
    #expect(softmax?.candidates == expected?.candidates)
    #expect(softmax?.includesPositive == expected.map { _ in text != "dcl" })
    let (found, given) = (softmax?.temperature ?? 0, expected?.temperature ?? 0)
    #expect(found.isApproximately(given, within: 1e-7))
  }

  @Test func aLearnedTemperatureIsToldAsItStands() throws {
    let objective = InfoNCE(temperature: 0.5, learnsTemperature: true)
    withoutGradients { objective.module?.parameters.first?.parameter.tensor.fill(log(8)) }
    #expect(try #require(objective.softmax).temperature.isApproximately(0.125, within: 1e-7))
  }

  @Test(arguments: ["nt-xent", "nt-xent,tiled", "nt-xent,learned", "nt-xent,dot", "t-kernel"])
  func embeddingsThatTellNothingApartGiveABoundOfZeroAtEveryBatchSize(_ text: String) throws {
    for samples in [2, 8, 50] {
      let objective = try objective(text)
      let loss = objective.loss(of: Tensor.ones([2 * samples, 4], .float32), views: 2).item
      let bound = objective.mutualInformationBound(loss: loss, samples: samples, views: 2)
      // float32 losses of at most 4.6.
      #expect(try #require(bound).isApproximately(0, within: 1e-5))
    }
  }

  @Test(arguments: [nil, 3, 512])
  func orthogonalSamplesGiveItsClosedForm(_ tile: Int?) throws {
    for (samples, temperature) in [(4, 0.5), (9, 0.1)] {
      let one = Tensor.eye(samples, .float64)
      let objective = InfoNCE(temperature: temperature, tile: tile)
      let loss = objective.loss(of: .concatenated([one, one]), views: 2).item
      let bound = try #require(
        objective.mutualInformationBound(loss: loss, samples: samples, views: 2))
      let others = Double(2 * samples - 2)
      let expected = log(others + 1) - log(1 + others * exp(-1 / temperature))
      #expect(bound.isApproximately(expected, within: 1e-12))
    }
  }

  /// Both views are a fair coin's side: their mutual information is ln 2. All batches of N coins are averaged, with a
  /// critic that tells the sides apart: the loss of an anchor is ln(1 + 2B), B the others of its side.
  ///
  /// The two views of a coin are no independent candidates: ln(2N − 1) − loss comes out above ln 2 for large N, by less
  /// than the candidates could be fewer; ln N − loss does not.
  @Test(arguments: [2, 3, 4, 6])
  func itIsAKnownMutualInformationsBoundUpToThePairsAmongCandidates(_ samples: Int) throws {
    let objective = InfoNCE(temperature: 0.01)
    let batches = (0..<1 << samples).map { bits in
      (0..<samples).map { bits >> $0 & 1 == 1 ? 1.0 : -1.0 }
    }
    let losses = batches.map { sides in
      objective.loss(of: Tensor(sides + sides, shape: [2 * samples, 1]), views: 2).item
    }
    let mean = losses.reduce(0, +) / Double(losses.count)
    let bound = try #require(
      objective.mutualInformationBound(loss: mean, samples: samples, views: 2))
    var binomial = 1.0
    var expected = log(Double(2 * samples - 1))
    for others in 0..<samples {
      expected -= binomial / Double(1 << (samples - 1)) * log(Double(1 + 2 * others))
      binomial *= Double(samples - 1 - others) / Double(others + 1)
    }
    #expect(bound.isApproximately(expected, within: 1e-10))
    let pairs = log(Double(2 * samples - 1) / Double(samples))
    #expect(bound > 0 && bound - pairs < log(2.0))
    #expect((bound < log(2.0)) == (samples < 5))
  }

  @Test func furtherViewsOfASampleDoNotCountAsCandidates() throws {
    // Views at one point, samples orthogonal, τ → 0: each loss is ln 3, of four views at one point.
    let one = Tensor.eye(5, .float64)
    let objective = InfoNCE(temperature: 0.01)
    let loss = objective.loss(of: .concatenated([one, one, one, one]), views: 4).item
    let bound = objective.mutualInformationBound(loss: loss, samples: 5, views: 4)
    #expect(try #require(bound).isApproximately(log(17.0) - log(3.0), within: 1e-10))
  }

  @Test(arguments: [
    "dcl", "moco:8", "supcon", "spectral", "alignment-uniformity", "vicreg", "barlow-twins",
    "sigreg", "byol",
    "simsiam",
  ])
  func aLossThatIsNoSuchBoundHasNone(_ text: String) throws {
    #expect(try objective(text).mutualInformationBound(loss: 1, samples: 8, views: 2) == nil)
  }

  @Test(arguments: ["moco:8", "byol", "simsiam"])
  func oneSampleIsEnoughWhereNothingInTheBatchIsContrasted(_ text: String) throws {
    let objective = try objective(text)
    #expect(objective.minimumSamples == 1)
    let z = Samples.normal(seed: 1, [2, 4]).to(.float32)
    z.requiresGradient = true
    let loss = objective.loss(of: EmbeddedViews(z, views: 2, targets: z.detached() * 2))
    loss.backward()
    #expect(loss.isFinite && z.gradient?.isFinite == true)
  }

  @Test(arguments: [
    "nt-xent", "nt-xent,tiled", "dcl", "spectral", "supcon", "alignment-uniformity", "t-kernel",
    "vicreg", "barlow-twins",
  ])
  func oneSampleIsRefusedInOneSentenceWhereItTakesTwo(_ text: String) async throws {
    #expect(try objective(text).minimumSamples == 2)
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [text] in
      let objective = try ObjectiveChoice(parsing: text).objective(dimension: 3, temperature: 0.1)
      _ = objective.loss(of: EmbeddedViews(.ones([2, 3]), views: 2, labels: Tensor([0])))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("of 1 samples with 2 views each: it needs 2 samples"))
  }

  @Test func oneViewIsRefusedButWithLabels() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = InfoNCE(temperature: 0.1).loss(of: .ones([4, 3]), views: 1)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("it needs 2 samples and 2 views at least"))

    let z = Samples.normal(seed: 2, [4, 3])
    let supervised = SupervisedContrastive(temperature: 0.5)
    let pairs = EmbeddedViews(z, views: 1, labels: Tensor([0, 1, 1, 0]))
    #expect(supervised.loss(of: pairs).isFinite)
    // Two views make a pair of each sample, whatever the classes.
    let alone = EmbeddedViews(z, views: 2, labels: Tensor([0, 1]))
    #expect(supervised.loss(of: alone).isFinite)
    let refused = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let labels = Tensor([0, 1, 1, 2])
      _ = SupervisedContrastive(temperature: 0.5)
        .loss(of: EmbeddedViews(.ones([4, 3]), views: 1, labels: labels))
    }
    let reason = String(decoding: refused?.standardErrorContent ?? [], as: UTF8.self)
    #expect(reason.contains("a class with one sample has no positives"))
  }
}
