import ArgumentParser
import Foundation
import Measures
import Runs
import Server

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Live pages of runs and studies, in a browser.",
    discussion: """
      Runs and studies below the folders are found and followed as they grow. Finished runs, and notes that are written on a \
      page, are put into the store beside them; with --allow-control pages stop and resume runs, which standard error then tells. Only this machine can \
      read the pages, unless --host names another address: then a token is asked for, which is printed once. Ctrl-C ends it.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders to look below (default: runs and studies where they are there, else the current one).",
      valueName: "folder"))
  var folders: [String] = []
  @Option(help: ArgumentHelp("The address to listen at.", valueName: "address"))
  var host = "127.0.0.1"
  @Option(help: "The port; 0 for one that is free.") var port = 8421
  @Flag(help: "Let pages stop runs, with a checkpoint, and resume them.") var allowControl = false

  @Flag(help: "Do not put finished runs into the store beside them.") var noStore = false

  func validate() throws {
    guard (0...65_535).contains(port) else {
      throw ValidationError("--port is \(port): use a whole number from 0 to 65535")
    }
  }

  func run() throws {
    var settings = ServerSettings(
      folders: chosen.map { URL(fileURLWithPath: $0, isDirectory: true) }, catalogue: .standard,
      defaults: RunConfiguration().json, identity: RunConfiguration.identity)
    settings.host = host
    settings.port = port
    settings.programs = ServerPrograms(
      executable: StudyRunCommand.executable,
      resuming: { folder in ["train", "--resume", folder, "--quiet"] },
      mapping: { run, output, points in
        ["embed", run, "--output", output, "--points", "\(points)"]
      })
    settings.allowsControl = allowControl
    settings.fillsStores = !noStore
    settings.cache = Self.cache
    settings.audit = { Terminal.note("\(Date().formatted(.iso8601)) \($0)") }
    if !settings.isLoopback { settings.token = AccessToken.make() }
    let server = try LiveServer(settings)
    let names = chosen.joined(separator: ", ")
    let address = Self.address(of: settings)
    let token = settings.token.map { "/?token=\($0)" } ?? "/"
    Interruption.listen()
    try Self.waiting {
      try await server.run { port in
        Terminal.note("following \(names); Ctrl-C ends it")
        // The one line that a program which started this one reads.
        try? FileHandle.standardOutput.write(contentsOf: Data("\(address):\(port)\(token)\n".utf8))
      } until: {
        Interruption.isRequested
      }
    }
    Terminal.note("stopped")
  }

  private var chosen: [String] {
    if !folders.isEmpty { return folders }
    let usual = ["runs", "studies"].filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
        && isFolder.boolValue
    }
    return usual.isEmpty ? ["."] : usual
  }

  /// A folder of this user for what can be made again.
  private static var cache: URL? {
    FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first?
      .appendingPathComponent("gnomon/maps", isDirectory: true)
  }

  private static func address(of settings: ServerSettings) -> String {
    switch settings.host {
    // Everywhere is no place to go to.
    case "0.0.0.0", "::": "http://\(ProcessInfo.processInfo.hostName)"
    case let host where host.contains(":"): "http://[\(host)]"
    case let host: "http://\(host)"
    }
  }

  /// Runs `body` to its end on other threads.
  private static func waiting(_ body: @escaping @Sendable () async throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let outcome = Outcome()
    Task.detached {
      do { try await body() } catch { outcome.error = error }
      done.signal()
    }
    done.wait()
    if let error = outcome.error { throw Failure(error) }
  }

  /// Written before the signal and read after it.
  private final class Outcome: @unchecked Sendable {
    var error: (any Error)?
  }
}
