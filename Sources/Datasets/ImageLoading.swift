import Foundation

/// Where the images of files are while they are used.
public enum ImageLoading: String, Sendable, CaseIterable {
  /// Held, where those of a split take up to a quarter of the machine's memory; else read when they are asked for.
  case automatic = "auto"
  /// All images are decoded once and held.
  case memory
  /// Images are read and decoded whenever they are asked for.
  case stream

  /// Whether images that would take so many bytes are read when they are asked for.
  func streams(bytes: Int) -> Bool {
    switch self {
    case .automatic: bytes > Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
    case .memory: false
    case .stream: true
    }
  }
}
