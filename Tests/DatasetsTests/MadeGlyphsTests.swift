import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct MadeGlyphsTests {
  private let letters = fixture("fonts/letters")

  @Test func everyFaceGivesTenLettersWithWhatItsFileSays() throws {
    let made = try MadeGlyphs.make(from: letters)
    #expect(made.train.count + made.heldOut.count == 60 && made.skipped.isEmpty)
    for images in [made.train, made.heldOut] {
      #expect(images.classNames == ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"])
      #expect(images.labels == (0..<images.count).map { $0 % 10 })
      #expect(images.height == 32 && images.width == 32)
      #expect(images.factors.map(\.name) == ["weight", "italic", "monospaced", "serif"])
      for index in 0..<images.count { #expect(images.image(at: index).max() == 255) }
    }
    func values(_ name: String) -> Set<Float> {
      Set(
        [made.train, made.heldOut].flatMap { $0.factors.first { $0.name == name }?.values ?? [] })
    }
    // The weight of 3 is one of fonts that count to 9.
    #expect(values("weight") == [300, 400, 700, 900])
    #expect(values("italic") == [0, 1] && values("monospaced") == [0, 1])
    #expect(values("serif") == [0, 1, 2])
  }

  @Test func theSameFontsGiveTheSameBytesWhereverTheyLie() throws {
    let folder = try TemporaryFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: letters) {
      let file = try Array(Data(contentsOf: URL(fileURLWithPath: letters + "/" + name)))
      try folder.write(file, to: name.uppercased())
    }
    // In capitals the order of the names is the same.
    let made = try MadeGlyphs.make(from: letters)
    let again = try MadeGlyphs.make(from: folder.path)
    #expect(made.train.pixels == again.train.pixels)
    #expect(made.heldOut.pixels == again.heldOut.pixels)
  }

  @Test func noDesignIsOnBothSides() throws {
    let faces = [
      "Block Sans", "Block Serif", "Alpha", "Beta", "Beta2", "Gamma", "Delta", "Delta Mono", "Eta",
      "",
    ]
    let groups = FaceGroups(families: faces, alike: [(2, 5), (3, 4)])
    #expect(groups.groups == [0, 0, 2, 3, 3, 2, 6, 6, 8, 9])
    #expect(groups.count == 6 && groups.largest == 2)
    let heldOut = groups.heldOut(keys: faces)
    #expect(heldOut.count == 2)
    for face in heldOut {
      #expect(
        groups.groups.indices.allSatisfy {
          groups.groups[$0] != groups.groups[face] || heldOut.contains($0)
        })
    }
  }

  @Test func kinThatLooksNearlyAlikeIsOfOneDesignAndNotTheSame() throws {
    let faces = try ["wedge", "wedge-kin", "steps"].map { name in
      let file = try Data(contentsOf: URL(fileURLWithPath: letters + "/\(name).ttf"))
      let face = try FontFace(FontFile(Array(file)))
      return try "ABCDEFGHIJ".unicodeScalars.flatMap {
        try face.levels(of: $0, side: 32, margin: 2)
      }
    }
    let comparison = FaceComparison(faces, side: 32)
    let pairs = comparison.pairs(within: MadeGlyphs.relatedDifference)
    #expect(pairs.map(\.first) == [0] && pairs.map(\.second) == [1])
    #expect(comparison.pairs(within: MadeGlyphs.sameDifference).isEmpty)
  }

  @Test func facesWithoutTenUnlikeLettersAreLeftOutWithTheReason() throws {
    let made = try MadeGlyphs.make(from: fixture("fonts"))
    let reasons = Dictionary(
      made.skipped.map { (String($0.path.split(separator: "/").last ?? ""), $0.reason) },
      uniquingKeysWith: { first, _ in first })
    #expect(
      reasons == [
        "same-box.ttf": "two letters look the same", "blank.ttf": "a letter shows nothing",
        "partial.ttf": "it lacks some of the letters",
        "pictorial.ttf": "by its own word it draws pictures or symbols",
        "NotoColorEmoji.ttf": "it holds bitmaps alone",
      ])
    // The same outlines in units half as large, under another name.
    #expect(made.remarks.contains("1 faces left out that draw what another one draws"))
    #expect(made.train.count + made.heldOut.count == 60)
  }

  @Test func comparisonFindsThePairsThatPlainLoopsFind() {
    var faces: [[UInt8]] = []
    for face in 0..<12 {
      faces.append(
        (0..<2 * 64).map { place in
          UInt8((place * 7 + (face / 3) * 90 + face % 3 * (place % 2)) % 256)
        })
    }
    var expected: [[Int]] = []
    for second in faces.indices {
      for first in 0..<second {
        let sum = zip(faces[first], faces[second]).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        if Double(sum) / 128 <= 3 { expected.append([first, second]) }
      }
    }
    let pairs = FaceComparison(faces, side: 8).pairs(within: 3)
    #expect(!expected.isEmpty && pairs.map { [$0.first, $0.second] } == expected)
  }

  @Test func aFileOrFolderThatCannotBeReadIsLeftOut() throws {
    let folder = try TemporaryFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: letters) {
      try folder.write(contents(name), to: name)
    }
    try folder.write("", to: "closed.ttf")
    try folder.write("", to: "shut/any.ttf")
    let closed = ["closed.ttf", "shut"].map { folder.path + "/" + $0 }
    for path in closed { #expect(chmod(path, 0) == 0) }
    defer { for path in closed { chmod(path, 0o700) } }
    let made = try MadeGlyphs.make(from: folder.path)
    #expect(made.train.count + made.heldOut.count == 60)
    // Nothing is closed to the superuser.
    let isSuperuser = geteuid() == 0
    #expect(
      Set(made.skipped.map(\.path))
        == Set(isSuperuser ? [closed[0], closed[1] + "/any.ttf"] : closed))
    #expect(made.skipped.allSatisfy { ($0.reason == "it cannot be read") != isSuperuser })
  }

  @Test func theFacesOfACollectionAreTakenWhoseFirstIsDamaged() throws {
    let folder = try TemporaryFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: letters)
    where name != "steps.ttf" {
      try folder.write(contents(name), to: name)
    }
    // The header of a collection of two, the first of which is read from the header itself.
    let start = 20
    var face = try contents("steps.ttf")
    for table in 0..<(Int(face[4]) << 8 | Int(face[5])) {
      let place = 12 + 16 * table + 8
      let offset = face[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } + start
      face.replaceSubrange(place..<place + 4, with: bigEndian(offset))
    }
    let header = Array("ttcf".utf8) + [0x10000, 2, 0, start].flatMap(bigEndian)
    try folder.write(header + face, to: "collection.ttc")
    let made = try MadeGlyphs.make(from: folder.path)
    #expect(made.train.count + made.heldOut.count == 60)
    #expect(made.skipped.map(\.path) == [folder.path + "/collection.ttc"])
    // A collection that claims more faces than it has room for.
    try folder.write(
      Array("ttcf".utf8) + [0x10000, 0xFFFF_FFFF, 0].flatMap(bigEndian), to: "collection.ttc")
    #expect(try MadeGlyphs.make(from: folder.path).skipped.count == 1)
  }

  @Test func moreFontsThanMemoryHoldsAreRefusedBeforeAnyIsDrawn() throws {
    let folder = try TemporaryFolder()
    // Ten letters a face, nine bytes a pixel while images are drawn, gathered and divided.
    let bytes = Double(10 * 9 * 1024 * 1024)
    let count = Int(Double(ProcessInfo.processInfo.physicalMemory) / bytes) + 1
    for number in 0..<count { try folder.write("", to: "\(number).ttf") }
    let error = #expect(throws: MakingError.self) {
      try MadeGlyphs.make(from: folder.path, side: 1024)
    }
    #expect(error?.description.contains("\(10 * count) images of 1024×1024 take") == true)
  }

  private func contents(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: letters + "/" + name)))
  }

  private func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  @Test func tooFewFontsAndNoFolderAreErrors() throws {
    #expect(throws: MakingError.tooFewFaces(fixture("fonts/odd"), usable: 1, groups: 1)) {
      try MadeGlyphs.make(from: fixture("fonts/odd"))
    }
    #expect(throws: MakingError.noFolder("nowhere")) { try MadeGlyphs.make(from: "nowhere") }
    #expect(throws: MakingError.imageSize(4, allowed: 8...1024)) {
      try MadeGlyphs.make(from: letters, side: 4)
    }
  }
}
