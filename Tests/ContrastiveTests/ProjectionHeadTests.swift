import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

@Suite struct ProjectionHeadTests {
  private let h = Samples.normal(seed: 1, [7, 12]).to(.float32)

  private func head(_ text: String, seed: UInt64 = 3) throws -> ProjectionHead {
    let architecture = try HeadArchitecture(parsing: text)
    return Initializer.seeded(by: seed) { ProjectionHead(architecture, inputs: 12) }
  }

  @Test(arguments: [
    ("none", ["h"], [12]), ("linear:5", ["h", "z"], [12, 5]),
    ("mlp:9-8-7-5", ["h", "head.1", "head.2", "head.3", "z"], [12, 9, 8, 7, 5]),
    ("mlp:9-5,bn,gelu,out-bn,no-bias,scale=0.1", ["h", "head.1", "z"], [12, 9, 5]),
    ("mlp:9-5,tanh", ["h", "head.1", "z"], [12, 9, 5]),
    ("mlp:9-5,sigmoid", ["h", "head.1", "z"], [12, 9, 5]),
    ("linear:5,out-bn", ["h", "z"], [12, 5]),
    ("bottleneck:9-2-5,bn", ["h", "head.1", "head.2", "z"], [12, 9, 2, 5]),
    ("bottleneck:2-5", ["h", "head.1", "z"], [12, 2, 5]),
    ("orthogonal:5", ["h", "z"], [12, 5]), ("low-rank:3", ["h", "head.1", "z"], [12, 3, 12]),
    ("low-rank:3,fixed", ["h", "head.1", "z"], [12, 3, 12]),
    ("low-rank:3,diagonal", ["h", "z"], [12, 3]),
    ("low-rank:3,diagonal,fixed", ["h", "z"], [12, 3]),
    ("mlp:9-5,levels=4", ["h", "head.1", "z"], [12, 9, 5]),
    ("linear:5,sparse=20", ["h", "head.1", "head.2", "z"], [12, 5, 20, 5]),
    (
      "mlp:9-5,out-bn,sparse=20,top=4,levels=8,prototypes=6",
      ["h", "head.1", "head.2", "head.3", "head.4", "z"], [12, 9, 5, 20, 5, 6]
    ),
    ("first:4", ["h", "z"], [12, 4]), ("reweight:1.5", ["h", "z"], [12, 12]),
  ])
  func everyLayerIsNamed(_ text: String, _ names: [String], _ widths: [Int]) throws {
    let head = try head(text)
    let trace = head.trace(h)
    #expect(trace.map(\.name) == names)
    #expect(trace.map { $0.embedding.size(1) } == widths)
    #expect(head.outputDimension == widths.last)
    #expect(head.architecture.isTrained == !head.parameters.isEmpty)
    let z = head(h)
    #expect(z.isFinite)
    let last = try #require(trace.last?.embedding)
    // Running statistics do not matter in training, so both passes give the same.
    #expect(last.scalars(Float.self) == z.scalars(Float.self))
    #expect(try HeadArchitecture(parsing: text).description == text)
  }

  @Test func identityIsAnotherWordForNone() throws {
    #expect(try HeadArchitecture(parsing: "identity") == .none)
  }

