import Geometry
import TestSupport
import Testing
import Torch

/// What is not measurable here, and what is a mistake.
@Suite struct GeometryErrorTests {
  private let x = normalMatrix(seed: 1, rows: 20, columns: 4)

  private func expect<Result>(
    _ expected: GeometryError, _ location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Result
  ) {
    let error = #expect(throws: GeometryError.self, sourceLocation: location) { try body() }
    #expect(error == expected, sourceLocation: location)
    let text = expected.description
    #expect(!text.contains("\n") && !text.contains("--"), sourceLocation: location)
  }

  /// Squares of 1e170 are infinite in float64, and with them a covariance that no eigenvalues are found of.
  @Test func coordinatesWhosePowersAreInfiniteAreAsGoodAsInfinite() throws {
    let large = x.to(.float64).copied()
    large[5][3].fill(1e170)
    expect(.wrongInput(.notFinite(.embeddings, rows: 1, of: 20, first: 5))) {
      try Spectrum(of: large, centered: true)
    }
    expect(.wrongInput(.notFinite(.embeddings, rows: 1, of: 20, first: 5))) {
      try Spectrum(of: EmbeddingRows(large), centered: true)
    }
    large[5][3].fill(1e69)
    #expect(try Spectrum(of: large, centered: true).effectiveRank < 1.01)
    #expect((x.to(.float32) * 1e37).nonFiniteRows == [])
  }

  @Test func soundEmbeddingsThatAllowNoFigureAreNotMeasurable() throws {
    let flat = Tensor.ones([20, 4])
    expect(.notMeasurable(.tooFewRows(of: .embeddings, found: 1, needed: 2))) {
      try Spectrum(of: x[0..<1], centered: true)
    }
    expect(.notMeasurable(.tooFewRows(of: .embeddings, found: 20, needed: 31))) {
      try Planes.tangent(to: x, rank: 2, neighborCount: 30)
    }
    expect(.notMeasurable(.tooFewDistinctRows(found: 20, needed: 21))) {
      try IntrinsicDimension(of: x, neighborCount: 20)
    }
    expect(.notMeasurable(.noVariance(of: .embeddings))) {
      try CenteredKernelAlignment(x, flat)
    }
    expect(.notMeasurable(.noVariance(of: .embeddings))) {
      try betweenClassShare(of: flat, labels: [Int](repeating: 0, count: 20))
    }
    expect(.notMeasurable(.tooFewDirections(found: 4, needed: 5))) {
      try Planes.tangent(to: x, rank: 5, neighborCount: 10)
    }
    expect(.notMeasurable(.noTangents)) { try Planes.spanned(by: []) }
    expect(.notMeasurable(.dependentTangents)) { try Planes.spanned(by: [x, x]) }
    expect(.notMeasurable(.zeroTangents)) {
      try tangentGain(at: x, along: Tensor.zeros(like: x)) { $0 }
    }
    expect(.notMeasurable(.constantHead)) {
      try ProjectorGeometry(of: { $0 * 0 }, at: x, rank: 1).passedPlane()
    }
    expect(.notMeasurable(.constantHead)) { try tangentGain(at: x, along: x) { $0 * 0 } }
    expect(.notMeasurable(.tooFewRows(of: .features, found: 20, needed: 21))) {
      try ContrastiveCovariance(
        features: x, x, projections: x, x, weighting: .squaredDistance, batchSize: 21)
    }
  }

