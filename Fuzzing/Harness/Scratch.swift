import Foundation

/// A folder of this process, in memory where the system has such a place, for readers that take files.
enum Scratch {
  /// The folder: `GNOMON_FUZZ_FOLDER`, which whoever set it removes.
  static let folder: String = {
    let environment = ProcessInfo.processInfo.environment
    let root = environment["GNOMON_FUZZ_FOLDER"] ?? NSTemporaryDirectory()
    let folder = "\(root)/gnomon-fuzz-\(getpid())"
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    return folder
  }()

  /// The path of a file of the folder, which then holds these bytes.
  static func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let step = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard step > 0 else { throw CocoaError(.fileWriteOutOfSpace) }
      written += step
    }
    return path
  }

  /// A folder in the folder, made when it is first asked for.
  static func folder(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw CocoaError(.fileWriteUnknown) }
    return path
  }
}
