/// Why a pickle is not read, and at which byte of it.
public struct PickleError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where the instruction at fault begins.
  public let offset: Int
  /// What is wrong with it.
  public let fault: Fault

  /// A fault at a byte.
  public init(offset: Int, fault: Fault) {
    self.offset = offset
    self.fault = fault
  }

  /// What can be wrong with a pickle.
  public enum Fault: Error, Equatable, Sendable {
    /// The file ends before the pickle does, or before what an instruction claims.
    case truncated
    /// There is no such instruction.
    case instruction(UInt8)
    /// The pickle is of a later protocol than the fifth.
    case version(Int)
    /// The pickle refers to a class or function that was not allowed.
    case refused(PickleGlobal)
    /// What is to be called is no class or function.
    case notCallable
    /// An instruction finds less on the stack than it takes, or something else.
    case stack
    /// Nothing was remembered under this number.
    case memo(Int)
    /// A number or text is not written as one.
    case literal
    /// A whole number has more digits than are read.
    case digits(limit: Int)
    /// The pickle refers to buffers or a registry outside of it.
    case outside
    /// A value contains itself.
    case cycle
    /// Values lie deeper within each other than this.
    case depth(limit: Int)
    /// The pickle has more instructions than this.
    case instructions(limit: Int)
    /// Values that are used many times over would be more, written out, than any that the file's length
    /// allows.
    case expansion
  }

  /// One line.
  public var description: String { "\(fault.text) (byte \(offset))" }
}

extension PickleError.Fault {
  fileprivate var text: String {
    switch self {
    case .truncated: "the pickle ends too early"
    case .instruction(let code): "instruction \(code) is none of a pickle's"
    case .version(let version): "protocol \(version) of pickles is newer than 5"
    case .refused(let global): "the pickle asks for \(global), which is not allowed"
    case .notCallable: "the pickle calls what is no class or function"
    case .stack: "the pickle's instructions do not fit each other"
    case .memo(let number): "the pickle recalls number \(number), which it never stored"
    case .literal: "the pickle holds a number or text that is not written as one"
    case .digits(let limit): "the pickle holds a whole number of more than \(limit) digits"
    case .outside: "the pickle refers to data outside of it"
    case .cycle: "the pickle holds a value that contains itself"
    case .depth(let limit): "the pickle nests values more than \(limit) deep"
    case .instructions(let limit): "the pickle has more than \(limit) instructions"
    case .expansion: "the pickle uses values many times over, beyond what its length allows"
    }
  }
}
