extension Tensor {
  /// The matrix product, batched over leading dimensions.
  public func matmul(_ other: Tensor) -> Tensor { Operator.matmul(self, other) }

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

  /// The orthonormal factor Q of the reduced QR decomposition.
  public func orthonormalized() -> Tensor { Operator.qr(self) }

  /// The solution X of self·X = `right`, for a square matrix.
  public func solve(_ right: Tensor) -> Tensor { Operator.solve(self, right) }
}

extension Operator {
  static let matmul = Operator("aten::matmul")
  static let dot = Operator("aten::dot")
  static let singularValues = Operator("aten::linalg_svdvals")
  static let svd = Operator("aten::linalg_svd")
  static let symmetricEigen = Operator("aten::linalg_eigh")
  static let qr = Operator("aten::linalg_qr")
  static let solve = Operator("aten::linalg_solve")
}
