import Datasets
import Foundation
import Testing
import Torch

/// What a packed data set's file that lies is refused for.
@Suite struct PackedDamageTests {
  private let folder: TemporaryFolder
  private let whole: PackedBytes

  init() throws {
    folder = try TemporaryFolder()
    let splits = try DatasetRequest(kind: .sprites, imageSize: 8, trainCount: 5, heldOutCount: 3)
      .load()
    let path = folder.path + "/whole.gnomon"
    _ = try PackedDatasetWriter.write(splits, to: path, provenance: "sprites")
    whole = try PackedBytes(path)
  }

  private func fault(_ file: PackedBytes) throws -> PackedFault? {
    try folder.write(file.bytes, to: "damaged.gnomon")
    do {
      let packed = try PackedDataset(path: folder.path + "/damaged.gnomon")
      try packed.verifyPixels()
      return nil
    } catch let error as DatasetError {
      guard case .format(.packed(let fault)) = error.fault else { throw error }
      #expect(!error.description.contains("\n") && error.description.contains("damaged.gnomon: "))
      return fault
    }
  }

  private func fault(_ change: (inout PackedBytes) -> Void) throws -> PackedFault? {
    var file = whole
    change(&file)
    return try fault(file)
  }

  @Test func aWholeFileIsTaken() throws {
    #expect(try fault(whole) == nil)
    // The entries of what is written: pixels, labels and factors twice, then the description.
    #expect(whole.word(24) == 7 && whole.word(PackedBytes.entry(6)) == 0)
    #expect(try fault { $0.seal() } == nil, "the checksum is the plain one")
  }

  @Test func whatIsNoPackedDataSetIsRefused() throws {
    #expect(try fault { $0.bytes = [] } == .notPacked)
    #expect(try fault { $0.bytes = Array("GIF89a".utf8) } == .notPacked)
    #expect(try fault { $0.bytes.removeLast($0.bytes.count - 4095) } == .notPacked)
    #expect(try fault { $0.bytes[0] = 0 } == .notPacked)
    // As a transfer of text leaves it.
    #expect(try fault { $0.bytes.insert(13, at: 7) } == .notPacked)
  }

  @Test(arguments: [0, 2, 7, UInt32.max]) func otherVersionsAreRefused(version: UInt32) throws {
    #expect(try fault { $0.set(version, at: 8) } == .version(version))
  }

