/// A device by name, before it is known whether it is there.
public enum DeviceChoice: Sendable, Hashable, CustomStringConvertible {
  /// The first CUDA device where there is one, else the processor.
  case automatic
  /// The processor.
  case cpu
  /// A CUDA device by its index, from 0.
  case cuda(Int)

  /// What `init(parsing:)` reads, as a phrase.
  public static let forms = "cpu, cuda, cuda:INDEX or auto"

  /// Reads `cpu`, `cuda`, `cuda:1` or `auto`; nil for anything else.
  public init?(parsing name: String) {
    switch name {
    case "auto": self = .automatic
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      guard name.hasPrefix("cuda:"), let index = Int32(name.dropFirst("cuda:".count)), index >= 0
      else { return nil }
      self = .cuda(Int(index))
    }
  }

  /// The choice of a device.
  public init(_ device: Device) { self = device.kind == .cpu ? .cpu : .cuda(device.index) }

  /// The text that `init(parsing:)` reads back as an equal choice.
  public var description: String {
    switch self {
    case .automatic: "auto"
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  /// The device.
  ///
  /// - Throws: `DeviceError.notAvailable` for a CUDA device that is not there.
  public func device() throws(DeviceError) -> Device {
    switch self {
    case .automatic: return Device.cudaCount > 0 ? .cuda() : .cpu
    case .cpu: return .cpu
    case .cuda(let index):
      guard index < Device.cudaCount else {
        throw .notAvailable(self, cudaCount: Device.cudaCount, libtorch: Runtime.version)
      }
      return .cuda(index)
    }
  }
}

/// Why there is no such device.
public enum DeviceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name is no device's.
  case unknown(String)
  /// libtorch sees fewer CUDA devices.
  case notAvailable(DeviceChoice, cudaCount: Int, libtorch: String)

  /// What is wrong, in one line.
  public var description: String {
    switch self {
    case .unknown(let name): "unknown device '\(name)': use \(DeviceChoice.forms)"
    case .notAvailable(let choice, let count, let version):
      "device '\(choice)' is not available: libtorch \(version) sees \(count) CUDA devices here"
    }
  }
}
