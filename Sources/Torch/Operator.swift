import CTorch

/// An ATen operator, called by its schema's name through libtorch's dispatcher, autograd and
/// autocast included.
///
/// Arguments stand in the order of the schema; those left out at the end take the schema's defaults.
/// A wrong shape or type traps with libtorch's message, or throws out of `catchingTorchErrors`.
///
/// ```swift
/// extension Operator { static let cumulativeSum = Operator("aten::cumsum") }
/// let sums = Operator.cumulativeSum(tensor, 0)
/// ```
public struct Operator: @unchecked Sendable {  // the handle is immutable once found
  private let handle: CTorchOperatorRef
  private let name: String

  /// Looks the operator up; traps with its name where libtorch has none such.
  public init(_ name: String, _ overload: String = "") {
    var found: CTorchOperatorRef?
    guard ctorch_operator_find(name, overload, &found) == 0, let found else {
      fatalError("\(name).\(overload): \(String(cString: ctorch_last_error()))")
    }
    handle = found
    self.name = name
  }

  /// Looks the operator up; nil where libtorch was built without it.
  package init?(ifPresent name: String, _ overload: String = "") {
    var found: CTorchOperatorRef?
    guard ctorch_operator_find(name, overload, &found) == 0, let found else { return nil }
    handle = found
    self.name = name
  }

  /// Calls an operator whose first result is a tensor, and returns that one.
  @discardableResult
  public func callAsFunction(_ arguments: (any OperatorArgument)?...) -> Tensor {
    guard let first = call(arguments).first, let tensor = first else {
      fatalError("\(name) returned no tensor")
    }
    return tensor
  }

  /// All tensor results in order, lists of tensors laid flat; nil for one libtorch left undefined.
  public func results(_ arguments: (any OperatorArgument)?...) -> [Tensor?] { call(arguments) }

  /// Calls an operator for its effect.
  public func run(_ arguments: (any OperatorArgument)?...) { _ = call(arguments) }

  private func call(_ arguments: [(any OperatorArgument)?]) -> [Tensor?] {
    var scratch = ArgumentScratch()
    defer { scratch.free() }
    return withUnsafeTemporaryAllocation(of: CTorchValue.self, capacity: arguments.count) {
      values in
      for (index, argument) in arguments.enumerated() {
        values.initializeElement(
          at: index, to: argument?.boxed(in: &scratch) ?? CTorchValue(kind: CTORCH_NONE))
      }
      var results: UnsafePointer<CTorchValue>?
      var count = 0
      let status = withExtendedLifetime(arguments) {
        ctorch_operator_call(handle, values.baseAddress, arguments.count, &results, &count)
      }
      guard status == 0, let results else {
        if status != 0 { Failure.report(describe(arguments)) }
        return status == 0 ? [] : Array(repeating: Tensor.empty([0]), count: 8)
      }
      return (0..<count).map { Tensor(owning: results[$0]) }
    }
  }

  private func describe(_ arguments: [(any OperatorArgument)?]) -> String {
    let list = arguments.map { argument in argument.map { "\($0)" } ?? "nil" }
    return "\(name)(\(list.joined(separator: ", ")))"
  }
}

/// What an operator takes: tensors, numbers, flags, strings, devices, types and lists of them.
public protocol OperatorArgument {
  /// The value as libtorch's dispatcher reads it; lists live in `scratch` until the call is over.
  func boxed(in scratch: inout ArgumentScratch) -> CTorchValue
}

/// Memory for the lists among an operator's arguments, freed after the call.
public struct ArgumentScratch {
  private var blocks: [UnsafeMutableRawPointer] = []

  mutating func hold<Element>(_ elements: [Element]) -> UnsafeRawPointer {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    for (index, element) in elements.enumerated() {
      (block + index).initialize(to: element)
    }
    blocks.append(UnsafeMutableRawPointer(block))
    return UnsafeRawPointer(block)
  }

  func free() {
    for block in blocks { block.deallocate() }
  }
}

extension CTorchValue {
  init(
    kind: CTorchKind, count: Int = 0, integer: Int = 0, real: Double = 0,
    pointer: UnsafeRawPointer? = nil
  ) {
    self.init(
      kind: kind, count: Int64(count), integer: Int64(integer), real: real, pointer: pointer)
  }
}

extension Tensor: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_TENSOR, pointer: UnsafeRawPointer(handle))
  }
}

extension Int: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_INTEGER, integer: self)
  }
}

extension Double: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_REAL, real: self)
  }
}

extension Bool: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_BOOL, integer: self ? 1 : 0)
  }
}

extension String: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_STRING, count: utf8.count, pointer: scratch.hold(Array(utf8)))
  }
}

extension DType: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_INTEGER, integer: Int(rawValue))
  }
}

extension Device: OperatorArgument {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_DEVICE, count: index, integer: Int(kind.rawValue))
  }
}

extension Array: OperatorArgument where Element: OperatorListElement {
  /// This value as libtorch's dispatcher reads it.
  public func boxed(in scratch: inout ArgumentScratch) -> CTorchValue {
    Element.boxed(self, in: &scratch)
  }
}

/// What an operator takes lists of.
public protocol OperatorListElement {
  /// The list as libtorch's dispatcher reads it.
  static func boxed(_ list: [Self], in scratch: inout ArgumentScratch) -> CTorchValue
}

extension Int: OperatorListElement {
  /// The list as libtorch's dispatcher reads it.
  public static func boxed(_ list: [Int], in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_INTEGERS, count: list.count, pointer: scratch.hold(list))
  }
}

extension Double: OperatorListElement {
  /// The list as libtorch's dispatcher reads it.
  public static func boxed(_ list: [Double], in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_REALS, count: list.count, pointer: scratch.hold(list))
  }
}

extension Bool: OperatorListElement {
  /// The list as libtorch's dispatcher reads it.
  public static func boxed(_ list: [Bool], in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(kind: CTORCH_BOOLS, count: list.count, pointer: scratch.hold(list))
  }
}

extension Tensor: OperatorListElement {
  /// The list as libtorch's dispatcher reads it.
  public static func boxed(_ list: [Tensor], in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(
      kind: CTORCH_TENSORS, count: list.count, pointer: scratch.hold(list.map(\.handle)))
  }
}

extension Tensor?: OperatorListElement {
  /// The list as libtorch's dispatcher reads it.
  public static func boxed(_ list: [Tensor?], in scratch: inout ArgumentScratch) -> CTorchValue {
    CTorchValue(
      kind: CTORCH_TENSORS, count: list.count, pointer: scratch.hold(list.map { $0?.handle }))
  }
}
