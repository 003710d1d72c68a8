extension Tensor {
  /// The matrix product, batched over leading dimensions.
  public func matmul(_ other: Tensor) -> Tensor { Operator.matmul(self, other) }

  /// Σ aᵢbᵢ of two vectors, a scalar.
  public func dot(_ other: Tensor) -> Tensor { Operator.dot(self, other) }

  /// This plus the product of two matrices, of n×m and m×p: n×p, or what broadcasts to it.
  public func addingProduct(_ left: Tensor, _ right: Tensor) -> Tensor {
    Operator.addProduct(self, left, right)
  }

  /// This plus the products of two batches of matrices, of b×n×m and b×m×p: b×n×p, or what broadcasts to it.
  public func addingBatchedProduct(_ left: Tensor, _ right: Tensor) -> Tensor {
    Operator.addBatchedProduct(self, left, right)
  }

  /// The elements on and above a diagonal of a matrix, zeros below; diagonals are counted from the main
  /// one upwards.
  public func upperTriangle(from diagonal: Int = 0) -> Tensor {
    Operator.upperTriangle(self, diagonal)
  }

  /// Singular values in falling order, of a matrix or a batch of them.
  public func singularValues() -> Tensor { Operator.singularValues(self) }

  /// The thin decomposition U·diag(S)·Vᵀ.
  public func singularValueDecomposition() -> (u: Tensor, s: Tensor, vTransposed: Tensor) {
    let results = Operator.svd.results(self, false)
    guard let u = results[0], let s = results[1], let vTransposed = results[2] else {
      fatalError("aten::linalg_svd returned nothing")
    }
    return (u, s, vTransposed)
  }

  /// Eigenvalues in rising order and eigenvectors (columns) of a symmetric matrix or a batch.
  public func symmetricEigen() -> (values: Tensor, vectors: Tensor) {
    let results = Operator.symmetricEigen.results(self)
    guard let values = results[0], let vectors = results[1] else {
      fatalError("aten::linalg_eigh returned nothing")
    }
    return (values, vectors)
  }

  /// Eigenvalues in rising order of a symmetric matrix or a batch.
  public func symmetricEigenvalues() -> Tensor { Operator.symmetricEigenvalues(self) }

  /// The orthonormal factor Q of the reduced QR decomposition.
  public func orthonormalized() -> Tensor { Operator.qr(self) }

  /// The triangular factor R of the reduced QR decomposition: no more rows than columns, and the same
  /// singular values.
  public func triangularFactor() -> Tensor {
    guard let factor = Operator.qr.results(self, "r")[1] else {
      fatalError("aten::linalg_qr returned no R")
    }
    return factor
  }

  /// The lower triangular L with L·Lᵀ = self, for a symmetric positive definite matrix. Traps for another.
  public func choleskyFactor() -> Tensor { Operator.cholesky(self) }

  /// The solution X of L·Lᵀ·X = `right`, for this `choleskyFactor` L.
  public func choleskySolve(_ right: Tensor) -> Tensor { Operator.choleskySolve(right, self) }

  /// The solution X of self·X = `right`, for a square matrix.
  public func solve(_ right: Tensor) -> Tensor { Operator.solve(self, right) }
}

extension Operator {
  static let matmul = Operator("aten::matmul")
  static let dot = Operator("aten::dot")
  static let addProduct = Operator("aten::addmm")
  static let addBatchedProduct = Operator("aten::baddbmm")
  static let upperTriangle = Operator("aten::triu")
  static let singularValues = Operator("aten::linalg_svdvals")
  static let svd = Operator("aten::linalg_svd")
  static let symmetricEigen = Operator("aten::linalg_eigh")
  static let symmetricEigenvalues = Operator("aten::linalg_eigvalsh")
  static let qr = Operator("aten::linalg_qr")
  static let cholesky = Operator("aten::linalg_cholesky")
  static let choleskySolve = Operator("aten::cholesky_solve")
  static let solve = Operator("aten::linalg_solve")
}
