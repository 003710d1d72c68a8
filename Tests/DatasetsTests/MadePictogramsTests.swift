import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct MadePictogramsTests {
  @Test func groupsAreClassesAndSubgroupsAFactor() throws {
    let made = try MadePictograms.make(from: fixture("fonts/pictures"), side: 16)
    // 24 hearts, the first two of which are equal, and 21 stars; a fifth of each is held out.
    #expect(made.train.count == 18 + 17 && made.heldOut.count == 5 + 4)
    for images in [made.train, made.heldOut] {
      #expect(images.classNames == ["Hearts", "Stars"] && images.width == 16)
      let factor = try #require(images.factors.first)
      #expect(factor.name == "subgroup" && factor.kind == .categorical(count: 4))
      #expect(zip(images.labels, factor.values).allSatisfy { $0 == Int($1) / 2 })
    }
    #expect(
      made.remarks == [
        "3 emoji of several characters left out", "1 emoji left out that the font does not draw",
        "1 emoji left out that look like another one", "group Rare left out: 3 emoji",
      ])
  }

  @Test func aPictureStandsInTheMiddleOfAWhiteSquare() throws {
    let made = try MadePictograms.make(from: fixture("fonts/pictures"), side: 8)
    // Pictures of 8 × 6 pixels: a white row above and below, the colour between them.
    let image = Array(made.train.image(at: 0))
    #expect(image.prefix(24).allSatisfy { $0 == 255 } && image.suffix(24).allSatisfy { $0 == 255 })
    #expect(image[24 + 2] == 100 && image[6 * 24 + 2] == 100)
  }

  @Test func theListSaysGroupsAndLeavesOutWhatIsNoEmojiOfItsOwn() {
    let list = EmojiList(
      """
      # group: Smileys & Emotion
      # subgroup: face-smiling
      1F600                ; fully-qualified     # 😀 E1.0 grinning face
      263A FE0F            ; fully-qualified     # ☺️ E0.6 smiling face
      263A                 ; unqualified         # ☺ E0.6 smiling face
      1F44B 1F3FB          ; fully-qualified     # 👋🏻 E1.0 waving hand: light skin tone
      # group: Component
      1F3FB                ; component           # 🏻 E1.0 light skin tone
      D800                 ; fully-qualified     # no character
      #EOF
      """)
    #expect(list.emoji.map(\.character.value) == [0x1F600, 0x263A] && list.sequenceCount == 1)
    #expect(
      list.emoji.allSatisfy { $0.group == "Smileys & Emotion" && $0.subgroup == "face-smiling" })
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: MakingError.noFile(name: "emoji-test.txt", folder: folder.path)) {
      try MadePictograms.make(from: folder.path)
    }
    try folder.write("# nothing\n", to: "unicode/emoji-test.txt")
    #expect(throws: MakingError.noFile(name: "NotoColorEmoji.ttf", folder: folder.path)) {
      try MadePictograms.make(from: folder.path)
    }
    try folder.write("no font", to: "fonts/NotoColorEmoji.ttf")
    #expect {
      try MadePictograms.make(from: folder.path)
    } throws: { error in
      "\(error)".hasPrefix("\(folder.path)/fonts/NotoColorEmoji.ttf: ")
        && "\(error)".hasSuffix("; use another font file")
    }
  }
}
