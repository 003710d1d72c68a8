import Geometry
import TestSupport
import Testing
import Torch
import TorchNN

@Suite struct ProjectorTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("planes.safetensors") }

  private func head(_ h: Tensor) -> Tensor {
    h.linear(weight: fixture["head.weight1"], bias: fixture["head.bias1"]).relu()
      .linear(weight: fixture["head.weight2"], bias: fixture["head.bias2"])
  }

  private func encode(_ images: Tensor) -> Tensor {
    images.convolved(weight: fixture["encoder.conv1"], bias: nil, stride: 1, padding: 1)
      .batchNormalized(
        weight: fixture["encoder.scale"], bias: fixture["encoder.shift"],
        runningMean: fixture["encoder.mean"], runningVariance: fixture["encoder.variance"],
        training: false, momentum: 0.1, epsilon: 1e-5
      ).relu()
      .convolved(weight: fixture["encoder.conv2"], bias: nil, stride: 2, padding: 1).relu()
      .globalAveragePooled()
  }

  @Test func encoderTangentsArePyTorchsJVP() throws {
    let images = fixture["encoder.images"]
    let directions = fixture["encoder.directions"]
    // In batches of two, the last one alone.
    let result = tangents(at: images, along: directions, batchSize: 2, of: encode)
    #expect(difference(result.embeddings, fixture["encoder.embeddings"]) < 1e-13)
    #expect(difference(result.tangents, fixture["encoder.tangents"]) < 1e-13)
    #expect(
      try tangentNorm(result.tangents).isApproximately(
        fixture.number("encoder.tangent_norm"), relative: 1e-12))
  }

  @Test func encoderTangentsAreTheLimitOfDifferences() {
    let images = fixture["encoder.images"]
    let directions = fixture["encoder.directions"]
    let step = 1e-6
    let ahead = encode(images + directions * step)
    let differences = (ahead - encode(images - directions * step)) / (2 * step)
    // Rounding over the step; no ReLU switches within it here.
    #expect(
      difference(differences, tangents(at: images, along: directions, of: encode).tangents) < 1e-8)
  }

  @Test func forwardModeAgreesWithBackwardModeThroughLayersThatWorkInPlace() {
    let convolution = Convolution(3, 4, kernel: 3, padding: 1)
    let normalization = BatchNorm(4)
    let residual = Convolution(4, 4, kernel: 3, padding: 1)
    normalization.train(false)
    let encode = { (rows: Tensor) -> Tensor in
      let hidden = normalization(convolution(rows.reshaped([-1, 3, 6, 6]))).reluInPlace()
      let sum = residual(hidden)
      sum.add(hidden)
      return sum.reluInPlace().globalAveragePooled()
    }
    let images = normalMatrix(seed: 1, rows: 5, columns: 108).to(.float32)
    let directions = normalMatrix(seed: 2, rows: 5, columns: 108).to(.float32)
    let products = jacobians(of: encode, at: images).matmul(directions.unsqueezed(2)).squeezed(2)
    // Both in float32.
    #expect(
      difference(tangents(at: images, along: directions, of: encode).tangents, products) < 1e-5)
  }

  @Test func jacobiansArePyTorchsWhicheverWayTheyAreMade() {
    let h = fixture["head.h"]
    #expect(difference(jacobians(of: head, at: h), fixture["head.jacobians"]) < 1e-13)
    // Twice the outputs, ten: no longer fewer than the inputs; thrice makes more.
    let widened = jacobians(
      of: { Tensor.concatenated([head($0), head($0) * 2, head($0) * 3], along: 1) }, at: h)
    let expected = fixture["head.jacobians"]
    #expect(
      difference(
        widened, Tensor.concatenated([expected, expected * 2, expected * 3], along: 1)) < 1e-13)
  }

  @Test func projectorPlanesAreThoseOfNumPy() throws {
    let geometry = try ProjectorGeometry(of: head, at: fixture["head.h"], rank: 2, batchSize: 7)
    #expect(difference(geometry.metric, fixture["head.metric"]) < 1e-13)
    let eigenvalues = fixture.numbers("head.eigenvalues")
    for (ours, theirs) in zip(geometry.eigenvalues, eigenvalues) {
      #expect(ours.isApproximately(theirs, within: 1e-13))
    }
    #expect(
      difference(projectors(geometry.localPlanes.basis), fixture["head.local_projectors"]) < 1e-10)
  }

  @Test func nullSpaceEnergyIsThatOfTheCovariances() throws {
    let h = fixture["head.h"]
    let geometry = try ProjectorGeometry(of: head, at: h, rank: 1)
    let energy = try NullSpaceEnergy(
      of: h, labels: fixture["head.labels"].scalars(), outside: geometry.globalPlane.leading(3))
    #expect(energy.total.isApproximately(fixture.number("head.nullspace_energy"), relative: 1e-9))
    #expect(
      try #require(energy.betweenClasses).isApproximately(
        fixture.number("head.nullspace_energy_between"), relative: 1e-9))
  }

  /// For z = A·h every figure is known: the head passes on the span of A's rows, everywhere.
  @Test func aLinearHeadHasOnePlaneAndNoMore() throws {
    let a = normalMatrix(seed: 1, rows: 3, columns: 8)
    let h = normalMatrix(seed: 2, rows: 50, columns: 8)
    let linear = { (h: Tensor) in h.matmul(a.transposed()) }
    let geometry = try ProjectorGeometry(of: linear, at: h, rank: 3)
    #expect(difference(geometry.metric, a.transposed().matmul(a)) < 1e-12)
    #expect(geometry.eigenvalues[3...].allSatisfy { abs($0) < 1e-12 })
    let global = try geometry.globalPlane.leading(3)
    #expect(
      try SubspaceOverlap(geometry.localPlanes, global).overlap.isApproximately(1, within: 1e-12))
    // Embeddings within the plane keep all their variance, those across it none.
    let within = normalMatrix(seed: 3, rows: 40, columns: 3).matmul(a)
    #expect(try NullSpaceEnergy(of: within, outside: global).total < 1e-25)
    let basis = global.basis[0]
    let across = h - h.matmul(basis).matmul(basis.transposed())
    #expect(
      try NullSpaceEnergy(of: across, outside: global).total.isApproximately(1, within: 1e-12))
    #expect(try NullSpaceEnergy(of: h, outside: global).betweenClasses == nil)
  }

  @Test func gainComparesTheTangentWithRandomDirections() throws {
    // z = (3·h₁, h₂, h₃, h₄): along h₁ it stretches by 3, along a random direction by the mean of
    // √(9u₁² + 1 − u₁²), u uniform on the sphere.
    let head = { (h: Tensor) in h * Tensor([3.0, 1, 1, 1]) }
    let h = normalMatrix(seed: 1, rows: 2000, columns: 4)
    let along = Tensor.zeros(like: h) + Tensor([0.5, 0, 0, 0])
    let random = normalMatrix(seed: 9, rows: 100_000, columns: 4).normalized()
    let mean = head(random).squared().sum(along: [1]).power(0.5).mean().item
    let gain = try tangentGain(at: h, along: along, of: head)
    // 16,000 random directions, whose stretch deviates by 0.42: five standard errors.
    #expect(gain.isApproximately(3 / mean, relative: 5 * 0.42 / 126))
    #expect(gain == (try tangentGain(at: h, along: along * 7, of: head)), "length does not count")
  }

  @Test func aRotationOfTheHeadsOutputChangesNoGain() throws {
    let h = fixture["head.h"]
    let along = normalMatrix(seed: 5, rows: 30, columns: 10)
    let rotation = orthogonalMatrix(seed: 6, size: 5)
    let gain = try tangentGain(at: h, along: along, of: head)
    let rotated = try tangentGain(at: h, along: along) { head($0).matmul(rotation) }
    #expect(gain.isApproximately(rotated, relative: 1e-12))
  }

  @Test func theDirectionsThatAreCountedArePassedOn() throws {
    let a = normalMatrix(seed: 1, rows: 3, columns: 8)
    let geometry = try ProjectorGeometry(
      of: { $0.matmul(a.transposed()) }, at: normalMatrix(seed: 2, rows: 50, columns: 8), rank: 3)
    #expect(geometry.passedRank == 3)
    let rows = try Planes.spanned(by: (0..<3).map { a[$0..<$0 + 1] }).planes
    let overlap = try SubspaceOverlap(geometry.passedPlane(), rows).overlap
    #expect(overlap.isApproximately(1, within: 1e-12))
  }

  @Test func whatThePlaneLeavesOutNeedsVarianceAndALabelForEachRow() throws {
    let h = fixture["head.h"]
    let plane = try ProjectorGeometry(of: head, at: h, rank: 1).globalPlane
    #expect(throws: GeometryError.wrongInput(.labelCount(labels: 1, rows: 30))) {
      try NullSpaceEnergy(of: h, labels: [1], outside: plane)
    }
    #expect(throws: GeometryError.notMeasurable(.noVariance(of: .embeddings))) {
      try NullSpaceEnergy(of: Tensor.ones([5, 10]), outside: plane)
    }
  }
}
