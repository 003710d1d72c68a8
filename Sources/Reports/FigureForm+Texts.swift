import Records

extension FigureForm {
  /// The numbers of one row, with as many decimals each, so that they align and compare.
  func texts(_ values: [Double?]) -> [String?] {
    switch self {
    case .percent: values.map { $0.map { Numerals.fixed($0 * 100, 1) } }
    case .rank: Numerals.aligned(values, decimals: 1)
    case .count: Numerals.aligned(values, decimals: 0)
    case .general: Numerals.aligned(values)
    }
  }
}