  @Test(arguments: ["relu", "gelu", "tanh", "sigmoid"])
  func anMLPIsWhatItSays(_ activation: String) throws {
    let head = try head("mlp:6-4,\(activation)")
    head.convert(to: .float64)
    let state = head.state.mapValues { $0 }
    func weight(_ name: String) throws -> Tensor { try #require(state[name]) }
    let x = h.to(.float64)
    let hidden = try x.matmul(weight("0.weight").transposed()) + weight("0.bias")
    let squashed: Tensor =
      switch activation {
      case "relu": (hidden + Torch.abs(hidden)) * 0.5
      case "gelu": hidden * (Operator("aten::erf")(hidden * 0.5.squareRoot()) + 1) * 0.5
      case "tanh": (exp(hidden * 2) - 1) / (exp(hidden * 2) + 1)
      default: 1 / (exp(-hidden) + 1)
      }
    let z = try squashed.matmul(weight("2.weight").transposed()) + weight("2.bias")
    #expect(abs(head(x) - z).max().item < 1e-12)
  }

  @Test func theLastLayersInitialWeightsAreScaled() throws {
    let plain = try head("mlp:6-4")
    let scaled = try head("mlp:6-4,scale=0.25")
    #expect(abs(plain(h) * 0.25 - scaled(h)).max().item < 1e-7)
  }

  @Test func anOutputsBatchNormMakesUnitColumns() throws {
    let z = try head("linear:5,out-bn")(h)
    let mean = z.mean(along: [0], keepingDimensions: true)
    #expect(abs(mean).max().item < 1e-6)
    // Variance over N, with 1e-5 added to it.
    #expect(abs((z - mean).squared().mean(along: [0]) - 1).max().item < 1e-3)
  }

  @Test func fixedHeadsAreWhatTheirNamesSay() throws {
    let first = try head("first:4")(h)
    #expect(first.scalars(Float.self) == h.slice(0..<4, along: 1).scalars(Float.self))
    #expect(
      try head("low-rank:4,diagonal,fixed")(h).scalars(Float.self) == first.scalars(Float.self))
    let weights = (0..<12).map { 1 / pow(1.5, $0) }
    let reweighted = try head("reweight:1.5")(h)
    #expect(abs(reweighted - h * Tensor(weights).to(.float32)).max().item < 1e-6)

    let orthogonal = try head("orthogonal:5")(Tensor.eye(12))
    #expect(abs(orthogonal.transposed().matmul(orthogonal) - Tensor.eye(5)).max().item < 1e-6)
    let values = try head("low-rank:3,fixed")(Tensor.eye(12)).singularValues().scalars(Float.self)
    for (index, value) in values.enumerated() {
      #expect(value.isApproximately(index < 3 ? 1 : 0, within: 1e-5))
    }
  }

  @Test func trainedLowRankHeadsHaveThatRank() throws {
    let full = try head("low-rank:3")(Tensor.eye(12)).singularValues().scalars(Float.self)
    #expect(full[2] > 1e-2 && full[3] < 1e-6)
    let diagonal = try head("low-rank:3,diagonal")
    #expect(diagonal.parameters.map { $0.parameter.tensor.shape } == [[3]])
    #expect(diagonal(h).scalars(Float.self) == h.slice(0..<3, along: 1).scalars(Float.self))
    let narrow = try head("bottleneck:2-8,no-bias")(Tensor.eye(12)).singularValues()
    #expect(narrow.scalars(Float.self)[2] < 1e-6)
  }

  @Test func aFixedHeadGivesGradientsToTheEncoderAndTakesNone() throws {
    for text in ["first:4", "reweight:1.5", "orthogonal:5", "low-rank:3,fixed"] {
      let x = h.copied()
      x.requiresGradient = true
      let head = try head(text)
      head(x).squared().sum().backward()
      #expect(head.parameters.isEmpty)
      #expect(x.gradient.map { abs($0).max().item > 0 } == true)
    }
  }

