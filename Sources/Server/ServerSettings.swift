import Foundation
import Records

/// What a server shows, and to whom.
public struct ServerSettings: Sendable {
  /// The folders below which runs and studies are looked for.
  public var folders: [URL]
  /// The address to listen at.
  public var host = "127.0.0.1"
  /// The port; 0 for one that is free.
  public var port = 8421
  /// What a reader must know; nil where everybody who reaches the address may read.
  public var token: String?
  /// What figures are called and mean.
  public var catalogue: FigureCatalogue
  /// The settings of a run that sets nothing.
  public var defaults: JSONValue
  /// The members of a configuration that differ from the defaults, as they are written today.
  public var identity: @Sendable (JSONValue) -> JSONValue
  /// How long there is between two looks at the folders, in seconds.
  public var interval = 1.0
  /// The most streams of events at a time.
  public var mostStreams = 256
  /// How many requests a second one address may send, for long; for a moment twice as many.
  public var mostRequests = 200.0
  /// How this program is started to go on with runs and to map their layers; nil where it is not.
  public var programs: ServerPrograms?
  /// Whether pages may stop and resume runs.
  public var allowsControl = false
  /// Whether finished runs are put into the stores beside them.
  public var fillsStores = false
  /// Where maps of layers are kept that were made because they were asked for; nil where none is made.
  public var cache: URL?
  /// The most bytes that are kept there: of more, the oldest maps go.
  public var mostCached = 2 << 30
  /// Takes a line for each thing that was asked for and changes what runs.
  public var audit: @Sendable (String) -> Void = { _ in }
  /// How long a request may take to arrive, in seconds.
  public var patience = 30.0
  /// How long a stream is silent at most, in seconds.
  public var heartbeat = 15.0

  /// A server of runs below `folders`.
  public init(
    folders: [URL], catalogue: FigureCatalogue, defaults: JSONValue,
    identity: @escaping @Sendable (JSONValue) -> JSONValue
  ) {
    self.folders = folders
    self.catalogue = catalogue
    self.defaults = defaults
    self.identity = identity
  }

  /// Whether only this machine reaches the address.
  public var isLoopback: Bool { HostName.isLoopback(host) }
}

/// How a server starts `gnomon` itself: it has no training code of its own.
public struct ServerPrograms: Sendable {
  /// The program's path.
  public var executable: String
  /// The arguments with which it goes on with the run in a folder.
  public var resuming: @Sendable (String) -> [String]
  /// The arguments with which it maps the layers of the run in a folder, into another folder, with so many points at most.
  public var mapping: @Sendable (_ run: String, _ output: String, _ points: Int) -> [String]

  /// Starts `executable` so.
  public init(
    executable: String, resuming: @escaping @Sendable (String) -> [String],
    mapping: @escaping @Sendable (_ run: String, _ output: String, _ points: Int) -> [String]
  ) {
    self.executable = executable
    self.resuming = resuming
    self.mapping = mapping
  }
}

/// Why a server does not start.
public enum ServerError: Error, Equatable, Sendable {
  /// Another program listens there.
  case addressInUse(host: String, port: Int)
  /// The system does not let it listen there.
  case cannotListen(host: String, port: Int, reason: String)
  /// There is no folder.
  case noFolder(path: String)
}

extension ServerError: CustomStringConvertible {
  /// The one line a person reads.
  public var description: String {
    switch self {
    case .addressInUse(let host, let port): "\(host):\(port) is in use by another program"
    case .cannotListen(let host, let port, let reason):
      "cannot listen at \(host):\(port): \(reason)"
    case .noFolder(let path): "there is no folder \(path)"
    }
  }
}
