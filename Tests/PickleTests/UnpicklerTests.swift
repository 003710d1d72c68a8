import Foundation
import Pickle
import TestSupport
import Testing

@Suite struct UnpicklerTests {
  static let harmless: Set<PickleGlobal> = [
    PickleGlobal("numpy", "ndarray"), PickleGlobal("numpy", "dtype"),
    PickleGlobal("numpy._core.multiarray", "_reconstruct"),
    PickleGlobal("numpy._core.numeric", "_frombuffer"), PickleGlobal("_codecs", "encode"),
    PickleGlobal("collections", "OrderedDict"), PickleGlobal("builtins", "set"),
    PickleGlobal("builtins", "frozenset"), PickleGlobal("__builtin__", "set"),
    PickleGlobal("__builtin__", "frozenset"),
  ]

  private func pickle(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: fixture("datasets/\(name)"))))
  }

  private func read(_ bytes: [UInt8]) throws(PickleError) -> PickleValue {
    var unpickler = Unpickler(bytes) { Self.harmless.contains($0) }
    return try unpickler.next()
  }

  private func read(_ text: String) throws(PickleError) -> PickleValue {
    try read(Array(text.utf8))
  }

  @Test(arguments: 0...5) func valuesOfEveryProtocolAreWhatPythonPickled(version: Int) throws {
    let value = try read(pickle("values-\(version).pickle"))
    #expect(value["none"] == PickleValue.none)
    #expect(value["flags"] == .tuple([.bool(true), .bool(false)]))
    let integers = [
      0, -1, 255, 256, 65535, 65536, Int(Int32.max), Int(Int32.min), 1 << 31, .max, .min,
    ]
    #expect(value["integers"] == .list(integers.map(PickleValue.integer)))
    #expect(value["floats"] == .list([.float(0.5), .float(-1e300), .float(.infinity)]))
    #expect(value["text"] == .string("grüße \n \\ ✓ 𝄞"))
    let shared = PickleValue.list([.string("shared")])
    #expect(value["shared"] == .list([shared, shared]))
    let numbers = PickleValue.dictionary([
      PickleEntry(
        key: .string("a"), value: .tuple([.integer(1), .integer(2), .integer(3)]))
    ])
    let deep = PickleValue.list([.list([.list([.string("deep")])])])
    #expect(
      value["nested"]
        == .list([.tuple([]), .list([]), .dictionary([]), .tuple([numbers, deep])]))
    guard case .dictionary(let entries) = value else {
      Issue.record("no dictionary")
      return
    }
    #expect(entries.last == PickleEntry(key: .integer(3), value: .string("three")))
  }

  @Test(arguments: 0...5) func longIntegersKeepAllTheirBytes(version: Int) throws {
    let long = try read(pickle("values-\(version).pickle"))["long"]?.elements
    #expect(
      long == [
        .longInteger([0, 0, 0, 0, 0, 0, 0, 128, 0]),
        .longInteger([255, 255, 255, 255, 255, 255, 255, 127, 255]),
        .longInteger([UInt8](repeating: 0, count: 12) + [16]),
        .longInteger([UInt8](repeating: 0, count: 262) + [240]),
      ])
  }

  @Test(arguments: 0...5) func bytesAreBytesHoweverTheyAreWritten(version: Int) throws {
    let value = try read(pickle("values-\(version).pickle"))
    #expect(value["bytes"] == .bytes((0...255).map { UInt8($0) }))
  }

  @Test func aCallOfAnEncodingIsBytesOnlyWhereItIsAllowedAndCanBe() throws {
    let call = Array("c_codecs\nencode\n(Vab\\u00e4\nVlatin1\ntR.".utf8)
    #expect(try read(call) == .bytes([97, 98, 228]))
    var strict = Unpickler(call) { _ in false }
    #expect(throws: PickleError.self) { try strict.next() }
    for text in ["(V\\u2713\nVlatin1\nt", "(Va\nVutf-8\nt", "(I1\nVlatin1\nt", "(Va\nt"] {
      guard case .object = try read("c_codecs\nencode\n\(text)R.") else {
        Issue.record("\(text)")
        continue
      }
    }
  }

  @Test(arguments: 0...5) func setsAreTheirOwnOrACall(version: Int) throws {
    let value = try read(pickle("values-\(version).pickle"))
    switch value["set"] {
    case .set(let items)?: #expect(version >= 4 && items == [.integer(7)])
    case .object(let call)?: #expect(version < 4 && call.arguments == [.list([.integer(7)])])
    default: Issue.record("\(value["set"] as Any)")
    }
  }

  @Test(arguments: 0...5) func objectsAreDescribedAndFilled(version: Int) throws {
    let value = try read(pickle("values-\(version).pickle"))
    guard case .object(let ordered)? = value["ordered"], case .object? = value["array"] else {
      Issue.record("no objects")
      return
    }
    #expect(ordered.callable == PickleGlobal("collections", "OrderedDict"))
    #expect(value["ordered"]?["a"] == .integer(2))
    #expect(ordered.entries.map(\.key.text) == ["b", "a"])
  }

  @Test func textsOfPythonTwoAreBytesThatReadAsText() throws {
    let value = try read(pickle("python2.pickle"))
    #expect(value["text"] == .bytes(Array("abc".utf8)))
    #expect(value["text"]?.text == "abc")
    #expect(value["long"]?.text == String(repeating: "x", count: 300))
    #expect(value["n"]?.elements?.compactMap(\.integer) == [1, 1 << 40])
  }

  @Test func quotedTextsOfProtocolZeroAreUnescaped() throws {
    #expect(try read(#"S'a\'\n\x41\\'"# + "\n.") == .bytes(Array("a'\nA\\".utf8)))
    #expect(throws: PickleError(offset: 0, fault: .literal)) { try read("S'abc\n.") }
    #expect(throws: PickleError(offset: 0, fault: .literal)) { try read("S'\\x4'\n.") }
  }

  @Test func severalPicklesFollowEachOther() throws {
    var unpickler = Unpickler(Array("I1\n.I2\n.".utf8)) { _ in false }
    #expect(try unpickler.next() == .integer(1))
    #expect(unpickler.position == 4)
    #expect(try unpickler.next() == .integer(2))
    #expect(throws: PickleError(offset: 8, fault: .truncated)) { try unpickler.next() }
  }

  @Test func persistentReferencesAreData() throws {
    #expect(
      try read("(S'storage'\nI3\ntQ.")
        == .persistent(id: .tuple([.bytes(Array("storage".utf8)), .integer(3)])))
    #expect(try read("Pabc\n.") == .persistent(id: .string("abc")))
  }

  @Test(arguments: [
    ("cos\nsystem\n(S'true'\ntR.", "os", "system"),
    ("cbuiltins\neval\n(S'1'\ntR.", "builtins", "eval"),
    ("c__builtin__\nexec\n.", "__builtin__", "exec"),
    ("(S'true'\nios\npopen\n.", "os", "popen"),
  ])
  func whatIsNotAllowedIsRefusedByName(text: String, module: String, name: String) throws {
    let error = #expect(throws: PickleError.self) { try read(text) }
    #expect(error?.fault == .refused(PickleGlobal(module, name)))
    #expect(error?.description.contains("asks for \(module).\(name), which is not allowed") == true)
  }

  @Test func aNameFromTheStackIsRefusedToo() {
    let bytes: [UInt8] = [0x8C, 2] + Array("os".utf8) + [0x8C, 6] + Array("system".utf8) + [0x93]
    let error = #expect(throws: PickleError.self) { try read(bytes + [0x2E]) }
    #expect(error?.fault == .refused(PickleGlobal("os", "system")))
  }

  @Test(arguments: 0...5) func everyTruncationIsOneError(version: Int) throws {
    let whole = try pickle("values-\(version).pickle")
    for length in 0..<whole.count {
      #expect(throws: PickleError.self, "\(length)") { try read(Array(whole[..<length])) }
    }
  }

  @Test(arguments: 0...5) func noChangedByteIsWorseThanAnError(version: Int) throws {
    let whole = try pickle("values-\(version).pickle")
    for place in whole.indices {
      for change in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = whole
        changed[place] ^= change
        _ = try? read(changed)
      }
    }
  }

  @Test func claimedLengthsBeyondTheFileAreRefused() {
    let claims: [[UInt8]] = [
      [0x54, 255, 255, 255, 255], [0x42, 255, 255, 255, 127], [0x58, 0, 0, 0, 128],
      [0x8B, 255, 255, 255, 255], [0x8D] + [UInt8](repeating: 255, count: 8),
      [0x8E, 0, 0, 0, 0, 0, 0, 0, 64], [0x96] + [UInt8](repeating: 127, count: 8),
      [0x95] + [UInt8](repeating: 255, count: 8), [0x8C, 5, 65],
    ]
    for claim in claims {
      #expect(throws: PickleError(offset: 0, fault: .truncated)) { try read(claim + [65, 65]) }
    }
  }

  @Test func theMemoMayBeNumberedAtWillWithoutTakingRoom() throws {
    #expect(try read([0x4E, 0x72, 255, 255, 255, 255, 0x6A, 255, 255, 255, 255, 0x2E]) == .none)
    #expect(try read("Np9223372036854775807\ng9223372036854775807\n.") == .none)
    #expect(throws: PickleError(offset: 0, fault: .memo(5))) { try read("g5\n.") }
  }

  @Test func cyclesDepthAndExpansionAreRefused() {
    let cycle = #expect(throws: PickleError.self) { try read([0x5D, 0x94, 0x68, 0, 0x61, 0x2E]) }
    #expect(cycle?.fault == .cycle)
    let deep = [UInt8](repeating: 0x85, count: 1_000_000)
    let error = #expect(throws: PickleError.self) { try read([0x29] + deep + [0x2E]) }
    #expect(error?.fault == .depth(limit: 200))
    // A pair of the last pair, a hundred times over: 2¹⁰⁰ values in 201 bytes.
    let doubling = (0..<100).flatMap { _ in [0x32, 0x86] as [UInt8] }
    let bomb = #expect(throws: PickleError.self) { try read([0x4E] + doubling + [0x2E]) }
    #expect(bomb?.fault == .expansion)
  }

  @Test func moreInstructionsThanTheLimitAreRefused() throws {
    let nothings = [UInt8](repeating: 0x4E, count: 4)
    var enough = Unpickler(nothings + [0x2E], instructionLimit: 5) { _ in false }
    #expect(try enough.next() == .none)
    var tooFew = Unpickler(nothings + [0x2E], instructionLimit: 4) { _ in false }
    #expect(throws: PickleError(offset: 4, fault: .instructions(limit: 4))) {
      try tooFew.next()
    }
  }

  @Test func instructionsThatDoNotFitAreRefused() {
    for text in [
      "0.", "t.", "a.", "(a.", "I1\nI2\na.", "(I1\nd.", "R.", "I1\n)R.", "b.", ".", "2.",
    ] {
      #expect(throws: PickleError.self, "\(text)") { try read(text) }
    }
    #expect(throws: PickleError(offset: 0, fault: .instruction(0xFE))) { try read([0xFE]) }
    #expect(throws: PickleError(offset: 0, fault: .version(6))) { try read([0x80, 6, 0x4E, 0x2E]) }
    #expect(throws: PickleError(offset: 0, fault: .outside)) { try read([0x97, 0x2E]) }
    let digits = "L" + String(repeating: "9", count: 5_000) + "L\n."
    #expect(throws: PickleError(offset: 0, fault: .digits(limit: 4_000))) { try read(digits) }
  }
}