  @Test func reinitialisingEqualsBuildingAnew() throws {
    let old = try head("mlp:6-4,bn,out-bn", seed: 1)
    _ = old(h)
    Initializer.seeded(by: 8) { old.reinitialize() }
    let new = try head("mlp:6-4,bn,out-bn", seed: 8)
    #expect(
      old.state.mapValues { $0.scalars(Double.self) }
        == new.state.mapValues { $0.scalars(Double.self) })
  }

  @Test(arguments: [
    "none", "linear:64", "linear:64,out-bn,no-bias,scale=0.1", "mlp:128-64", "mlp:8-6-4,bn",
    "mlp:8-4,bn,gelu,out-bn,no-bias,scale=0.25", "mlp:8-4,tanh", "mlp:8-4,sigmoid",
    "bottleneck:2-8", "bottleneck:2-8,no-bias", "bottleneck:16-2-8,bn,gelu,scale=1e-06",
    "orthogonal:5", "low-rank:3", "low-rank:3,fixed", "low-rank:3,diagonal",
    "low-rank:3,diagonal,fixed", "first:4", "reweight:1.1", "linear:8,levels=2",
    "mlp:8-4,sparse=16", "mlp:8-4,sparse=16,l1=0.0", "mlp:8-4,sparse=16,top=3",
    "bottleneck:2-8,sparse=16,top=3,l1=0.5,levels=6,prototypes=9",
  ])
  func aHeadIsWrittenBackAsTheTextItReads(_ text: String) throws {
    let head = try HeadArchitecture(parsing: text)
    #expect(head.description == text)
    #expect(try HeadArchitecture(parsing: head.description) == head)
  }

  @Test func optionsThatAFormHasNotAreNotHeld() throws {
    let forms: [HeadArchitecture.Form] = [
      .identity, .layers([4]), .layers([5, 4]), .bottleneck(hidden: [], narrow: 2, output: 4),
      .bottleneck(hidden: [6], narrow: 2, output: 4), .orthogonal(3),
      .lowRank(2, isDiagonal: true, isFixed: false), .first(2), .reweighting(1.5),
    ]
    for form in forms {
      var head = HeadArchitecture(form)
      head.batchNorm = true
      head.activation = .tanh
      head.outputBatchNorm = true
      head.hasBias = false
      head.outputScale = 0.5
      head.prototypes = 7
      head.sparse = HeadArchitecture.SparseCode(width: 9, largest: 2)
      head.levels = 4
      let read = try HeadArchitecture(parsing: head.description)
      #expect(read == head && read.hashValue == head.hashValue)
    }
    let linear = HeadArchitecture.mlp(hidden: [], output: 4, batchNorm: true)
    #expect(linear == .linear(4))
  }

  @Test func tooFewWidthsAreToldWithAnExample() {
    let error = #expect(throws: NotationError.self) { try HeadArchitecture(parsing: "mlp:8") }
    #expect(
      error?.problem
        == .tooFewWidths(needed: "hidden widths, then the output's", example: "mlp:128-64"))
    #expect(
      error?.description
        == "head 'mlp:8' is not understood: give hidden widths, then the output's, as in mlp:128-64"
    )
  }

  @Test(arguments: [
    "linear", "linear:", "linear:64-32", "linear:8,bn", "linear:8,gelu", "mlp:8", "mlp:0-4",
    "mlp:8-0",
    "mlp:-1-4", "mlp:8-4,relu6", "mlp:8-4,scale=0", "mlp:8-4,scale=", "mlp:99999999999-2",
    "bottleneck:4",
    "bottleneck:2-4,bn", "orthogonal:0", "orthogonal:4,bn", "low-rank:0", "low-rank:2,fixed,fixed",
    "first:0", "first:4,scale=2", "reweight:0", "reweight:nan", "reweight", "none:3", "none,bn",
    "MLP:8-4", "mlp:8-4,levels=0", "mlp:8-4,levels=5", "mlp:8-4,levels=100000", "first:4,levels=2",
    "mlp:8-4,top=3", "mlp:8-4,gelu,tanh", "mlp:8-4,relu,relu",
    "mlp:8-4,l1=0.1", "mlp:8-4,sparse=0", "mlp:8-4,sparse=16,top=17", "mlp:8-4,sparse=16,l1=-1",
    "orthogonal:4,sparse=8",
  ])
  func whatIsNotAHead(_ text: String) {
    let error = #expect(throws: NotationError.self) { try HeadArchitecture(parsing: text) }
    #expect(error?.description.hasPrefix("head '\(text)' is not understood: ") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: ["first:13", "low-rank:13", "low-rank:13,diagonal"])
  func aHeadThatWantsMoreCoordinatesThanThereAreIsRefused(_ text: String) throws {
    let head = try HeadArchitecture(parsing: text)
    let error = #expect(throws: NotationError.self) { try head.check(inputs: 12) }
    #expect(error?.description.contains("13 is more than the 12 coordinates of h") == true)
    try head.check(inputs: 13)
  }
}

private func pow(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}
