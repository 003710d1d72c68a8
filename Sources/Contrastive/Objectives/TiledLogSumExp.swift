import Torch

/// The mean over rows i of ln Σ_{k≠i} exp(x_i·x_k), for x of M×D, without an M×M matrix.
///
/// The matrix of products is made tile by tile, twice: once for each row's sum, carried on as an online
/// log-sum-exp (Milakov & Gimelshein 2018, arXiv 1805.02867), and, where a gradient is wanted, again for that gradient.
/// It is symmetric, so only tiles on and above the diagonal are made. Memory is O(M·D + tile²).
///
/// The gradient is made at once and grafted onto x, so the result can be differentiated once.
func meanLogSumExpOfProducts(_ x: Tensor, tile: Int) -> Tensor {
  let tiles = TiledProducts(x.detached(), tile: tile)
  let (value, gradient) = withoutGradients {
    let sums = tiles.logSumExp()
    return (sums.mean(), x.requiresGradient ? tiles.gradient(of: sums) : nil)
  }
  return gradient.map { x.grafting(value: value, gradient: $0) } ?? value
}

/// The products of rows with each other, by tiles.
private struct TiledProducts {
  private let x: Tensor
  private let tile: Int
  private let starts: [Int]

  init(_ x: Tensor, tile: Int) {
    self.x = x
    self.tile = tile
    starts = Array(stride(from: 0, to: x.size(0), by: tile))
  }

  /// ln Σ_{k≠i} exp(x_i·x_k) for each row i.
  func logSumExp() -> Tensor {
    let sums = Tensor.full([x.size(0)], -.infinity, x.dtype, on: x.device)
    forEachPair { rows, columns, products in
      sums[rows].assign(logAddExp(sums[rows], products.logSumExp(along: 1)))
      if rows != columns {
        sums[columns].assign(logAddExp(sums[columns], products.logSumExp(along: 0)))
      }
    }
    return sums
  }

  /// The gradient, with respect to x, of the mean of `sums`, which `logSumExp` gave.
  func gradient(of sums: Tensor) -> Tensor {
    let gradient = Tensor.zeros(like: x)
    forEachPair { rows, columns, products in
      // Row i's softmax weight of k and row k's of i.
      let weights = exp(products - sums[rows].unsqueezed(1))
      products.subtract(sums[columns])
      products.exponentiate()
      weights.add(products)
      gradient[rows].addProduct(weights, x[columns])
      if rows != columns { gradient[columns].addProduct(weights.transposed(), x[rows]) }
    }
    return gradient / Double(x.size(0))
  }

  private func forEachPair(_ body: (Range<Int>, Range<Int>, Tensor) -> Void) {
    let bounds = starts.map { $0..<min($0 + tile, x.size(0)) }
    for (index, rows) in bounds.enumerated() {
      for columns in bounds[index...] {
        let products = x[rows].matmul(x[columns].transposed())
        if rows == columns { products.diagonal().fill(-.infinity) }
        body(rows, columns, products)
      }
    }
  }
}
