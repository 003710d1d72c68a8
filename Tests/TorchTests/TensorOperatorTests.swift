import Foundation
import TestSupport
import Testing
import Torch

@Suite struct TensorOperatorTests {
  private let matrix = Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3])
  private let indices = Tensor([2, 0, 1, 1], shape: [2, 2])

  @Test func elementsAreTakenAlongADimensionRowByRow() {
    let taken = matrix.elements(at: indices, along: 1)
    #expect(taken.shape == [2, 2])
    #expect(taken.scalars(Double.self) == [3, 1, 5, 5])
  }

  @Test func indexedChangesComeAsCopiesOrInPlace() {
    let filled = matrix.filled(at: indices, along: 1, with: 9)
    #expect(filled.scalars(Double.self) == [9, 2, 9, 4, 9, 6])
    #expect(matrix.scalars(Double.self) == [1, 2, 3, 4, 5, 6])
    let own = matrix.copied()
    own.set(at: indices, along: 1, to: 9)
    #expect(own.scalars(Double.self) == [9, 2, 9, 4, 9, 6])
  }

  @Test func whereIndicesRepeatAllValuesAreAdded() {
    let values = Tensor([10, 20, 30, 40] as [Double], shape: [2, 2])
    let sums = matrix.adding(values, at: indices, along: 1)
    #expect(sums.scalars(Double.self) == [21, 2, 13, 4, 75, 6])
    let rows = Tensor.zeros([2, 3], .float64).addingRows(
      Tensor.concatenated([matrix, matrix]), at: Tensor([1, 1, 0, 1]))
    #expect(rows.scalars(Double.self) == [1, 2, 3, 9, 12, 15])
  }

  @Test func rowsAreReplacedByTheirIndices() {
    let replaced = matrix.replacingRows(at: Tensor([1, 0]), with: matrix * 10)
    #expect(replaced.scalars(Double.self) == [40, 50, 60, 10, 20, 30])
  }

  @Test func extremesComeInOrderWithTheirPlaces() {
    let tensor = Tensor([3, 1, 2] as [Float])
    let smallest = tensor.smallest(2)
    #expect(smallest.values.scalars(Float.self) == [1, 2])
    #expect(smallest.indices.scalars(Int.self) == [1, 2])
    #expect(tensor.largest(1).indices.scalars(Int.self) == [0])
    #expect(matrix.reversed(along: 1).scalars(Double.self) == [3, 2, 1, 6, 5, 4])
  }

  @Test func distancesOfClosePointsFarFromTheOriginAreExact() {
    // In float32 the squares of 4096 would hide the differences; the numbers here have no rounding.
    let first = Tensor([4096, 4096] as [Float], shape: [1, 2])
    let second = Tensor([4096.375, 4096.5, 4096, 4096] as [Float], shape: [2, 2])
    #expect(first.distances(to: second).scalars(Float.self) == [0.625, 0])
    #expect(Tensor([3, 4] as [Double]).norm(along: 0).item == 5)
    #expect(Tensor([3, 4] as [Double]).norm().item == 5)
  }

  /// A few roundings of float64, on numbers of about 1.
  private let rounding = 1e-14

  @Test func factorsOfAMatrixMultiplyToIt() {
    let symmetric = Tensor([2, 1, 1, 2] as [Double], shape: [2, 2])
    let eigenvalues = symmetric.symmetricEigenvalues().scalars(Double.self)
    #expect(eigenvalues.relativeDifference(from: [1, 3]) < rounding)
    let factor = symmetric.choleskyFactor()
    #expect(factor.scalars(Double.self)[1] == 0)
    let product = factor.matmul(factor.transposed()).scalars(Double.self)
    #expect(product.relativeDifference(from: [2, 1, 1, 2]) < rounding)
    let right = Tensor([3, 0] as [Double], shape: [2, 1])
    #expect(
      factor.choleskySolve(right).scalars(Double.self).relativeDifference(from: [2, -1])
        < rounding)
    let r = matrix.transposed().triangularFactor()
    #expect(r.shape == [2, 2])
    let gram = r.transposed().matmul(r).scalars(Double.self)
    #expect(gram.relativeDifference(from: [14, 32, 32, 77]) < 1e-13)
  }

  @Test func productsAddToWhatBroadcastsToThem() {
    let identity = Tensor.eye(3, .float64)
    let sum = Tensor([10, 20, 30] as [Double]).addingProduct(matrix, identity)
    #expect(sum.scalars(Double.self) == [11, 22, 33, 14, 25, 36])
    let own = matrix.copied()
    own.addProduct(matrix, identity)
    own.subtract(matrix * 3)
    #expect(own.scalars(Double.self) == [-1, -2, -3, -4, -5, -6])
    #expect(matrix[0].dot(matrix[1]).item == 32)
    let square = matrix[0..<1].expanded([3, 3])
    #expect(square.upperTriangle().scalars(Double.self) == [1, 2, 3, 0, 2, 3, 0, 0, 3])
    #expect(square.upperTriangle(from: 1).scalars(Double.self) == [0, 2, 3, 0, 0, 3, 0, 0, 0])
  }

  @Test func functionsTakeTheirValuesAtKnownPoints() {
    #expect(acos(Tensor(-1.0)).item == .pi)
    #expect(asin(Tensor(1.0)).item == .pi / 2)
    #expect(tanh(Tensor(0.5)).item.isApproximately(0.46211715726000973, within: rounding))
    #expect(sigmoid(Tensor(log(3.0))).item.isApproximately(0.75, within: rounding))
    let huge = Tensor(1000.0)
    #expect(logAddExp(huge, huge).item.isApproximately(1000 + log(2.0), within: 1e-12))
    #expect(minimum(Tensor([1.0, 5]), Tensor([2.0, 3])).scalars(Double.self) == [1, 3])
    #expect(minimum(Tensor(1.0), Tensor(Double.nan)).item.isNaN)
    #expect(floor(Tensor([-1.5, -0.0, 2, 2.9])).scalars(Double.self) == [-2, 0, 2, 2])
    let own = Tensor([0.0, -.infinity])
    own.exponentiate()
    #expect(own.scalars(Double.self) == [1, 0])
    // Φ(1) = 0.8413447460685429.
    #expect(Tensor(1.0).gelu().item.isApproximately(0.8413447460685429, within: rounding))
  }

  @Test func rowsWithNumbersThatAreNotFiniteAreFound() {
    let tensor = Tensor([1, .nan, 2, 3, .infinity, 4] as [Double], shape: [3, 2])
    #expect(tensor.areFinite().scalars(Bool.self) == [true, false, true, true, false, true])
    #expect(tensor.areFinite().all(along: 1).scalars(Bool.self) == [false, true, false])
  }

  @Test func keptDimensionsHaveLengthOne() {
    #expect(matrix.logSumExp(along: 1, keepingDimensions: true).shape == [2, 1])
    #expect(matrix.norm(along: 1, keepingDimensions: true).shape == [2, 1])
  }

  @Test func likelihoodOfLogarithmsIsTheCrossEntropyOfLogits() {
    let targets = Tensor([2, 0])
    let likelihood = matrix.logSoftmax(along: 1).negativeLogLikelihood(targets).item
    // By hand: the logits of a row differ by 1, so ln(1 + e⁻¹ + e⁻²) + (0 + 2)/2.
    let expected = log(1 + exp(-1.0) + exp(-2.0)) + 1
    #expect(likelihood.isApproximately(expected, within: rounding))
    #expect(matrix.crossEntropy(targets).item.isApproximately(expected, within: rounding))
  }

  @Test(arguments: [
    (SamplingBorder.zero, [3, 0, 0] as [Double]), (.edge, [3, 3, 3]), (.mirror, [3, 3, 2]),
  ])
  func samplingBeyondTheEdgeFollowsTheBorder(_ border: SamplingBorder, _ expected: [Double]) {
    let image = Tensor([1, 2, 3] as [Float], shape: [1, 1, 1, 3])
    // Two pixels to the right; a pixel is 2/3 wide.
    let map = Tensor([1, 0, 4.0 / 3, 0, 1, 0] as [Float], shape: [1, 2, 3])
    let sampled = image.sampled(at: map.affineGrid(height: 1, width: 3), border: border)
    // Positions in float32, a few of its roundings off, times a slope of at most 3.
    #expect(sampled.scalars(Double.self).relativeDifference(from: expected) < 1e-5)
  }

  @Test func interpolationMovesEachTensorByItsShare() {
    let tensors = [Tensor([0.0, 4]), Tensor([8.0])]
    FusedUpdate.interpolate(tensors, towards: [Tensor([4.0, 0]), Tensor([0.0])], weight: 0.25)
    #expect(tensors[0].scalars(Double.self) == [1, 3])
    #expect(tensors[1].scalars(Double.self) == [6])
  }
}
