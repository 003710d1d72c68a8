import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct SpectrumTests {
  @Test func fourEqualSingularValuesHaveRankFour() throws {
    let spectrum = try Spectrum(
      of: matrix(rows: 50, singularValues: [3, 3, 3, 3]), centered: true)
    // Rounding of float64 in a few hundred additions.
    #expect(spectrum.effectiveRank.isApproximately(4, relative: 1e-12))
    #expect(spectrum.effectiveRankCovariance.isApproximately(4, relative: 1e-12))
    #expect(spectrum.stableRank.isApproximately(4, relative: 1e-12))
    #expect(spectrum.participationRatio.isApproximately(4, relative: 1e-12))
    #expect(spectrum.nesum.isApproximately(4, relative: 1e-12))
    #expect(spectrum.numericalRank == 4)
    for value in spectrum.singularValues { #expect(value.isApproximately(3, relative: 1e-12)) }
    for value in spectrum.logSpectrum { #expect(value.isApproximately(log10(3.0), within: 1e-12)) }
  }

  @Test func figuresOfAKnownSpectrumFollowTheirFormulas() throws {
    let spectrum = try Spectrum(of: matrix(rows: 40, singularValues: [4, 2, 1, 1]), centered: true)
    // σ shares ½, ¼, ⅛, ⅛: entropy 1.75·ln 2. λ = 16, 4, 1, 1.
    #expect(spectrum.effectiveRank.isApproximately(pow(2, 1.75), relative: 1e-12))
    let shares: [Double] = [16, 4, 1, 1].map { $0 / 22 }
    let entropy = -shares.map { $0 * log($0) }.reduce(0, +)
    #expect(spectrum.effectiveRankCovariance.isApproximately(exp(entropy), relative: 1e-12))
    #expect(spectrum.stableRank.isApproximately(22 / 16, relative: 1e-12))
    #expect(spectrum.participationRatio.isApproximately(22 * 22 / 274, relative: 1e-12))
    let shifted: [Double] = [0.5, 0.25, 0.125, 0.125].map { $0 + 1e-7 }
    let rankMe = exp(-shifted.map { $0 * log($0) }.reduce(0, +))
    #expect(spectrum.rankMe.isApproximately(rankMe, relative: 1e-12))
  }

  @Test func smallSingularValuesSurviveThoughTheirSquaresWouldNot() throws {
    // λ spans 24 decades: the eigenvalues of the Gram matrix alone would be noise below 10⁻⁸.
    let sigma: [Double] = [1, 1e-3, 1e-6, 1e-9, 1e-12]
    let spectrum = try Spectrum(of: matrix(rows: 10_000, singularValues: sigma), centered: true)
    for (measured, expected) in zip(spectrum.singularValues, sigma) {
      // Rounding of the largest: 2⁻⁵² times a few.
      #expect(measured.isApproximately(expected, within: 1e-14))
    }
    // The bound is σ₁·10,000·2⁻²³ = 0.0012.
    #expect(spectrum.numericalRank == 1)
  }

  @Test func gramMatrixAndTriangularFactorAgree() {
    let x = normalMatrix(seed: 5, rows: 900, columns: 24)
    let gram = reliableSingularValues(ofGram: x.transposed().matmul(x)) ?? []
    let triangle = x.triangularFactor().singularValues().scalars(Double.self)
    for (left, right) in zip(gram, triangle) {
      #expect(left.isApproximately(right, relative: 1e-12))
    }
    #expect(gram.count == 24)
  }

  @Test(arguments: [[1.0, 0.5, 0.1], [1, 1e-4, 1e-9]])
  func blocksGiveTheSpectrumOfTheWhole(sigma: [Double]) throws {
    let x = matrix(rows: 1000, singularValues: sigma) + 7
    var rows = try EmbeddingRows(x)
    rows.blockLength = 300
    let spectrum = try Spectrum(of: rows, centered: true)
    for (measured, expected) in zip(spectrum.singularValues, sigma) {
      // Adding 7 rounds each number by up to 2⁻⁵¹.
      #expect(measured.isApproximately(expected, within: 1e-13))
    }
  }

  @Test func figuresOfRankIgnoreRotationScaleAndShift() throws {
    let x =
      normalMatrix(seed: 3, rows: 200, columns: 12)
      * Tensor((1...12).map { 1 / Double($0) })
    let moved = x.matmul(orthogonalMatrix(seed: 4, size: 12)) * 37 + 5
    let one = try Spectrum(of: x, centered: true)
    let other = try Spectrum(of: moved, centered: true)
    for key in [
      \Spectrum.effectiveRank, \.effectiveRankCovariance, \.stableRank, \.participationRatio,
    ] {
      #expect(one[keyPath: key].isApproximately(other[keyPath: key], relative: 1e-10))
    }
    #expect(one.numericalRank == other.numericalRank)
  }

  /// Squares of these are zero or infinite in float64.
  @Test(arguments: [1e-200, 1e-300]) func figuresOfRankSeeNoScaleHoweverSmall(_ scale: Double)
    throws
  {
    let x = normalMatrix(seed: 3, rows: 60, columns: 5) * Tensor([1.0, 2, 3, 4, 5])
    for rowNormalized in [false, true] {
      let one = try Spectrum(of: x, centered: true, rowNormalized: rowNormalized)
      let other = try Spectrum(of: x * scale, centered: true, rowNormalized: rowNormalized)
      for key in [
        \Spectrum.effectiveRank, \.effectiveRankCovariance, \.stableRank, \.participationRatio,
      ] {
        #expect(one[keyPath: key].isApproximately(other[keyPath: key], relative: 1e-10))
      }
    }
  }

  @Test func eachRowIsAsGoodAsAMultipleOfItOnceRowsAreNormalized() throws {
    let x = normalMatrix(seed: 8, rows: 60, columns: 5)
    let lengths = Tensor((0..<60).map { Double($0 + 1) }, shape: [60, 1])
    let one = try Spectrum(of: x, centered: true, rowNormalized: true)
    let other = try Spectrum(of: x * lengths, centered: true, rowNormalized: true)
    for (left, right) in zip(one.singularValues, other.singularValues) {
      #expect(left.isApproximately(right, relative: 1e-12))
    }
    #expect(one.isRowNormalized && one.isCentered)
  }

  @Test func fewerSamplesThanDimensionsGiveAsManySingularValues() throws {
    let x = normalMatrix(seed: 2, rows: 6, columns: 40)
    let spectrum = try Spectrum(of: x, centered: true)
    #expect(spectrum.singularValues.count == 6)
    #expect(spectrum.numericalRank == 5, "centring takes one")
    #expect(spectrum.powerLaw == nil)
    let expected = (x - x.mean(along: [0], keepingDimensions: true)).singularValues()
    for (left, right) in zip(spectrum.singularValues, expected.scalars(Double.self)) {
      #expect(left.isApproximately(right / 5.0.squareRoot(), within: 1e-13))
    }
  }

  @Test func oneDimensionHasRankOne() throws {
    let spectrum = try Spectrum(
      of: Tensor([1, 2, 3, 4] as [Float], shape: [4, 1]), centered: true)
    #expect(spectrum.effectiveRank == 1)
    #expect(spectrum.numericalRank == 1)
    #expect(spectrum.singularValues[0].isApproximately((5.0 / 3).squareRoot(), relative: 1e-14))
  }

  @Test func constantEmbeddingsHaveRankZero() throws {
    // 0.1 has no exact binary form, so a mean of 1000 of them is not exactly 0.1 either.
    let spectrum = try Spectrum(of: Tensor.full([1000, 3], 0.1), centered: true)
    #expect(spectrum.singularValues == [0, 0, 0])
    #expect(spectrum.effectiveRank == 0)
    #expect(spectrum.stableRank == 0)
    #expect(spectrum.participationRatio == 0)
    #expect(spectrum.numericalRank == 0)
    #expect(spectrum.powerLaw == nil)
  }

  @Test func aPowerLawIsFoundAgain() throws {
    let eigenvalues = (1...150).map { 7 * pow(Double($0), -1.5) }
    let law = try #require(PowerLaw(eigenvalues: eigenvalues))
    #expect(law.exponent.isApproximately(1.5, relative: 1e-12))
    #expect(law.determination.isApproximately(1, relative: 1e-12))
    #expect(exp(law.intercept).isApproximately(7, relative: 1e-12))
    let spectrum = try Spectrum(
      of: matrix(rows: 300, singularValues: eigenvalues.map { $0.squareRoot() }), centered: true)
    #expect(try #require(spectrum.powerLaw).exponent.isApproximately(1.5, relative: 1e-9))
  }

  @Test func aPowerLawNeedsTwelvePositiveEigenvalues() {
    #expect(PowerLaw(eigenvalues: [Double](repeating: 1, count: 11)) == nil)
    #expect(PowerLaw(eigenvalues: [Double](repeating: 1, count: 12))?.exponent == 0)
    #expect(PowerLaw(eigenvalues: [Double](repeating: 1, count: 12) + [0]) == nil)
  }

  @Test func halfPrecisionIsWidenedBeforeAnythingElse() throws {
    let x = normalMatrix(seed: 6, rows: 30, columns: 4).to(.bfloat16)
    #expect(
      try Spectrum(of: x, centered: true) == Spectrum(of: x.to(.float64), centered: true))
  }

  @Test func badInputIsRefusedInOneLine() {
    let rows = Tensor.full([3, 2], 1)
    rows[1].fill(.nan)
    for (bad, part) in [
      (Tensor.ones([4]), "shape [4]"), (Tensor.ones([1, 4]), "at least 2"),
      (Tensor.ones([4, 0]), "no coordinates"), (rows, "1 of 3 rows"),
      (rows, "the first is row 1"),
    ] {
      let error = #expect(throws: GeometryError.self) { try Spectrum(of: bad, centered: true) }
      #expect(error?.description.contains(part) == true)
      #expect(error?.description.contains("\n") == false)
    }
    #expect(rows.nonFiniteRows == [1])
  }
}
