import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct EmbeddingRowsTests {
  @Test func aFileGivesWhatItsMatrixGives() throws {
    let x = normalMatrix(seed: 1, rows: 500, columns: 6).to(.float32)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("h.npy")
      try NumPyArray.encode(x).write(to: url)
      var rows = try EmbeddingRows(npyFile: url.path)
      #expect(rows.count == 500 && rows.dimension == 6)
      rows.blockLength = 64
      let streamed = try Spectrum(of: rows, centered: true, rowNormalized: true)
      let whole = try Spectrum(of: x, centered: true, rowNormalized: true)
      for (left, right) in zip(streamed.singularValues, whole.singularValues) {
        #expect(left.isApproximately(right, relative: 1e-12))
      }
    }
  }

  @Test func batchesAddUpToTheCovariance() throws {
    let x = normalMatrix(seed: 1, rows: 100, columns: 4) + 1000
    var covariance = StreamingCovariance()
    #expect(throws: GeometryError.self) { try covariance.mean() }
    for batch in x.split(33) { covariance.add(batch) }
    #expect(covariance.count == 100)
    let centered = x - x.mean(along: [0], keepingDimensions: true)
    let expected = centered.transposed().matmul(centered) / 99
    // Numbers near 1000 are rounded to 10⁻¹³.
    #expect(difference(try covariance.covariance(), expected) < 1e-12)
    #expect(difference(try covariance.mean(), x.mean(along: [0], keepingDimensions: true)) < 1e-12)
  }

  @Test func wideEmbeddingsGiveTheSameCovariance() throws {
    // From 256 columns on the Gram matrix is computed in strips.
    let x = normalMatrix(seed: 1, rows: 400, columns: 259)
    var covariance = StreamingCovariance()
    covariance.add(x)
    let centered = x - x.mean(along: [0], keepingDimensions: true)
    let expected = centered.transposed().matmul(centered) / 399
    #expect(difference(try covariance.covariance(), expected) < 1e-13)
  }

  @Test func brokenRowsAreNamedInOneLine() throws {
    let x = Tensor.ones([300, 2])
    x[250].fill(.infinity)
    var rows = try EmbeddingRows(x)
    rows.blockLength = 100
    let error = #expect(throws: GeometryError.self) { try Spectrum(of: rows, centered: true) }
    #expect(error == .wrongInput(.notFinite(.embeddings, rows: 1, of: 300, first: 250)))
    let gone = try EmbeddingRows(count: 10, dimension: 2) { _ in throw TorchError("it is gone") }
    let reading = #expect(throws: GeometryError.self) { try Spectrum(of: gone, centered: true) }
    #expect(reading == .unreadable(rows: 0..<10, reason: "it is gone"))
    #expect(throws: TorchError.self) { try EmbeddingRows(npyFile: "/nowhere/h.npy") }
    let short = try EmbeddingRows(count: 10, dimension: 2) { _ in Tensor.ones([1, 2]) }
    let shape = #expect(throws: GeometryError.self) { try Spectrum(of: short, centered: true) }
    #expect(shape == .wrongInput(.rowsOfShape([1, 2], expected: [10, 2], rows: 0..<10)))
  }
}
