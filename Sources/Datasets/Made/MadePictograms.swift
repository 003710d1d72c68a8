/// The coloured emoji of a font by Unicode's groups, on white.
public enum MadePictograms {
  /// The list's name in the package unicode-data.
  public static let listName = "emoji-test.txt"
  /// The font's name in the package fonts-noto-color-emoji.
  public static let fontName = "NotoColorEmoji.ttf"

  /// Groups with fewer emoji are left out.
  static let leastOfGroup = 20

  /// The factor of the images.
  static let factorName = "subgroup"

  /// Draws every emoji that is one character and has a coloured bitmap in the font; a fifth of every
  /// group is held out, those whose code points have the smallest hashes. The subgroup is a factor.
  ///
  /// Sequences of several characters (skin tones, flags of countries, families) need a shaper of text
  /// and are left out, and with them variants of one emoji that could fall on both sides of the division.
  ///
  /// - Parameters:
  ///   - folder: where the packages were unpacked; the files may lie anywhere below it.
  ///   - side: rows and columns of the images.
  /// - Throws: `MakingError` when a file is missing or holds no emoji, or memory cannot hold the images.
  public static func make(
    from folder: String, side: Int = 64
  ) throws(MakingError) -> DatasetSplits {
    guard DatasetRequest.imageSizes.contains(side) else {
      throw .imageSize(side, allowed: DatasetRequest.imageSizes)
    }
    let listPath = try FileTree.file(named: listName, below: folder)
    let fontPath = try FileTree.file(named: fontName, below: folder)
    let list = EmojiList(String(decoding: try FileTree.read(listPath), as: UTF8.self))
    try MadeImages.checkMemory(count: list.emoji.count, side: side, place: folder)
    let font = try opened(fontPath)
    var drawn = Drawn()
    for emoji in list.emoji { try drawn.add(emoji, from: font, path: fontPath, side: side) }
    var remarks = ["\(list.sequenceCount) emoji of several characters left out"]
    remarks += drawn.remarks
    remarks += drawn.dropSmallGroups()
    guard !drawn.emoji.isEmpty else {
      throw .noPictograms(list: listPath.description, font: fontPath.description)
    }
    let splits = drawn.images(side: side).divided(
      by: drawn.emoji.map { String($0.character.value, radix: 16, uppercase: true) })
    return DatasetSplits(train: splits.train, heldOut: splits.heldOut, remarks: remarks)
  }

  private static func opened(_ path: FilePath) throws(MakingError) -> FontFace {
    let file = FontFile(try FileTree.read(path))
    do throws(FontFace.Fault) {
      return try FontFace(file)
    } catch {
      guard case .damaged(let message) = error else { throw .unreadable(path.description) }
      throw .font(path.description, reason: message)
    }
  }
}

/// The emoji that a font draws, with their pixels.
private struct Drawn {
  var emoji: [EmojiList.Emoji] = []
  private var pictures: [[UInt8]] = []
  private var seen: Set<[UInt8]> = []
  private var absent = 0
  private var repeated = 0

  mutating func add(
    _ emoji: EmojiList.Emoji, from font: FontFace, path: FilePath, side: Int
  ) throws(MakingError) {
    do throws(FontFace.Fault) {
      let picture = try font.picture(of: emoji.character)
      guard seen.insert(picture.pixels).inserted else {
        repeated += 1
        return
      }
      self.emoji.append(emoji)
      pictures.append(picture.widenedToSquare().middleSquare(size: side).pixels)
    } catch {
      guard case .damaged(let message) = error else {
        absent += 1
        return
      }
      throw .font(
        path.description,
        reason: "U+\(String(emoji.character.value, radix: 16, uppercase: true)): \(message)")
    }
  }

  /// What was left out of the list.
  var remarks: [String] {
    (absent > 0 ? ["\(absent) emoji left out that the font does not draw"] : [])
      + (repeated > 0 ? ["\(repeated) emoji left out that look like another one"] : [])
  }

  /// Leaves out the groups with too few emoji; a remark on each.
  mutating func dropSmallGroups() -> [String] {
    let sizes = Dictionary(grouping: emoji, by: \.group).mapValues(\.count)
    let small = sizes.filter { $0.value < MadePictograms.leastOfGroup }
    let kept = emoji.indices.filter { small[emoji[$0].group] == nil }
    emoji = kept.map { emoji[$0] }
    pictures = kept.map { pictures[$0] }
    return small.sorted { $0.key < $1.key }.map { "group \($0.key) left out: \($0.value) emoji" }
  }

  func images(side: Int) -> MadeImages {
    var classNames: [String] = []
    var subgroups: [String] = []
    for emoji in emoji {
      if classNames.last != emoji.group { classNames.append(emoji.group) }
      if subgroups.last != emoji.subgroup { subgroups.append(emoji.subgroup) }
    }
    let classes = Dictionary(
      zip(classNames, 0...), uniquingKeysWith: { first, _ in first })
    let numbers = Dictionary(zip(subgroups, 0...), uniquingKeysWith: { first, _ in first })
    let subgroup = Factor(
      name: MadePictograms.factorName, kind: .categorical(count: subgroups.count),
      values: emoji.map { Float(numbers[$0.subgroup] ?? 0) })
    return MadeImages(
      name: "pictograms", side: side, pixels: pictures.flatMap { $0 },
      labels: emoji.map { classes[$0.group] ?? 0 }, classNames: classNames, factors: [subgroup])
  }
}

extension RGBImage {
  /// The image in the middle of a white square of its longer side.
  fileprivate func widenedToSquare() -> RGBImage {
    let side = max(width, height)
    let (left, top) = ((side - width) / 2, (side - height) / 2)
    var square = [UInt8](repeating: 255, count: side * side * 3)
    for row in 0..<height {
      let start = ((top + row) * side + left) * 3
      square.replaceSubrange(
        start..<start + width * 3, with: pixels[row * width * 3..<(row + 1) * width * 3])
    }
    return RGBImage(width: side, height: side, pixels: square)
  }
}
