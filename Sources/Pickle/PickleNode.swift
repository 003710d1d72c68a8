/// A value while its pickle is read. Others are named by their number: lists are filled after they were
/// referred to, and a long chain of them must not be a long chain of references to release.
enum PickleNode {
  case none
  case bool(Bool)
  case integer(Int)
  case longInteger([UInt8])
  case float(Double)
  case string(String)
  /// Bytes at their place in the file.
  case bytes(Range<Int>)
  /// Bytes that are written with escapes.
  case unescaped([UInt8])
  case tuple([Int])
  case list([Int])
  /// Keys and values by turns.
  case dictionary([Int])
  case set([Int])
  case global(PickleGlobal)
  case object(ObjectNode)
  case persistent(Int)

  /// An object while its pickle is read, by the numbers of its parts.
  final class ObjectNode {
    let callable: PickleGlobal
    let arguments: [Int]
    /// Keys and values by turns.
    let namedArguments: [Int]
    var state: Int?
    var items: [Int] = []
    /// Keys and values by turns.
    var entries: [Int] = []

    init(_ callable: PickleGlobal, _ arguments: [Int], named namedArguments: [Int] = []) {
      self.callable = callable
      self.arguments = arguments
      self.namedArguments = namedArguments
    }
  }
}

/// Turns the nodes of a pickle into values, each once however often it is used.
struct PickleFreezing {
  /// How deep values may lie within each other, so that a thread's stack holds the recursion.
  static let depthLimit = 200

  let nodes: [PickleNode]
  let bytes: [UInt8]
  /// The most values that there may be when those that are used twice are counted twice.
  private let expansionLimit: Int
  /// Whether `none` stands where a value contains itself.
  private let cutsCycles: Bool
  private var done: [Int: (value: PickleValue, size: Int)] = [:]
  private var open: Set<Int> = []

  init(_ nodes: [PickleNode], bytes: [UInt8], cutsCycles: Bool) {
    self.nodes = nodes
    self.bytes = bytes
    self.cutsCycles = cutsCycles
    expansionLimit = 16 * bytes.count + 1_024
  }

  mutating func value(_ node: Int) throws(PickleError.Fault) -> PickleValue {
    try freeze(node, depth: 0).value
  }

  private mutating func freeze(
    _ number: Int, depth: Int
  ) throws(PickleError.Fault) -> (value: PickleValue, size: Int) {
    if let known = done[number] { return known }
    guard depth < PickleFreezing.depthLimit else {
      throw .depth(limit: PickleFreezing.depthLimit)
    }
    guard open.insert(number).inserted else {
      guard cutsCycles else { throw .cycle }
      return (.none, 1)
    }
    defer { open.remove(number) }
    var size = 1
    let value = try value(nodes[number], depth: depth, size: &size)
    done[number] = (value, size)
    return (value, size)
  }

  private mutating func value(
    _ node: PickleNode, depth: Int, size: inout Int
  ) throws(PickleError.Fault) -> PickleValue {
    switch node {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .longInteger(let bytes): return .longInteger(bytes)
    case .float(let value): return .float(value)
    case .string(let text): return .string(text)
    case .bytes(let place): return .bytes(Array(bytes[place]))
    case .unescaped(let bytes): return .bytes(bytes)
    case .global(let global): return .global(global)
    case .tuple(let parts): return .tuple(try values(parts, depth, &size))
    case .list(let parts): return .list(try values(parts, depth, &size))
    case .set(let parts): return .set(try values(parts, depth, &size))
    case .dictionary(let parts): return .dictionary(try entries(parts, depth, &size))
    case .persistent(let id):
      return .persistent(id: try values([id], depth, &size)[0])
    case .object(let object):
      return .object(
        PickleObject(
          callable: object.callable, arguments: try values(object.arguments, depth, &size),
          namedArguments: try entries(object.namedArguments, depth, &size),
          state: try values(object.state.map { [$0] } ?? [], depth, &size).first,
          items: try values(object.items, depth, &size),
          entries: try entries(object.entries, depth, &size)))
    }
  }

  private mutating func values(
    _ parts: [Int], _ depth: Int, _ size: inout Int
  ) throws(PickleError.Fault) -> [PickleValue] {
    var values: [PickleValue] = []
    values.reserveCapacity(parts.count)
    for part in parts {
      let frozen = try freeze(part, depth: depth + 1)
      size += frozen.size
      guard size <= expansionLimit else { throw .expansion }
      values.append(frozen.value)
    }
    return values
  }

  private mutating func entries(
    _ parts: [Int], _ depth: Int, _ size: inout Int
  ) throws(PickleError.Fault) -> [PickleEntry] {
    let values = try values(parts, depth, &size)
    return stride(from: 0, to: values.count - 1, by: 2).map {
      PickleEntry(key: values[$0], value: values[$0 + 1])
    }
  }
}
