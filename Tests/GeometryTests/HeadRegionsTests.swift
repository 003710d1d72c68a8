import Geometry
import TestSupport
import Testing
import Torch

@Suite struct HeadRegionsTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("measures.safetensors") }

  private func hidden(_ h: Tensor) -> (first: Tensor, second: Tensor) {
    let first = h.linear(weight: fixture["regions.weight1"], bias: fixture["regions.bias1"])
    let second = first.relu()
      .linear(weight: fixture["regions.weight2"], bias: fixture["regions.bias2"])
    return (first, second)
  }

  private func head(_ h: Tensor) -> Tensor {
    hidden(h).second.relu()
      .linear(weight: fixture["regions.weight3"], bias: fixture["regions.bias3"])
  }

  private func patterns(_ h: Tensor) -> Tensor {
    let units = hidden(h)
    return Tensor.concatenated([units.first, units.second], along: 1).exceeds(0)
  }

  @Test func regionsAreThoseOfPyTorchsHeadCountedByLoops() throws {
    let own = patterns(fixture["regions.h"])
    let regions = try HeadRegions(of: own, views: (own, patterns(fixture["regions.views"])))
    #expect(Double(regions.count) == fixture.number("regions.count"))
    // Counts over counts: exact.
    #expect(regions.sameSample == fixture.number("regions.same_sample"))
    let two = try #require(regions.twoSamples)
    #expect(two.isApproximately(fixture.number("regions.two_samples"), within: 1e-15))
  }

  @Test func theRankOfARegionsMapIsPyTorchs() throws {
    let geometry = try ProjectorGeometry(of: head, at: fixture["regions.h"], rank: 1)
    let ranks = geometry.localRanks
    #expect(ranks.count == 60)
    let mean = Double(ranks.reduce(0, +)) / 60
    #expect(mean.isApproximately(fixture.number("regions.rank"), within: 1e-12))
  }

  @Test func aLinearMapHasItsRankEverywhereAndZeroNone() throws {
    let h = normalMatrix(seed: 1, rows: 9, columns: 6)
    let map = normalMatrix(seed: 2, rows: 6, columns: 2)
      .matmul(normalMatrix(seed: 3, rows: 2, columns: 5))
    let linear = try ProjectorGeometry(of: { $0.matmul(map) }, at: h, rank: 1)
    #expect(linear.localRanks == [Int](repeating: 2, count: 9))
    let zero = try ProjectorGeometry(of: { $0 * 0 }, at: h, rank: 1)
    #expect(zero.localRanks == [Int](repeating: 0, count: 9))
  }

  @Test func unitsThatAreTheSignsOfCoordinatesMakeRegionsOfOrthants() throws {
    // Forty units in a line and their mirror images: more than one word.
    let points = Tensor([1, 2, -1, 3, -2] as [Double], shape: [5, 1])
    let units = points.matmul(Tensor.ones([1, 40], .float64))
    let own = Tensor.concatenated([units, -units], along: 1).exceeds(0)
    let regions = try HeadRegions(of: own, views: (own[0..<3], own[2..<5]))
    #expect(regions.count == 2)
    // First views +, +, −; second views −, +, −.
    #expect(regions.sameSample == 2.0 / 3)
    // Of the six pairs of two samples: (0, 1), (1, none), (2, 0).
    #expect(regions.twoSamples == 2.0 / 6)
    #expect(try HeadRegions(of: own).sameSample == nil)
  }

  @Test func theOrderOfUnitsAndASecondCopyOfASampleChangeNoCount() throws {
    let own = patterns(fixture["regions.h"])
    let turned = own.to(.int64).reversed(along: 1).exceeds(0)
    let twice = Tensor.concatenated([turned, turned])
    #expect(try HeadRegions(of: own).count == HeadRegions(of: twice).count)
  }

  @Test func whatDoesNotFitIsAnError() {
    let own = patterns(fixture["regions.h"])
    #expect(throws: GeometryError.self) { try HeadRegions(of: own, views: (own, own[0..<3])) }
    #expect(throws: GeometryError.self) {
      let narrow = own.slice(0..<2, along: 1)
      return try HeadRegions(of: own, views: (narrow, narrow))
    }
  }

  @Test func theStretchOfDirectionsIsPyTorchsJVP() throws {
    let h = fixture["regions.h"]
    let gain =
      try meanStretch(at: h, along: fixture["regions.directions"], of: head)
      / meanStretch(at: h, along: fixture["regions.compared"], of: head)
    #expect(gain.isApproximately(fixture.number("regions.gain"), relative: 1e-9))
  }
}
