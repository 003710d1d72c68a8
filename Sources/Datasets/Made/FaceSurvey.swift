/// The faces of font files: those that draw the letters, and what was left out.
struct FaceSurvey {
  private let side: Int
  private(set) var faces: [LetterFace] = []
  private(set) var skipped: [SkippedFile] = []
  /// What was passed over that is no fault of a file.
  private(set) var remarks: [String] = []

  init(side: Int) { self.side = side }

  /// Notes a file or folder that cannot be read.
  mutating func skip(_ path: FilePath) {
    skipped.append(SkippedFile(path: path.description, reason: "it cannot be read"))
  }

  /// Draws the letters of every face of a file.
  mutating func add(_ path: FilePath) {
    let bytes: [UInt8]
    do throws(MakingError) {
      bytes = try FileTree.read(path)
    } catch {
      skip(path)
      return
    }
    let file = FontFile(bytes)
    var index = 0
    // A collection's own word, as its first face may be damaged.
    var count = file.collectionCount ?? 1
    while index < min(count, MadeGlyphs.faceLimit) {
      let place = path.description + (index == 0 ? "" : ", face \(index)")
      do {
        let face = try opened(file, index: index)
        count = max(count, face.description.faceCount)
        faces.append(try LetterFace(face, side: side))
      } catch {
        skipped.append(SkippedFile(path: place, reason: error.reason))
      }
      index += 1
    }
  }

  private func opened(_ file: FontFile, index: Int) throws(LetterFace.Fault) -> FontFace {
    do throws(FontFace.Fault) {
      return try FontFace(file, index: index)
    } catch {
      guard case .damaged(let message) = error else { throw .missingLetter }
      throw .damaged(message)
    }
  }

  /// Leaves out every face whose letters look like those of one before it.
  mutating func dropRepetitions(within difference: Double) {
    var isRepetition = [Bool](repeating: false, count: faces.count)
    for pair in comparison.pairs(within: difference) where !isRepetition[pair.first] {
      isRepetition[pair.second] = true
    }
    let repeated = isRepetition.count { $0 }
    guard repeated > 0 else { return }
    faces = faces.indices.filter { !isRepetition[$0] }.map { faces[$0] }
    remarks.append("\(repeated) faces left out that draw what another one draws")
  }

  /// Pairs of faces that look alike.
  func pairs(within difference: Double) -> [(first: Int, second: Int)] {
    comparison.pairs(within: difference).map { ($0.first, $0.second) }
  }

  private var comparison: FaceComparison { FaceComparison(faces.map(\.levels), side: side) }
}
