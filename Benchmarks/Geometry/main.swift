// The spectrum of embeddings in a memory-mapped .npy file against a plain matrix product of the same size.
// Driven by Benchmarks/geometry.py, or alone:
//
//   geometry-benchmark FILE [pairs]
//
// The product is XᵀX in float64 on blocks that are in memory already, as large as those that the spectrum
// reads: no file, no conversion, no mean, no decomposition.

import BenchmarkSupport
import Foundation
import Geometry
import Torch

func spectrum(of path: String) throws -> Double {
  let rows = try EmbeddingRows(npyFile: path)
  return try Spectrum(of: rows, centered: true).effectiveRank
}

func product(rows: Int, columns: Int, block: Tensor) -> Double {
  var sum = Tensor.zeros([columns, columns], .float64)
  for _ in 0..<(rows + block.size(0) - 1) / block.size(0) {
    sum = sum + block.transposed().matmul(block)
  }
  return sum.sum().item
}

func benchmark(_ path: String, pairs: Int) throws {
  let shape = try NumPyArray.shape(path: path)
  let time = try seconds { _ = try spectrum(of: path) }
  show(
    String(
      format: "spectrum of %d × %d from a file: %.1f s, %.0f MiB resident at most", shape[0],
      shape[1], time, Double(peakResidentBytes()) / 0x1p20))
  let block = Tensor.randomNormal([max(1024, 1_000_000 / shape[1]), shape[1]]).to(.float64)
  try compare("the same against a plain product", pairs: pairs, warmUps: 0) {
    _ = try spectrum(of: path)
  } against: {
    _ = product(rows: shape[0], columns: shape[1], block: block)
  }
}

Runtime.threads = 2
Runtime.keepLargeBlocks()
let arguments = CommandLine.arguments
guard arguments.count > 1 else {
  show("usage: geometry-benchmark FILE.npy [pairs]")
  exit(2)
}
try benchmark(arguments[1], pairs: arguments.count > 2 ? Int(arguments[2]) ?? 3 : 3)
