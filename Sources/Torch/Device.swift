import CTorch

/// Where a tensor's memory is.
public struct Device: Hashable, Sendable, CustomStringConvertible {
  /// The kinds of device that Gnomon runs on.
  public enum Kind: Int32, Sendable {
    case cpu = 0
    case cuda = 1
  }

  /// The kind of device.
  public let kind: Kind
  /// Which device of its kind, from 0.
  public let index: Int

  /// The processor and its memory.
  public static let cpu = Device(kind: .cpu, index: 0)

  /// The CUDA device with the given index.
  public static func cuda(_ index: Int = 0) -> Device {
    // Counting loads libtorch's CUDA library, without which nothing can be done on it.
    _ = cudaCount
    return Device(kind: .cuda, index: index)
  }

  /// How many CUDA devices this process can use; 0 with a libtorch that was built without CUDA.
  public static var cudaCount: Int { Int(ctorch_cuda_device_count()) }

  /// Parses `cpu`, `cuda`, `cuda:1` or `auto` (the first CUDA device where there is one).
  ///
  /// - Throws: `DeviceError` for another name, and for a CUDA device that is not there.
  public init(parsing name: String) throws(DeviceError) {
    guard let choice = DeviceChoice(parsing: name) else { throw .unknown(name) }
    self = try choice.device()
  }

  init(kind: Kind, index: Int) {
    self.kind = kind
    self.index = index
  }

  /// Waits until all work queued on the device is done; returns at once on a CPU.
  public func synchronize() {
    guard kind == .cuda else { return }
    Failure.check(ctorch_cuda_synchronize(Int32(index)), doing: "synchronize")
  }

  /// The most memory that tensors on a CUDA device held together, in bytes, since the process began or
  /// `forgetPeakMemory()` was called; nil on a CPU.
  public var peakMemory: Int? {
    guard kind == .cuda else { return nil }
    var bytes: Int64 = 0
    Failure.check(ctorch_cuda_peak_bytes(Int32(index), &bytes), doing: "read the peak of memory")
    return Int(bytes)
  }

  /// Begins a new peak of memory; does nothing on a CPU.
  public func forgetPeakMemory() {
    guard kind == .cuda else { return }
    Failure.check(ctorch_cuda_forget_peak(Int32(index)), doing: "forget the peak of memory")
  }

  /// The name that `init(parsing:)` reads.
  public var description: String { kind == .cpu ? "cpu" : "cuda:\(index)" }
}
