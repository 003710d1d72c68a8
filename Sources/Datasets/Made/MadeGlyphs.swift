/// The letters A to J of many fonts, as notMNIST was made (Yaroslav Bulatov, 2011): every face of every
/// font file gives ten images.
///
/// A letter's ink is scaled so that its longer side leaves a margin of a sixteenth of the image on both
/// sides, and stands in the middle; ink is 255 on 0, the blackest pixel of a letter being 255.
public enum MadeGlyphs {
  /// The endings of the files that are looked at.
  static let endings: Set<String> = ["ttf", "otf", "ttc", "otc"]

  /// The most faces of one file that are believed.
  static let faceLimit = 1_000

  /// Mean difference of levels up to which two faces are one and the same drawn again, and two letters cannot be told apart.
  package static let sameDifference = 2.0

  /// Mean difference of levels up to which two faces are of one design.
  package static let relatedDifference = 12.0

  /// The factors of the images.
  public static let knownFactors: [KnownFactor] = [
    KnownFactor(name: "weight", kind: .linear),
    KnownFactor(name: "italic", kind: .categorical(count: 2)),
    KnownFactor(name: "monospaced", kind: .categorical(count: 2)),
    KnownFactor(
      name: "serif", kind: .categorical(count: LetterFace.Serifs.allCases.count)),
  ]

  /// Draws the letters of all fonts below a folder, files in the order of their names' bytes. A fifth of
  /// the faces is held out, whole groups of design (`FaceGroups`) in the order of their hashes.
  ///
  /// - Parameters:
  ///   - folder: the fonts, in any subfolders.
  ///   - side: rows and columns of the images.
  /// - Returns: two splits that share no design, what was left out, and remarks on it.
  /// - Throws: `MakingError` when the folder cannot be read, holds too few faces, or more than memory can hold.
  public static func make(
    from folder: String, side: Int = 32
  ) throws(MakingError) -> DatasetSplits {
    guard DatasetRequest.imageSizes.contains(side) else {
      throw .imageSize(side, allowed: DatasetRequest.imageSizes)
    }
    let tree = try FileTree(below: folder) { MadeGlyphs.endings.contains($1) }
    var survey = FaceSurvey(side: side)
    tree.unreadable.forEach { survey.skip($0) }
    for (number, path) in tree.files.enumerated() {
      // At least one face of every file that is left.
      let faces = survey.faces.count + tree.files.count - number
      try MadeImages.checkMemory(
        count: faces * LetterFace.letters.count, side: side, place: folder)
      survey.add(path)
    }
    survey.dropRepetitions(within: MadeGlyphs.sameDifference)
    let faces = survey.faces
    let groups = FaceGroups(
      families: faces.map(\.family), alike: survey.pairs(within: MadeGlyphs.relatedDifference))
    let heldOut = groups.heldOut(keys: faces.map(\.family))
    guard !heldOut.isEmpty else {
      throw .tooFewFaces(folder, usable: faces.count, groups: groups.count)
    }
    let images = images(of: faces, side: side)
    func places(_ isWanted: (Int) -> Bool) -> [Int] {
      let letters = LetterFace.letters.count
      return faces.indices.filter(isWanted).flatMap { face in
        face * letters..<(face + 1) * letters
      }
    }
    return DatasetSplits(
      train: images.chosen(places { !heldOut.contains($0) }, "train"),
      heldOut: images.chosen(places { heldOut.contains($0) }, "held out"),
      skipped: survey.skipped,
      remarks: survey.remarks + [
        "\(faces.count) faces in \(groups.count) groups of design, the largest of \(groups.largest)"
      ])
  }

  private static func images(of faces: [LetterFace], side: Int) -> MadeImages {
    let letters = LetterFace.letters.count
    func perImage(_ value: (LetterFace) -> Float) -> [Float] {
      faces.flatMap { Array(repeating: value($0), count: letters) }
    }
    let values: [[Float]] = [
      perImage { Float($0.weight) }, perImage { $0.isItalic ? 1 : 0 },
      perImage { $0.isMonospaced ? 1 : 0 }, perImage { Float($0.serifs.rawValue) },
    ]
    return MadeImages(
      name: "glyphs", side: side,
      pixels: faces.flatMap { $0.levels.flatMap { level in [level, level, level] } },
      labels: faces.flatMap { _ in 0..<letters },
      classNames: LetterFace.letters.map { String(Character($0)) },
      factors: zip(knownFactors, values).map { known, values in
        Factor(name: known.name, kind: known.kind, values: values)
      })
  }
}
