/// What a pickle holds, as data: nothing of it has been called or imported.
public indirect enum PickleValue: Sendable, Equatable {
  /// Python's `None`.
  case none
  /// `True` or `False`.
  case bool(Bool)
  /// A whole number of at most 64 bits.
  case integer(Int)
  /// A longer whole number: two's complement, least significant byte first.
  case longInteger([UInt8])
  /// A floating-point number.
  case float(Double)
  /// A text.
  case string(String)
  /// Bytes; also a `str` of Python 2, which says nothing of its encoding, a `bytearray`, and a call of
  /// `_codecs.encode`, where it is allowed: Python 3 writes bytes so for protocols that have none.
  case bytes([UInt8])
  /// A tuple.
  case tuple([PickleValue])
  /// A list.
  case list([PickleValue])
  /// A dictionary's entries in the order they were set.
  case dictionary([PickleEntry])
  /// A set or frozen set, in the order of the file.
  case set([PickleValue])
  /// A class or function by its name.
  case global(PickleGlobal)
  /// What calling a class or function would make.
  case object(PickleObject)
  /// A reference to something outside of the pickle.
  case persistent(id: PickleValue)
}

/// The name of a class or function in a pickle.
public struct PickleGlobal: Sendable, Hashable, CustomStringConvertible {
  /// The Python module, `numpy` for example.
  public let module: String
  /// The name in it, which may have dots.
  public let name: String

  /// A name in a module.
  public init(_ module: String, _ name: String) {
    self.module = module
    self.name = name
  }

  /// `module.name`.
  public var description: String { "\(module).\(name)" }
}

/// A key of a dictionary with its value.
public struct PickleEntry: Sendable, Equatable {
  /// The key.
  public let key: PickleValue
  /// Its value.
  public let value: PickleValue

  /// An entry.
  public init(key: PickleValue, value: PickleValue) {
    self.key = key
    self.value = value
  }
}

/// An object as its pickle describes it: how it would be made, and what would be put into it then.
public struct PickleObject: Sendable, Equatable {
  /// What would be called.
  public let callable: PickleGlobal
  /// The arguments of the call.
  public let arguments: [PickleValue]
  /// The named arguments of the call.
  public let namedArguments: [PickleEntry]
  /// What the object's `__setstate__` would be given.
  public let state: PickleValue?
  /// What would be appended, or added to a set.
  public let items: [PickleValue]
  /// What would be set by key.
  public let entries: [PickleEntry]

  /// An object.
  public init(
    callable: PickleGlobal, arguments: [PickleValue], namedArguments: [PickleEntry] = [],
    state: PickleValue? = nil, items: [PickleValue] = [], entries: [PickleEntry] = []
  ) {
    self.callable = callable
    self.arguments = arguments
    self.namedArguments = namedArguments
    self.state = state
    self.items = items
    self.entries = entries
  }
}

extension PickleValue {
  /// A text, also one that Python 2 wrote as bytes of UTF-8; nil for anything else.
  public var text: String? {
    switch self {
    case .string(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// The elements of a list or a tuple; nil for anything else.
  public var elements: [PickleValue]? {
    switch self {
    case .list(let elements), .tuple(let elements): elements
    default: nil
    }
  }

  /// A whole number that fits; nil for anything else.
  public var integer: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The value of a key that is a text, of a dictionary or of an object that is filled as one; nil where
  /// there is none. Of several entries with one key the last counts, as in Python.
  public subscript(key: String) -> PickleValue? {
    switch self {
    case .dictionary(let entries): entries.last { $0.key.text == key }?.value
    case .object(let object): object.entries.last { $0.key.text == key }?.value
    default: nil
    }
  }
}
