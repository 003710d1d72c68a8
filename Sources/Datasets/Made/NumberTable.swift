import Archives

/// A compressed table of whole numbers: the levels of an image and its digit on each line.
struct NumberTable {
  /// The levels of all images, `side` × `side` each, rows from the top.
  private(set) var levels: [UInt8] = []
  /// The digits, one an image.
  private(set) var digits: [Int] = []

  private let path: String
  private let columns: Int
  private let brightest: Int

  /// Reads a gzip file whose lines hold `side` × `side` levels from 0 to `brightest` and a digit, with
  /// commas between them.
  init(_ path: FilePath, side: Int, brightest: Int) throws(MakingError) {
    self.path = path.description
    self.brightest = brightest
    columns = side * side + 1
    let text = try decompressed(try FileTree.read(path))
    var line = 0
    var start = text.startIndex
    while start < text.endIndex {
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
      line += 1
      try read(text[start..<end], line: line)
      start = end + 1
    }
    guard !digits.isEmpty else { throw .emptyTable(self.path) }
  }

  /// The most bytes that are believed: of a hundred thousand lines, four a number.
  private var byteLimit: Int { 4 * columns * 100_000 }

  private func decompressed(_ file: [UInt8]) throws(MakingError) -> [UInt8] {
    do throws(ArchiveError) {
      return try Inflater(file[...], .gzip).read(byteLimit)
    } catch {
      throw .compressed(path, error)
    }
  }

  private mutating func read(_ text: ArraySlice<UInt8>, line: Int) throws(MakingError) {
    let fault = MakingError.row(
      path, line: line,
      expected: "\(columns - 1) levels from 0 to \(brightest) and a digit, with commas between")
    var number: Int?
    var count = 0
    func take() throws(MakingError) -> Int {
      guard let found = number, count < columns else { throw fault }
      number = nil
      count += 1
      return found
    }
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        guard number ?? 0 <= brightest else { throw fault }
      case UInt8(ascii: ","):
        levels.append(UInt8((try take() * 510 + brightest) / (2 * brightest)))
      case UInt8(ascii: "\r"): continue
      default: throw fault
      }
    }
    let digit = try take()
    guard count == columns, digit < 10 else { throw fault }
    digits.append(digit)
  }
}
