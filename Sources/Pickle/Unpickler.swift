/// Reads Python's pickles, protocols 0 to 5, as data.
///
/// A pickle is a program whose instructions name and call any function there is. This one calls nothing: what
/// would be called is described (`PickleObject`), and a pickle that so much as names a class or function that
/// the caller did not allow is refused.
///
/// ```swift
/// var unpickler = Unpickler(bytes) { $0.module == "numpy" && $0.name == "dtype" }
/// let value = try unpickler.next()
/// ```
///
/// What a length claims is held against the bytes that are there before anything is allocated for it. An
/// instruction by itself takes up to about a hundred bytes of memory, so that their number is limited: a
/// hostile file may be nothing but instructions. Source: CPython's `Lib/pickletools.py`.
public struct Unpickler {
  var reader: PickleReader
  private let isAllowed: (PickleGlobal) -> Bool
  private let instructionLimit: Int
  private let cutsCycles: Bool
  var nodes: [PickleNode] = []
  var stack: [Int] = []
  /// Where on the stack the marks lie.
  var marks: [Int] = []
  var memo: [Int: Int] = [:]

  /// An unpickler at the first byte.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - instructionLimit: the most instructions that one pickle may have; a list of a million numbers
  ///     takes a million.
  ///   - cutsCycles: whether `PickleValue.none` stands where a value contains itself, as objects that know their
  ///     parents do; such a pickle is refused otherwise.
  ///   - allowing: says which classes and functions a pickle may name.
  public init(
    _ bytes: [UInt8], instructionLimit: Int = 10_000_000, cutsCycles: Bool = false,
    allowing: @escaping (PickleGlobal) -> Bool
  ) {
    reader = PickleReader(bytes)
    isAllowed = allowing
    self.instructionLimit = instructionLimit
    self.cutsCycles = cutsCycles
  }

  /// The number of bytes that were read.
  public var position: Int { reader.position }

  /// The value of the pickle at `position`; a file may hold several, one after the other.
  ///
  /// - Throws: `PickleError` for a pickle that is damaged, hostile, or names what is not allowed.
  public mutating func next() throws(PickleError) -> PickleValue {
    (nodes, stack, marks, memo) = ([], [], [], [:])
    var offset = position
    var instructions = 0
    do throws(PickleError.Fault) {
      while true {
        offset = position
        instructions += 1
        guard instructions <= instructionLimit else {
          throw .instructions(limit: instructionLimit)
        }
        let code = try reader.byte()
        if code == UInt8(ascii: ".") { break }
        try run(code)
      }
      let result = try pop()
      var freezing = PickleFreezing(nodes, bytes: reader.bytes, cutsCycles: cutsCycles)
      return try freezing.value(result)
    } catch {
      throw PickleError(offset: offset, fault: error)
    }
  }
}

// What the instructions are made of.
extension Unpickler {
  mutating func push(_ node: PickleNode) {
    stack.append(nodes.count)
    nodes.append(node)
  }

  func top() throws(PickleError.Fault) -> Int {
    guard let top = stack.last, stack.count > marks.last ?? 0 else { throw .stack }
    return top
  }

  mutating func pop() throws(PickleError.Fault) -> Int {
    let top = try top()
    stack.removeLast()
    return top
  }

  mutating func pop(count: Int) throws(PickleError.Fault) -> [Int] {
    guard stack.count - (marks.last ?? 0) >= count else { throw .stack }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  mutating func popToMark() throws(PickleError.Fault) -> [Int] {
    guard let mark = marks.popLast() else { throw .stack }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  mutating func popPairs() throws(PickleError.Fault) -> [Int] {
    let pairs = try popToMark()
    guard pairs.count.isMultiple(of: 2) else { throw .stack }
    return pairs
  }

  mutating func append(_ items: [Int]) throws(PickleError.Fault) {
    let target = try top()
    switch nodes[target] {
    case .list(var all):
      // The node's own hold on the array is let go, or appending one by one would copy it each time.
      nodes[target] = .none
      all += items
      nodes[target] = .list(all)
    case .set(var all):
      nodes[target] = .none
      all += items
      nodes[target] = .set(all)
    case .object(let object): object.items += items
    default: throw .stack
    }
  }

  mutating func set(_ pairs: [Int]) throws(PickleError.Fault) {
    let target = try top()
    switch nodes[target] {
    case .dictionary(var all):
      nodes[target] = .none
      all += pairs
      nodes[target] = .dictionary(all)
    case .object(let object): object.entries += pairs
    default: throw .stack
    }
  }

  func allowed(
    _ module: String, _ name: String
  ) throws(PickleError.Fault) -> PickleGlobal {
    let global = PickleGlobal(module, name)
    guard isAllowed(global) else { throw .refused(global) }
    return global
  }

  func callable(_ number: Int) throws(PickleError.Fault) -> PickleGlobal {
    guard case .global(let global) = nodes[number] else { throw .notCallable }
    return global
  }

  /// Bytes as Python 3 writes them where the protocol has none: a text to be encoded as Latin-1.
  func encodedBytes(_ callable: PickleGlobal, _ arguments: [Int]) -> PickleNode? {
    guard callable == PickleGlobal("_codecs", "encode"), arguments.count == 2,
      case .string(let text) = nodes[arguments[0]],
      case .string("latin1") = nodes[arguments[1]]
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return .unescaped(bytes)
  }

  func tuple(_ number: Int) throws(PickleError.Fault) -> [Int] {
    guard case .tuple(let parts) = nodes[number] else { throw .stack }
    return parts
  }

  mutating func recall(_ number: Int) throws(PickleError.Fault) {
    guard let node = memo[number] else { throw .memo(number) }
    stack.append(node)
  }
}
