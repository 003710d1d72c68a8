import Foundation
import Hummingbird
import Logging
import NIOCore

/// Live pages of runs and studies, and a JSON interface, over HTTP.
///
/// ```swift
/// var settings = ServerSettings(
///   folders: [URL(fileURLWithPath: "runs")], catalogue: .standard, defaults: RunConfiguration().json,
///   identity: { $0 })
/// try await LiveServer(settings).run { print("port \($0)") } until: { false }
/// ```
public struct LiveServer: Sendable {
  private let settings: ServerSettings
  private let index: RunIndex
  private let site: Site

  /// - Throws: `ServerError.noFolder` for a folder that is not there, `ReportError.missingResource` where a part of the
  ///   pages is not installed.
  public init(_ settings: ServerSettings) throws {
    for folder in settings.folders {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
      guard exists, isFolder.boolValue else { throw ServerError.noFolder(path: folder.path) }
    }
    self.settings = settings
    index = RunIndex(settings.folders, mostStreams: settings.mostStreams)
    site = try Site(settings, index: index)
  }

  /// Answers until it is told to stop.
  ///
  /// - Parameters:
  ///   - started: called with the port once it listens.
  ///   - isOver: asked ten times a second.
  /// - Throws: `ServerError` where it cannot listen.
  public func run(
    started: @escaping @Sendable (Int) -> Void, until isOver: @escaping @Sendable () -> Bool
  ) async throws {
    let application = application { port in started(port) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          try await application.run()
        } catch is CancellationError {
        } catch {
          throw self.typed(error)
        }
        return false
      }
      group.addTask {
        await self.follow()
        return false
      }
      group.addTask {
        while !isOver() {
          do { try await Task.sleep(for: .milliseconds(100)) } catch { return false }
        }
        return true
      }
      // The first to end ends the others: a request to stop, or a port that cannot be had.
      _ = try await group.next()
      index.hub.finish()
      // Streams have that long to say their last.
      try? await Task.sleep(for: .milliseconds(150))
      group.cancelAll()
    }
  }

  /// Looks at the folders again and again.
  func follow() async {
    var pulsed = ContinuousClock.now
    while !Task.isCancelled {
      look()
      if pulsed.duration(to: .now) >= .seconds(settings.heartbeat) {
        index.hub.pulse()
        pulsed = .now
      }
      do { try await Task.sleep(for: .seconds(settings.interval)) } catch { return }
    }
  }

  /// Looks at the folders once.
  func look() {
    index.look()
    if settings.fillsStores { site.filler.consider(index.snapshot) }
  }

  /// The requests a connection may make, and for how long it may be silent.
  func application(
    started: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> Application<CallbackResponder<SiteContext>> {
    let site = site
    let patience = settings.patience
    var logger = Logger(label: "gnomon.serve")
    logger.logLevel = .critical
    return Application(
      responder: CallbackResponder { request, context in
        await site.answer(request, from: context.address)
      },
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [RequestDeadline(seconds: patience)],
          idleTimeout: .seconds(60),
          httpDecoderConfiguration: .init(
            // More than the gate lets through, so that it says what was too long.
            maxHeaderFieldSize: 32 << 10, maxHeaderListSize: 48 << 10, maxHeaderFieldCount: 100))),
      configuration: .init(
        address: .hostname(settings.host, port: settings.port),
        availableConnectionsDelegate: .maximum(1_024, logger: logger)),
      onServerRunning: { started($0.localAddress?.port ?? 0) },
      logger: logger)
  }

  private func typed(_ error: any Error) -> any Error {
    let (host, port) = (settings.host, settings.port)
    guard let error = error as? IOError else {
      return ServerError.cannotListen(host: host, port: port, reason: "\(error)")
    }
    return error.errnoCode == EADDRINUSE
      ? ServerError.addressInUse(host: host, port: port)
      : ServerError.cannotListen(
        host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
  }
}

/// What is known of a request besides itself.
struct SiteContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address of who asks; empty where it is not known.
  let address: String

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    address = source.channel.remoteAddress?.ipAddress ?? ""
  }
}

extension LiveServer {
  /// The runs that were found, in the order of their paths.
  var runs: [RunEntry] { index.snapshot.ordered }
  /// What answers requests.
  var pages: Site { site }
  /// The studies that were found.
  var studies: [StudyEntry] { index.snapshot.studies }
}
