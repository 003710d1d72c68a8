import Torch

/// The mean over rows i of ln Σ_{k≠i} exp(x_i·x_k), for x of M×D, without an M×M matrix.
///
/// The matrix of products is made tile by tile, twice: once for each row's sum, carried on as an online
/// log-sum-exp (Milakov & Gimelshein 2018, arXiv 1805.02867), and, where a gradient is wanted, again for that gradient.
/// It is symmetric, so only tiles on and above the diagonal are made. Memory is O(M·D + tile²). With `places` the mean is over the
/// rows in these ranges alone, and all tiles that have them for rows are made.
///
/// The gradient is made at once and grafted onto x, so the result can be differentiated once.
func meanLogSumExpOfProducts(_ x: Tensor, of places: [Range<Int>]? = nil, tile: Int) -> Tensor {
  let tiles = TiledProducts(x.detached(), of: places, tile: tile)
  let (value, gradient) = withoutGradients {
    let sums = tiles.logSumExp()
    return (tiles.mean(of: sums), x.requiresGradient ? tiles.gradient(of: sums) : nil)
  }
  return gradient.map { x.grafting(value: value, gradient: $0) } ?? value
}

/// The products of rows with each other, by tiles.
private struct TiledProducts {
  private let x: Tensor
  private let columns: [Range<Int>]
  /// Blocks of the rows that are asked for, where these are not all.
  private let places: [Range<Int>]?

  init(_ x: Tensor, of places: [Range<Int>]?, tile: Int) {
    func blocks(_ range: Range<Int>) -> [Range<Int>] {
      stride(from: range.lowerBound, to: range.upperBound, by: tile).map {
        $0..<min($0 + tile, range.upperBound)
      }
    }
    self.x = x
    columns = blocks(0..<x.size(0))
    self.places = places?.flatMap(blocks)
  }

  /// ln Σ_{k≠i} exp(x_i·x_k) for each row i that is asked for.
  func logSumExp() -> Tensor {
    let sums = Tensor.full([x.size(0)], -.infinity, x.dtype, on: x.device)
    forEachPair { rows, columns, products in
      sums[rows].assign(logAddExp(sums[rows], products.logSumExp(along: 1)))
      if places == nil && rows != columns {
        sums[columns].assign(logAddExp(sums[columns], products.logSumExp(along: 0)))
      }
    }
    return sums
  }

  /// The mean of those.
  func mean(of sums: Tensor) -> Tensor {
    guard let places else { return sums.mean() }
    return Tensor.concatenated(places.map { sums[$0] }).mean()
  }

  /// The gradient, with respect to x, of the mean of `sums`, which `logSumExp` gave.
  func gradient(of sums: Tensor) -> Tensor {
    let gradient = Tensor.zeros(like: x)
    forEachPair { rows, columns, products in
      if places != nil {
        // Row i's softmax weight of k moves both.
        products.subtract(sums[rows].unsqueezed(1))
        products.exponentiate()
        gradient[rows].addProduct(products, x[columns])
        gradient[columns].addProduct(products.transposed(), x[rows])
        return
      }
      // Row i's softmax weight of k and row k's of i.
      let weights = exp(products - sums[rows].unsqueezed(1))
      products.subtract(sums[columns])
      products.exponentiate()
      weights.add(products)
      gradient[rows].addProduct(weights, x[columns])
      if rows != columns { gradient[columns].addProduct(weights.transposed(), x[rows]) }
    }
    return gradient / Double(places?.reduce(0) { $0 + $1.count } ?? x.size(0))
  }

  private func forEachPair(_ body: (Range<Int>, Range<Int>, Tensor) -> Void) {
    for (index, rows) in (places ?? columns).enumerated() {
      for columns in self.columns[(places == nil ? index : 0)...] {
        let products = x[rows].matmul(x[columns].transposed())
        let both = rows.clamped(to: columns)
        if !both.isEmpty {
          let start = both.lowerBound
          products[start - rows.lowerBound..<both.upperBound - rows.lowerBound]
            .slice(start - columns.lowerBound..<both.upperBound - columns.lowerBound, along: 1)
            .diagonal().fill(-.infinity)
        }
        body(rows, columns, products)
      }
    }
  }
}