  @Test func mistakesAreWrongInput() throws {
    let wide = Tensor.ones([20, 5])
    let broken = x.copied()
    broken[3].fill(.nan)
    expect(.wrongInput(.notAMatrix(.embeddings, shape: [4]))) {
      try Spectrum(of: x[0], centered: true)
    }
    expect(.wrongInput(.noColumns(.embeddings, shape: [4, 0]))) {
      try Spectrum(of: Tensor.ones([4, 0]), centered: true)
    }
    expect(.wrongInput(.notFinite(.embeddings, rows: 1, of: 20, first: 3))) {
      try IntrinsicDimension(of: broken)
    }
    expect(.wrongInput(.notFinite(.jacobians, rows: 20, of: 20, first: 0))) {
      try ProjectorGeometry(of: { $0 * .nan }, at: x, rank: 1, batchSize: 20)
    }
    expect(.wrongInput(.unequalShapes(.views, [20, 4], .views, [20, 5]))) {
      try invariance(x, wide)
    }
    expect(.wrongInput(.unequalShapes(.embeddings, [20, 4], .tangents, [20, 5]))) {
      try tangentGain(at: x, along: wide) { $0 }
    }
    expect(.wrongInput(.unequalRowCounts(.embeddings, 20, .embeddings, 9))) {
      try CenteredKernelAlignment(x, x[0..<9])
    }
    expect(.wrongInput(.unequalRowCounts(.features, 20, .projections, 19))) {
      try ContrastiveCovariance(
        features: x, x, projections: x[0..<19], x[0..<19], weighting: .squaredDistance)
    }
    expect(.wrongInput(.labelCount(labels: 1, rows: 20))) {
      try betweenClassShare(of: x, labels: [0])
    }
    expect(.wrongInput(.negativeLabel(-1))) {
      try betweenClassShare(of: x, labels: [Int](repeating: -1, count: 20))
    }
    expect(.wrongInput(.tooFewViews(1))) { try orbitSpread(views: [x]) }
    expect(.wrongInput(.tooFewViews(0))) { try lidar(views: []) }
    for temperature in [0, -1, Double.infinity] {
      expect(.wrongInput(.outOfRange(.temperature, value: temperature, .above(0)))) {
        try ContrastiveCovariance(
          features: x, x, projections: x, x, weighting: .ntXent(temperature: temperature))
      }
    }
    expect(.wrongInput(.outOfRange(.batchSize, value: 1, .atLeast(2)))) {
      try ContrastiveCovariance(
        features: x, x, projections: x, x, weighting: .squaredDistance, batchSize: 1)
    }
    expect(.wrongInput(.outOfRange(.anchor, value: 20, .from(0, below: 20)))) {
      try NearestRows(of: x, count: 2, anchors: [0, 20])
    }
    expect(.wrongInput(.outOfRange(.rank, value: 0, .atLeast(1)))) {
      try Planes.tangent(to: x, rank: 0, neighborCount: 10)
    }
    var problem = LinearCollapse()
    problem.augmentedDimensions = 17
    expect(.wrongInput(.outOfRange(.augmentedDimensions, value: 17, .within(0...16)))) {
      try problem.trajectory(steps: 1, every: 1)
    }
  }

  @Test func planesThatDoNotBelongTogetherAreWrongInput() throws {
    let two = try Planes.spanned(by: [x, normalMatrix(seed: 2, rows: 20, columns: 4)]).planes
    expect(.wrongInput(.incomparablePlanes([20, 4, 2], [20, 4, 1]))) {
      try SubspaceOverlap(two, two.leading(1))
    }
    expect(.wrongInput(.planeElsewhere(plane: [20, 4, 2], embeddings: [20, 4]))) {
      try NullSpaceEnergy(of: x, outside: two)
    }
  }

  @Test func filesSayWhatTheyLack() throws {
    try withTemporaryFolder { folder in
      func write(_ tensor: Tensor, _ name: String) throws -> String {
        let place = folder.appendingPathComponent(name)
        try NumPyArray.encode(tensor).write(to: place)
        return place.path
      }
      let cube = try write(Tensor.ones([2, 2, 2]), "cube.npy")
      expect(.wrongInput(.notAMatrix(.file(cube), shape: [2, 2, 2]))) {
        try EmbeddingRows(npyFile: cube)
      }
      let numbers = try write(Tensor.ones([3]), "numbers.npy")
      #expect(
        throws: EmbeddingFileError.notLabels(file: numbers, dtype: .float32, shape: [3])
      ) { try EmbeddingFile(numbers).labels() }
      let several = fixture("tiny.safetensors")
      let known = ["bf16", "bool", "empty", "f16", "f32", "f64", "i64", "scalar", "u8"]
      #expect(throws: EmbeddingFileError.tensorNotNamed(file: several, known: known)) {
        try EmbeddingFile(several)
      }
      #expect(throws: EmbeddingFileError.unknownTensor("h", file: several, known: known)) {
        try EmbeddingFile("\(several):h")
      }
      let missing = #expect(throws: EmbeddingFileError.self) { try EmbeddingFile("/nowhere.npy") }
      guard case .unreadable = missing else {
        Issue.record("\(String(describing: missing))")
        return
      }
    }
  }
}
