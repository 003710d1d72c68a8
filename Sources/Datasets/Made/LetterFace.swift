/// A face with the ten letters that it draws, and what its file says about it.
struct LetterFace {
  /// Whether strokes end in serifs.
  enum Serifs: Int, CaseIterable {
    case notSaid
    case serif
    case sans
  }

  /// The letters that are drawn, as of notMNIST.
  static let letters: [Unicode.Scalar] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"]

  let family: String
  /// From 100 (thin) to 900 (black); 400 is regular.
  let weight: Int
  let isItalic: Bool
  let isMonospaced: Bool
  let serifs: Serifs
  /// Ten squares of levels, ink 255 on 0.
  let levels: [UInt8]

  /// Why a face is left out.
  enum Fault: Error, Hashable {
    case damaged(String)
    case bitmapsAlone
    case pictorial
    case missingLetter
    case blankLetter
    case equalLetters

    var reason: String {
      switch self {
      case .damaged(let message): "damaged: \(message)"
      case .bitmapsAlone: "it holds bitmaps alone"
      case .pictorial: "by its own word it draws pictures or symbols"
      case .missingLetter: "it lacks some of the letters"
      case .blankLetter: "a letter shows nothing"
      case .equalLetters: "two letters look the same"
      }
    }
  }

  /// Draws the letters.
  ///
  /// - Parameter side: rows and columns of a letter's square.
  init(_ face: FontFace, side: Int) throws(Fault) {
    let said = face.description
    guard said.isScalable else { throw .bitmapsAlone }
    // PANOSE's kind 5, Latin Symbol; IBM's class 12, symbolic.
    guard said.panoseKind != 5, said.familyClass != 12 else { throw .pictorial }
    var levels: [UInt8] = []
    for letter in LetterFace.letters {
      levels += try LetterFace.drawn(letter, of: face, side: side)
    }
    let size = side * side
    let squares = stride(from: 0, to: levels.count, by: size).map { Array(levels[$0..<$0 + size]) }
    let comparison = FaceComparison(squares, side: side)
    guard comparison.pairs(within: MadeGlyphs.sameDifference).isEmpty else { throw .equalLetters }
    self.levels = levels
    family = said.family
    isItalic = said.isItalic
    isMonospaced = said.isMonospaced
    weight = LetterFace.weight(of: said)
    serifs = LetterFace.serifs(of: said)
  }

  /// The margin around a letter: a sixteenth of the side.
  static func margin(of side: Int) -> Int { max(1, side / 16) }

  /// A letter's square, its blackest pixel full ink.
  private static func drawn(
    _ letter: Unicode.Scalar, of face: FontFace, side: Int
  ) throws(Fault) -> [UInt8] {
    let levels: [UInt8]
    do throws(FontFace.Fault) {
      levels = try face.levels(of: letter, side: side, margin: margin(of: side))
    } catch {
      switch error {
      case .absent: throw .missingLetter
      case .blank: throw .blankLetter
      case .damaged(let message): throw .damaged(message)
      }
    }
    let most = Int(levels.max() ?? 0)
    guard most > 0 else { throw .blankLetter }
    return levels.map { UInt8((Int($0) * 510 + most) / (2 * most)) }
  }

  /// OS/2's class; fonts of Windows 3 have 1 to 9 instead of hundreds.
  private static func weight(of said: FontFace.Description) -> Int {
    switch said.weight {
    case 1...9: said.weight * 100
    case 10...1000: min(max(said.weight, 100), 900)
    default: said.isBold ? 700 : 400
    }
  }

  /// By PANOSE for text faces, else by IBM's class of family.
  ///
  /// Source: Microsoft, *OpenType specification*, OS/2: panose and sFamilyClass.
  private static func serifs(of said: FontFace.Description) -> Serifs {
    if said.panoseKind == 2 {
      if 2...10 ~= said.panoseSerif { return .serif }
      if 11...15 ~= said.panoseSerif { return .sans }
    }
    switch said.familyClass {
    case 1...5, 7: return .serif
    case 8: return .sans
    default: return .notSaid
    }
  }
}
