import Augmentations
import Contrastive
import Datasets
import Foundation
import Measures
import TestSupport
import Testing
import Torch
import TorchNN

/// A linear encoder and a linear head, through which every figure is known exactly.
///
/// h = B·C·x with C random 2×pixels and B the two columns e₁ and cos θ·e₂ + sin θ·e₄ of eight dimensions: h
/// fills a plane. The head is diag(3, 2, 1) on the first three coordinates.
@Suite struct LinearMeasurementTests {
  private final class LinearEncoder: Module, Encoder {
    let outputDimension: Int
    let matrix: Buffer

    init(_ matrix: Tensor) {
      self.matrix = Buffer(matrix)
      outputDimension = matrix.size(1)
    }

    func callAsFunction(_ images: Tensor) -> Tensor {
      images.flattened(from: 1).matmul(matrix.tensor)
    }
  }

  private static let angle = 0.7
  private static let side = 8

  /// Dark enough that no brightness of the policy clips; the labels halve the samples.
  private let data: DatasetSplits
  /// c = C·x of each held-out image, N×2, and C itself.
  private let coordinates: [[Double]]
  private let projection: Tensor
  private let model: MeasuredModel

  init() throws {
    var random = CounterRandom(seed: 3)
    let side = Self.side
    let length = 3 * side * side
    func images(_ count: Int) -> ImageDataset {
      ImageDataset(
        name: "noise", height: side, width: side,
        pixels: (0..<count * length).map { _ in UInt8(random.index(below: 120)) },
        labels: (0..<count).map { $0 % 2 }, classNames: ["even", "odd"])
    }
    data = DatasetSplits(train: images(40), heldOut: images(100))
    let c = Tensor((0..<length * 2).map { _ in Double(random.normal()) }, shape: [length, 2])
    projection = c
    coordinates = (0..<100).map { [data] index in
      let interleaved = Tensor(data.heldOut.image(at: index).map { Double($0) / 255 })
      let planar = interleaved.reshaped([side * side, 3]).transposed().reshaped([1, length])
      return planar.matmul(c).scalars(Double.self)
    }
    let (cosine, sine) = (cos(Self.angle), sin(Self.angle))
    let b = Tensor(
      [1, 0, 0, 0, 0, 0, 0, 0, 0, cosine, 0, sine, 0, 0, 0, 0], shape: [2, 8])
    let head = ProjectionHead(.linear(3), inputs: 8)
    let weight =
      [3, 0, 0, 0, 0, 0, 0, 0] + [0, 2, 0, 0, 0, 0, 0, 0] + [0, 0, 1, 0, 0, 0, 0, 0] as [Double]
    try head.load([
      "0.weight": Tensor(weight, shape: [3, 8]).to(.float32), "0.bias": Tensor.ones([3]),
    ])
    let policy = Policy.lie([.brightness: 0.4])
    model = MeasuredModel(
      encoder: LinearEncoder(c.matmul(b).to(.float32)), head: head, splits: data,
      policy: PolicyPair(policy), policyChoice: .described(policy))
  }

  /// Through float32.
  private let tolerance = 1e-4

