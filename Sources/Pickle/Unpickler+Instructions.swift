/// The instructions, by what they are about.
extension Unpickler {
  /// Runs one instruction, whose code was read.
  mutating func run(_ code: UInt8) throws(PickleError.Fault) {
    if try runLiteral(code) { return }
    if try runText(code) { return }
    if try runContainer(code) { return }
    if try runObject(code) { return }
    if try runStack(code) { return }
    throw .instruction(code)
  }

  private mutating func runLiteral(_ code: UInt8) throws(PickleError.Fault) -> Bool {
    switch code {
    case 0x4E: push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "I"): push(try PickleLiterals.number(reader.text()))
    case UInt8(ascii: "L"): push(try PickleLiterals.long(reader.text()))
    case UInt8(ascii: "J"):
      push(.integer(Int(Int32(truncatingIfNeeded: try reader.unsigned(width: 4)))))
    case UInt8(ascii: "K"): push(.integer(try reader.length(width: 1)))
    case UInt8(ascii: "M"): push(.integer(try reader.length(width: 2)))
    case 0x8A, 0x8B:
      let place = try reader.sizedRange(width: code == 0x8A ? 1 : 4)
      push(PickleLiterals.integer(littleEndian: Array(reader.bytes[place])))
    case UInt8(ascii: "F"):
      guard let value = Double(try reader.text()) else { throw .literal }
      push(.float(value))
    case UInt8(ascii: "G"):
      push(.float(Double(bitPattern: UInt64(bigEndian: try reader.unsigned(width: 8)))))
    default: return false
    }
    return true
  }

  private mutating func runText(_ code: UInt8) throws(PickleError.Fault) -> Bool {
    switch code {
    case UInt8(ascii: "S"):
      push(.unescaped(try PickleLiterals.quoted(reader.bytes[reader.line()])))
    case UInt8(ascii: "V"):
      push(.string(try PickleLiterals.rawUnicode(reader.bytes[reader.line()])))
    case UInt8(ascii: "U"), UInt8(ascii: "C"): push(.bytes(try reader.sizedRange(width: 1)))
    case UInt8(ascii: "T"), UInt8(ascii: "B"): push(.bytes(try reader.sizedRange(width: 4)))
    case 0x8E, 0x96: push(.bytes(try reader.sizedRange(width: 8)))
    case 0x8C: push(.string(try reader.string(reader.sizedRange(width: 1))))
    case UInt8(ascii: "X"): push(.string(try reader.string(reader.sizedRange(width: 4))))
    case 0x8D: push(.string(try reader.string(reader.sizedRange(width: 8))))
    default: return false
    }
    return true
  }

  private mutating func runContainer(_ code: UInt8) throws(PickleError.Fault) -> Bool {
    switch code {
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case 0x8F: push(.set([]))
    case 0x85, 0x86, 0x87: push(.tuple(try pop(count: Int(code - 0x84))))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case UInt8(ascii: "l"): push(.list(try popToMark()))
    case UInt8(ascii: "d"): push(.dictionary(try popPairs()))
    case 0x91: push(.set(try popToMark()))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"), 0x90: try append(popToMark())
    case UInt8(ascii: "s"): try set(pop(count: 2))
    case UInt8(ascii: "u"): try set(popPairs())
    default: return false
    }
    return true
  }

  private mutating func runObject(_ code: UInt8) throws(PickleError.Fault) -> Bool {
    switch code {
    case UInt8(ascii: "c"):
      let module = try reader.text()
      push(.global(try allowed(module, reader.text())))
    case 0x93:
      let names = try pop(count: 2)
      guard case .string(let module) = nodes[names[0]], case .string(let name) = nodes[names[1]]
      else { throw .stack }
      push(.global(try allowed(module, name)))
    case UInt8(ascii: "R"), 0x81:
      let parts = try pop(count: 2)
      let (callable, arguments) = (try callable(parts[0]), try tuple(parts[1]))
      push(encodedBytes(callable, arguments) ?? .object(.init(callable, arguments)))
    case 0x92:
      let parts = try pop(count: 3)
      guard case .dictionary(let named) = nodes[parts[2]] else { throw .stack }
      push(.object(.init(try callable(parts[0]), try tuple(parts[1]), named: named)))
    case UInt8(ascii: "i"):
      let module = try reader.text()
      let global = try allowed(module, reader.text())
      push(.object(.init(global, try popToMark())))
    case UInt8(ascii: "o"):
      let parts = try popToMark()
      guard let first = parts.first else { throw .stack }
      push(.object(.init(try callable(first), Array(parts.dropFirst()))))
    case UInt8(ascii: "b"):
      let state = try pop()
      guard let top = stack.last, case .object(let object) = nodes[top] else { throw .stack }
      object.state = state
    case UInt8(ascii: "P"):
      push(.string(try reader.text()))
      push(.persistent(try pop()))
    case UInt8(ascii: "Q"): push(.persistent(try pop()))
    case 0x82, 0x83, 0x84, 0x97, 0x98: throw .outside
    default: return false
    }
    return true
  }

  private mutating func runStack(_ code: UInt8) throws(PickleError.Fault) -> Bool {
    switch code {
    case 0x80:
      let version = try reader.byte()
      guard version <= 5 else { throw .version(Int(version)) }
    case 0x95:
      guard try reader.length(width: 8) <= reader.bytes.count - position else { throw .truncated }
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "p"):
      guard let number = Int(try reader.text()) else { throw .literal }
      memo[number] = try top()
    case UInt8(ascii: "q"): memo[try reader.length(width: 1)] = try top()
    case UInt8(ascii: "r"): memo[try reader.length(width: 4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "g"):
      guard let number = Int(try reader.text()) else { throw .literal }
      try recall(number)
    case UInt8(ascii: "h"): try recall(reader.length(width: 1))
    case UInt8(ascii: "j"): try recall(reader.length(width: 4))
    default: return false
    }
    return true
  }
}