  @Test func aFileThatWasCutOrGrewIsRefused() throws {
    let length = whole.bytes.count
    #expect(try fault { $0.bytes.removeLast() } == .length(length - 1, expected: length))
    #expect(try fault { $0.bytes.removeLast(length - 4096) } == .length(4096, expected: length))
    #expect(try fault { $0.bytes.append(0) } == .length(length + 1, expected: length))
    #expect(
      try fault {
        $0.setLong(UInt64.max, at: 16)
        $0.sealHeader()
      } == .length(length, expected: .max))
  }

  @Test func aChangedHeaderIsRefused() throws {
    for place in [12, 20, 31, 40, 300, 4091, 4095] {
      #expect(try fault { $0.bytes[place] ^= 4 } == .checksum("header"), "byte \(place)")
    }
  }

  @Test(arguments: [0, 7, 1025, UInt32.max]) func sidesThatNoImageHasAreRefused(side: UInt32) throws
  {
    #expect(
      try fault {
        $0.set(side, at: 12)
        $0.seal()
      } == .side(Int(side)))
  }

  @Test(arguments: [0, 127, 1 << 31, UInt32.max])
  func moreSectionsThanFitAreRefused(count: UInt32) throws {
    #expect(
      try fault {
        $0.set(count, at: 24)
        $0.seal()
      } == .sectionCount(Int(count)))
  }

  /// Offset and length of the training pixels, of 5 images of 192 bytes.
  @Test(
    arguments: [
      (0, 960), (4095, 960), (4097, 960), (4104, 960), (1 << 20, 960), (UInt64.max, 960),
      (UInt64(Int.max), 960), (4096, 1 << 40), (4096, UInt64.max), (4096, UInt64(Int.max) - 4095),
      (UInt64(Int.max) & ~4095, UInt64(Int.max)),
    ] as [(UInt64, UInt64)])
  func sectionsBeyondTheFileAreRefused(offset: UInt64, length: UInt64) throws {
    #expect(
      try fault {
        $0.setLong(offset, at: PackedBytes.entry(0) + 16)
        $0.setLong(length, at: PackedBytes.entry(0) + 24)
        $0.seal()
      } == .misplaced("pixels of train"))
  }

  @Test func sectionsThatShareBytesAreRefused() throws {
    #expect(
      try fault {
        $0.setLong(UInt64(4096), at: $0.entry(kind: 2) + 16)
        $0.seal()
      } == .overlap("pixels of train", "labels of train"))
    #expect(
      try fault {
        $0.setLong(UInt64($0.long(PackedBytes.entry(0) + 24) + 4192), at: PackedBytes.entry(0) + 24)
        $0.seal()
      } == .overlap("pixels of train", "labels of train"))
  }

  @Test func sectionsThatThereAreNotAreRefused() throws {
    #expect(
      try fault {
        $0.set(9, at: PackedBytes.entry(1))
        $0.seal()
      } == .unknownSection(kind: 9, split: 0))
    #expect(
      try fault {
        $0.set(3, at: PackedBytes.entry(1) + 4)
        $0.seal()
      } == .unknownSection(kind: 2, split: 3))
    #expect(
      try fault {
        $0.set(1, at: PackedBytes.entry(4) + 4)
        $0.set(1, at: PackedBytes.entry(4))
        $0.seal()
      } == .misplaced("pixels of held_out"), "labels need not lie where pixels do")
    #expect(
      try fault {
        $0.set(0, at: $0.entry(kind: 2, split: 1) + 4)
        $0.seal()
      } == .repeated("labels of train"))
    #expect(
      try fault {
        $0.set(2, at: $0.entry(kind: 2, split: 1) + 4)
        $0.seal()
      } == .missing("fitted"))
    #expect(
      try fault {
        $0.set($0.word(24) - 1, at: 24)
        $0.seal()
      } == .missing("bytes of description"))
  }

  @Test func sectionsOfAnotherLengthAreRefused() throws {
    #expect(
      try fault {
        $0.setLong(UInt64(768), at: PackedBytes.entry(0) + 24)
        $0.seal()
      } == .sectionLength("pixels of train", found: 768, expected: 960))
    #expect(
      try fault {
        $0.setLong(UInt64(959), at: PackedBytes.entry(0) + 24)
        $0.seal()
      } == .sectionLength("pixels of train", found: 959, expected: 960))
    #expect(
      try fault {
        $0.setLong(UInt64(16), at: $0.entry(kind: 2) + 24)
        $0.seal()
      } == .sectionLength("labels of train", found: 16, expected: 20))
  }

  @Test func everyChangedByteIsFound() throws {
    for index in 0..<7 {
      let entry = PackedBytes.entry(index)
      let start = whole.long(entry + 16)
      let last = start + whole.long(entry + 24) - 1
      for place in [start, (start + last) / 2, last] {
        let fault = try fault { $0.bytes[place] ^= 1 }
        guard case .checksum = fault else {
          Issue.record("byte \(place): \(fault as Any)")
          continue
        }
      }
    }
  }

  @Test func changedPixelsAreFoundWhenTheyAreVerified() throws {
    var file = whole
    file.bytes[4096 + 100] ^= 1
    try folder.write(file.bytes, to: "pixels.gnomon")
    let packed = try PackedDataset(path: folder.path + "/pixels.gnomon")
    let error = #expect(throws: DatasetError.self) { try packed.verifyPixels() }
    #expect(error?.fault == .format(.packed(.checksum("pixels of train"))))
  }

  @Test(arguments: [
    "", "{", "[]", "{\"provenance\":\"\",\"splits\":3}",
    String(repeating: "[", count: 100_000),
  ])
  func aDescriptionThatIsNoneIsRefused(text: String) throws {
    let fault = try fault {
      $0.replaceSection(at: $0.entry(kind: 0), with: Array(text.utf8))
      $0.seal()
    }
    #expect(fault == .description("no JSON of a packed data set"))
  }

  private func described(_ splits: String) throws -> PackedFault? {
    try fault {
      let text = "{\"provenance\":\"\",\"splits\":[\(splits)]}"
      $0.replaceSection(at: $0.entry(kind: 0), with: Array(text.utf8))
      $0.seal()
    }
  }

  private func split(
    _ split: String, _ count: String, classes: String = "\"a\",\"b\",\"c\",\"d\"",
    factors: String = ""
  ) -> String {
    "{\"split\":\"\(split)\",\"name\":\"\",\"count\":\(count),\"class_names\":[\(classes)],"
      + "\"factors\":[\(factors)]}"
  }

  @Test func descriptionsThatDoNotFitAreRefused() throws {
    let heldOut = split("held_out", "3")
    #expect(try described("") == .missing("train"))
    #expect(try described(split("train", "5")) == .missing("held_out"))
    #expect(try described(split("valid", "5")) == .description("split valid"))
    #expect(
      try described([split("train", "5"), split("train", "5")].joined(separator: ","))
        == .description("split train twice"))
    for count in ["0", "-1"] {
      #expect(
        try described(split("train", count) + "," + heldOut)
          == .description("\(count) images of train"))
    }
    #expect(
      try described(split("train", "\(Int.max)") + "," + heldOut)
        == .sectionLength("pixels of train", found: 960, expected: .max))
    #expect(
      try described(split("train", "6") + "," + heldOut)
        == .sectionLength("pixels of train", found: 960, expected: 1152))
    let fault = try described(split("train", "5", classes: "\"a\"") + "," + heldOut)
    guard case .label(_, classes: 1, split: "train") = fault else {
      Issue.record("\(fault as Any)")
      return
    }
  }

  @Test(arguments: [
    "{\"name\":\"x\",\"kind\":\"round\"}", "{\"name\":\"x\",\"kind\":\"linear\",\"count\":2}",
    "{\"name\":\"x\",\"kind\":\"circular\"}", "{\"name\":\"x\",\"kind\":\"circular\",\"period\":0}",
    "{\"name\":\"x\",\"kind\":\"categorical\",\"count\":0}",
    "{\"name\":\"x\",\"kind\":\"categorical\",\"count\":99999999999}",
    "{\"name\":\"x\",\"kind\":\"linear\"},{\"name\":\"x\",\"kind\":\"linear\"}",
  ])
  func factorsOfNoKindAreRefused(factors: String) throws {
    #expect(
      try described(split("train", "5", factors: factors) + "," + split("held_out", "3"))
        == .description("factor x"))
  }

  @Test func splitsThatDoNotAgreeAreRefused() throws {
    let names = (0..<26).map { "\"\($0)\"" }.joined(separator: ",")
    let others = split("held_out", "3", classes: names)
    let classes = try described(split("train", "5") + "," + others)
    #expect(classes == .classes(of: "train", and: "held_out"), "\(classes as Any)")
    let fault = try fault {
      let entry = $0.entry(kind: 0)
      let start = $0.long(entry + 16)
      let bytes = $0.bytes[start..<start + $0.long(entry + 24)]
      var text = String(decoding: bytes, as: UTF8.self)
      // The last one is of the held-out images.
      if let period = text.range(of: "\"period\":6.", options: .backwards) {
        text.replaceSubrange(period, with: "\"period\":7.")
      }
      $0.replaceSection(at: entry, with: Array(text.utf8))
      $0.seal()
    }
    guard case .factorKind(_, of: "train", and: "held_out") = fault else {
      Issue.record("\(fault as Any)")
      return
    }
  }

  @Test func moreFactorsThanThereCanBeAreRefusedBeforeTheyAreCompared() throws {
    let factors = (0..<80_000).map { "{\"name\":\"\($0)\",\"kind\":\"linear\"}" }
    let train = split("train", "5", factors: factors.joined(separator: ","))
    #expect(
      try described(train + "," + split("held_out", "3")) == .factorCount(80_000, split: "train"))
  }

  @Test(arguments: [Float.nan, .infinity, -1, 4, 0.5]) func valuesOfNoKindAreRefused(value: Float)
    throws
  {
    let count = 15
    let fault = try fault {
      let entry = $0.entry(kind: 3)
      var values = Array($0.bytes[$0.long(entry + 16)..<$0.long(entry + 16) + $0.long(entry + 24)])
      let last = values.count - 4
      for byte in 0..<4 {
        values[last + byte] = UInt8(value.bitPattern >> (8 * UInt32(byte)) & 255)
      }
      $0.replaceSection(at: entry, with: values)
      $0.seal()
    }
    #expect(fault == .factor("texture", split: "train"), "the last of \(count) is of four kinds")
  }

  @Test func noHeaderAtAllEndsTheProcess() throws {
    var random = CounterRandom(seed: 8)
    for _ in 0..<400 {
      let fault = try fault { file in
        for _ in 0...random.index(below: 3) {
          // The fields and the table, then any byte of the file.
          let limit = random.index(below: 3) > 0 ? 256 : file.bytes.count
          let place = random.index(below: limit)
          file.bytes[place] = UInt8(truncatingIfNeeded: random.nextWord())
        }
        file.sealHeader()
      }
      _ = fault
    }
  }
}