  @Test func tangentsAlongBrightnessAreTheEmbeddingsThemselves() throws {
    let layers = try model.figures(.geometry)
    // d/dε exp(ε)·x = x, so the tangent is h; of 100 samples, at most 128, all are measured.
    let lengths = coordinates.map { ($0[0] * $0[0] + $0[1] * $0[1]).squareRoot() }
    let stretched = coordinates.map { c in
      (9 * c[0] * c[0] + 4 * pow(cos(Self.angle) * c[1], 2)).squareRoot()
    }
    let h = try #require(layers[0]["tangent_norm.brightness"])
    #expect(h.isApproximately(lengths.reduce(0, +) / 100, relative: tolerance))
    let z = try #require(layers[1]["tangent_norm.brightness"])
    #expect(z.isApproximately(stretched.reduce(0, +) / 100, relative: tolerance))
    #expect(layers[0]["tangent_gain.brightness"] == nil)

    // The mean stretch of a random direction, from directions of this test's own.
    var random = CounterRandom(seed: 17)
    let draws = (0..<100_000).map { _ -> Double in
      let r = (0..<8).map { _ in Double(random.normal()) }
      let squares = r.map { $0 * $0 }
      return ((9 * squares[0] + 4 * squares[1] + squares[2]) / squares.reduce(0, +)).squareRoot()
    }
    let expected =
      zip(stretched, lengths).map { $0 / $1 }.reduce(0, +) / 100
      / (draws.reduce(0, +) / Double(draws.count))
    let gain = try #require(layers[1]["tangent_gain.brightness"])
    // Eight directions at each of 100 points; their stretch of mean 1.2 deviates by 0.5: five errors.
    #expect(gain.isApproximately(expected, relative: 5 * 0.5 / 1.2 / 800.0.squareRoot()))
  }

  @Test func twoClassesAreStretchedAsTheLineBetweenTheirMeansIs() throws {
    let gain = try #require(try model.figures(.light(samples: 100))[1]["class_gain"])
    let means = (0..<2).map { label -> [Double] in
      let members = coordinates.indices.filter { data.heldOut.labels[$0] == label }
      return (0..<2).map { axis in
        members.reduce(0) { $0 + coordinates[$1][axis] } / Double(members.count)
      }
    }
    // The line between them lies in the plane of e₁ and cos θ·e₂ + sin θ·e₄.
    let line = (means[1][0] - means[0][0], means[1][1] - means[0][1])
    let stretch =
      hypot(3 * line.0, 2 * cos(Self.angle) * line.1) / hypot(line.0, line.1)
    var random = CounterRandom(seed: 17)
    let draws = (0..<100_000).map { _ -> Double in
      let squares = (0..<8).map { _ in pow(Double(random.normal()), 2) }
      return ((9 * squares[0] + 4 * squares[1] + squares[2]) / squares.reduce(0, +)).squareRoot()
    }
    let mean = draws.reduce(0, +) / Double(draws.count)
    // Eight random directions at each of 32 anchors; their stretch of mean 1.2 deviates by 0.5: five errors.
    #expect(gain.isApproximately(stretch / mean, relative: 5 * 0.5 / 1.2 / 256.0.squareRoot()))
  }

  @Test func aLinearHeadIsAffineInOnePiece() throws {
    #expect(try model.figures(.light(samples: 100))[0]["head_regions"] == nil)
  }

  @Test func planesMeetAtTheAngleTheyWereBuiltWith() throws {
    let h = try model.figures(.geometry)[0]
    let overlap = (1 + pow(cos(Self.angle), 2)) / 2
    for kind in ["", ".global"] {
      let measured = try #require(h["tangent_overlap\(kind).r2"])
      #expect(measured.isApproximately(overlap, within: tolerance), "\(kind)")
      let largest = try #require(h["tangent_angle_largest\(kind).r2"])
      #expect(largest.isApproximately(Self.angle, within: tolerance))
      let smallest = try #require(h["tangent_angle_smallest\(kind).r2"])
      #expect(smallest < 1e-3)
      #expect(h["tangent_overlap_random\(kind).r2"] == 2.0 / 8)
      // The head passes on three directions and no more.
      #expect(h["tangent_overlap\(kind).r3"] != nil && h["tangent_overlap\(kind).r5"] == nil)
    }
  }

