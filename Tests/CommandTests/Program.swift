import Foundation

/// The built `gnomon`, run as a process of its own.
struct Program {
  struct Result {
    let code: Int32
    let output: String
    let error: String

    var errorLines: [Substring] { error.split(separator: "\n") }

    func json() throws -> [String: Any] {
      let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return object as? [String: Any] ?? [:]
    }
  }

  private struct TimedOut: Error {}

  private let process: Process
  private let files: [URL]

  /// Standard output and error go to files: a pipe would block a program that prints much.
  static func start(
    _ arguments: [String], with environment: [String: String] = [:]
  ) throws -> Program {
    try start(executable("gnomon"), arguments, with: environment)
  }

  static func run(
    _ arguments: [String], of program: String = "gnomon", in folder: URL? = nil
  ) throws -> Result {
    try start(executable(program), arguments, in: folder).finish()
  }

  static func shell(_ command: String) throws -> Int32 {
    try startShell(command).finish().code
  }

  static func startShell(_ command: String) throws -> Program {
    try start(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
  }

  static func path(_ program: String) -> String { executable(program).path }

  static func wait(upTo seconds: Double, until condition: () -> Bool) throws {
    let end = Date().addingTimeInterval(seconds)
    while !condition() {
      guard Date() < end else { throw TimedOut() }
      usleep(20_000)
    }
  }

  var identifier: Int32 { process.processIdentifier }

  func finish() throws -> Result {
    process.waitUntilExit()
    defer { files.forEach { try? FileManager.default.removeItem(at: $0) } }
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Result(code: process.terminationStatus, output: texts[0], error: texts[1])
  }

  static func start(
    _ executable: URL, _ arguments: [String], in folder: URL? = nil,
    with environment: [String: String] = [:]
  ) throws -> Program {
    let files = (0..<2).map { _ in
      FileManager.default.temporaryDirectory.appendingPathComponent("gnomon-\(UUID().uuidString)")
    }
    for file in files { try Data().write(to: file) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    return Program(process: process, files: files)
  }

  /// Beside the tests' own bundle, in the build's folder.
  private static func executable(_ name: String) -> URL {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent(name)
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    return URL(fileURLWithPath: "/\(name)-was-not-built")
  }
}