  @Test func theNullSpaceIsWhatTheHeadCannotSee() throws {
    let h = try model.figures(.geometry)[0]
    func variances(_ points: [[Double]]) -> [Double] {
      (0..<2).map { axis in
        let values = points.map { $0[axis] }
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      }
    }
    let total = variances(coordinates)
    let hidden = pow(sin(Self.angle), 2)
    let all = total[0] + total[1]
    #expect(
      try #require(h["nullspace_energy.r1"]).isApproximately(total[1] / all, within: tolerance))
    let expected = hidden * total[1] / all
    #expect(try #require(h["nullspace_energy.r2"]).isApproximately(expected, within: tolerance))
    #expect(h["nullspace_energy.r5"] == nil && h["nullspace_energy"] == nil)
    let means = (0..<2).map { label -> [Double] in
      let members = coordinates.indices.filter { data.heldOut.labels[$0] == label }
      return (0..<2).map { axis in
        members.reduce(0) { $0 + coordinates[$1][axis] } / Double(members.count)
      }
    }
    let between = variances(means)
    #expect(
      try #require(h["nullspace_energy_between.r2"]).isApproximately(
        hidden * between[1] / (between[0] + between[1]), within: 1e-3))
  }

  @Test func aLinearPlaneHasTwoDimensionsAndRankTwo() throws {
    let h = try model.figures(.geometry)[0]
    #expect(h["numerical_rank"] == 2)
    let censored = try #require(h["intrinsic_dimension.two_nn_censored"])
    // h has the distances of c, where near points differ by some hundredth of their length.
    #expect(censored.isApproximately(censoredTwoNN(coordinates), relative: 1e-3))
    // With c's covariance S and z = D·c, it is ‖DS‖²/(‖S‖·‖DSD‖).
    let scale: [Double] = [3, 2 * cos(Self.angle)]
    let covariance = scatter(coordinates)
    func squaredNorm(_ entry: (Int, Int) -> Double) -> Double {
      var sum = 0.0
      for i in 0..<2 {
        for j in 0..<2 { sum += pow(entry(i, j), 2) }
      }
      return sum
    }
    let both = squaredNorm { scale[$0] * covariance[$0][$1] }
    let ofH = squaredNorm { covariance[$0][$1] }
    let ofZ = squaredNorm { scale[$0] * covariance[$0][$1] * scale[$1] }
    let similarity = try #require(h["cka.z"])
    #expect(similarity.isApproximately(both / (ofH * ofZ).squareRoot(), relative: tolerance))
  }

  /// Σ (c − c̄)(c − c̄)ᵀ.
  private func scatter(_ points: [[Double]]) -> [[Double]] {
    let means = (0..<2).map { axis in points.map { $0[axis] }.reduce(0, +) / Double(points.count) }
    var sums: [[Double]] = [[0, 0], [0, 0]]
    for point in points {
      let moved = [point[0] - means[0], point[1] - means[1]]
      for i in 0..<2 {
        for j in 0..<2 { sums[i][j] += moved[i] * moved[j] }
      }
    }
    return sums
  }

  /// TwoNN of a hundred points, by all distances: the ten largest ratios are known to exceed the ninetieth.
  private func censoredTwoNN(_ points: [[Double]]) -> Double {
    let logs = points.map { point -> Double in
      let distances = points.map { other -> Double in
        hypot(other[0] - point[0], other[1] - point[1])
      }.sorted()
      return log(distances[2] / distances[1])
    }.sorted()
    return 89 / (logs[..<90].reduce(0, +) + 10 * logs[89])
  }

  @Test func theBrightnessOfOneImagesViewsIsReadExactly() throws {
    // h = e^ε·C·x: the factor e^ε itself, where x is one and the same.
    let image = (0..<3 * Self.side * Self.side).map { UInt8(20 + $0 * 7 % 90) }
    let copies = ImageDataset(
      name: "copies", height: Self.side, width: Self.side,
      pixels: (0..<50).flatMap { _ in image })
    let policy = Policy.lie([.brightness: 0.4])
    let layers = try MeasuredModel(
      encoder: LinearEncoder(projection.to(.float32)),
      head: ProjectionHead(.linear(3), inputs: 2),
      splits: DatasetSplits(train: copies, heldOut: copies), policy: PolicyPair(policy),
      policyChoice: .described(policy)
    ).figures(.geometry)
    for figures in layers {
      // Up to float32's rounding and the smallest L2 weight, 10⁻⁸.
      let score = try #require(figures["augmentation.brightness"])
      #expect(score.isApproximately(1, within: 1e-6))
      let convention = try #require(figures.conventions["augmentation.brightness"])
      #expect(convention.n == 100 && convention.fitted == 400 && convention.views == 10)
    }
  }

  @Test func aPolicyOfOnePartIsThatPart() throws {
    let layers = try model.figures(.geometry)
    #expect(layers[0]["augmentation.hue"] == nil)
    let own = try #require(layers[0]["invariance.brightness"])
    let whole = try #require(layers[0]["invariance"])
    #expect(own.isApproximately(whole, within: 1e-9))
  }

  @Test func oneDimensionIsMeasuredAsAny() throws {
    let single = LinearEncoder(projection.slice(0..<1, along: 1).to(.float32))
    let policy = Policy.simCLR(strength: 0.5)
    let layers = try MeasuredModel(
      encoder: single, head: ProjectionHead(.linear(1), inputs: 1), splits: data,
      policy: PolicyPair(policy), policyChoice: "simclr"
    ).figures()
    for figures in layers {
      #expect(figures.dimension == 1)
      #expect(try #require(figures["effective_rank"]).isApproximately(1, within: 1e-12))
    }
    // Along the only direction there is, every direction is stretched alike.
    #expect(try #require(layers[1]["tangent_gain.hue"]).isApproximately(1, within: 1e-6))
    #expect(layers[0]["tangent_overlap.r1"] == 1 && layers[0]["tangent_overlap.r2"] == nil)
    let energy = try #require(layers[0]["nullspace_energy.r1"])
    #expect(energy < 1e-12)
    #expect(try #require(layers[0]["cka.z"]).isApproximately(1, within: 1e-6))
  }

  @Test func anUntrainedRandomHeadStretchesNoDirectionMoreThanAnother() throws {
    let layers = try Initializer.seeded(by: 5) {
      let encoder = ResNet.resNet18(width: 4)
      let splits = try DatasetRequest(
        kind: .sprites, imageSize: 16, trainCount: 10, heldOutCount: 60
      ).load()
      return try MeasuredModel(
        encoder: encoder, head: ProjectionHead(.linear(512), inputs: 32), splits: splits,
        policy: PolicyPair(.simCLR(strength: 0.5)), policyChoice: "simclr"
      ).figures(.geometry)
    }
    // ‖W·v‖²/‖v‖² of 512 uniform rows deviates by √(2/512) of itself, its root by half of that: four errors.
    for generator in Generator.allCases {
      let gain = try #require(layers[1]["tangent_gain.\(generator.rawValue)"])
      #expect(gain.isApproximately(1, within: 4 * 0.0313), "\(generator)")
    }
  }

  @Test func anUntrainedHeadDrawsNoViewsTogether() throws {
    let layers = try Initializer.seeded(by: 5) {
      let encoder = ResNet.resNet18(width: 4)
      let splits = try DatasetRequest(
        kind: .sprites, imageSize: 16, trainCount: 10, heldOutCount: 60
      ).load()
      // An offset, the same for all rows, would draw them together on the sphere.
      let head = ProjectionHead(try HeadArchitecture(parsing: "linear:512,no-bias"), inputs: 32)
      return try MeasuredModel(
        encoder: encoder, head: head, splits: splits,
        policy: PolicyPair(.simCLR(strength: 0.5)), policyChoice: "simclr"
      ).figures(.geometry, by: MeasuredFigures(["orbit_spread"]).measures)
    }
    // A random map keeps angles but for √(2/512) of them; published comparisons of untrained heads find 0.9 to 1.1.
    let spreads = try layers.map { try #require($0["orbit_spread"]) }
    #expect(abs(spreads[0] / spreads[1] - 1) < 0.1)
  }
}
