import Foundation
import Records
import RunStore
import Torch

/// A process' place among those that a launcher started to work on one run: torchrun, srun or mpirun.
public struct LaunchedProcess: Sendable, Equatable {
  /// Its number among all, from 0.
  public let rank: Int
  /// How many there are.
  public let size: Int
  /// Its number among those of its machine.
  public let localRank: Int
  /// How many there are on its machine, where the launcher leaves it to them to share the cores: torchrun does.
  public let localSize: Int?
  /// Where they meet.
  public let meetingPoint: ProcessGroup.MeetingPoint

  /// What a launcher's variables say that makes no sense.
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    /// A variable is no number, or not below how many processes there are.
    case number(variable: String, value: String)
    /// Several processes were started, and nothing says where they meet.
    case noMeetingPoint(processes: Int)

    /// One line that says what to set.
    public var description: String {
      switch self {
      case .number(let variable, let value):
        "\(variable) is '\(value)', which is no process' number"
      case .noMeetingPoint(let processes):
        "\(processes) processes were started, but MASTER_ADDR and MASTER_PORT do not say where they meet: set both to a "
          + "host and a free port of it, or use torchrun"
      }
    }
  }

  /// The variables of one launcher.
  private struct Names {
    let size: String
    let rank: String
    let localRank: String
  }

  /// torchrun's come first: it may be started by one of the others.
  private static let launchers = [
    Names(size: "WORLD_SIZE", rank: "RANK", localRank: "LOCAL_RANK"),
    Names(
      size: "OMPI_COMM_WORLD_SIZE", rank: "OMPI_COMM_WORLD_RANK",
      localRank: "OMPI_COMM_WORLD_LOCAL_RANK"),
    Names(size: "SLURM_STEP_NUM_TASKS", rank: "SLURM_PROCID", localRank: "SLURM_LOCALID"),
  ]

  /// The place that the environment gives; nil where no launcher, or one of a single process, started this one.
  ///
  /// - Throws: `Problem`.
  public init?(environment: [String: String]) throws(Problem) {
    guard
      let names = Self.launchers.first(where: {
        environment[$0.size] != nil && environment[$0.rank] != nil
      })
    else { return nil }
    func number(_ variable: String, below limit: Int) throws(Problem) -> Int {
      let text = environment[variable] ?? ""
      guard let number = Int(text), 0..<limit ~= number else {
        throw .number(variable: variable, value: text)
      }
      return number
    }
    size = try number(names.size, below: 1 << 20)
    guard size > 1 else { return nil }
    rank = try number(names.rank, below: size)
    localRank =
      environment[names.localRank] == nil ? 0 : try number(names.localRank, below: size)
    localSize = environment["LOCAL_WORLD_SIZE"].flatMap(Int.init)
    guard let host = environment["MASTER_ADDR"], !host.isEmpty,
      let port = environment["MASTER_PORT"].flatMap(UInt16.init), port > 0
    else { throw .noMeetingPoint(processes: size) }
    var place = ProcessGroup.MeetingPoint(host: host, port: port)
    place.isHostedByLauncher = environment["TORCHELASTIC_USE_AGENT_STORE"] == "True"
    // A restarted group must not read what the one before it left in the launcher's store.
    place.prefix = "gnomon/\(environment["TORCHELASTIC_RESTART_COUNT"] ?? "0")"
    meetingPoint = place
  }
}

extension LaunchedProcess {
  /// Joins the processes that work on a run of these settings.
  ///
  /// - Parameters:
  ///   - configuration: the run's, resolved. Where its data are and how many threads work may differ between processes.
  ///   - timeout: how long processes wait for each other, here and in every step, in seconds.
  /// - Throws: `TorchError` when they are not all there in time, and when one is of another version, has other settings or counts
  ///   other processes; `ConfigurationError` and `RunError` where this process has no device.
  public func join(for configuration: RunConfiguration, timeout: Double) throws -> ProcessGroup {
    var shared = configuration
    shared.data = nil
    shared.threads = 0
    let settings = RunConfiguration.identity(of: shared.json)
    // The members are plain values, which JSON can always hold.
    let text = (try? RunJSON.line(settings)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return try ProcessGroup(
      at: meetingPoint, rank: rank, size: size,
      agreeingOn: "gnomon \(PackageVersion.current), libtorch \(Runtime.version), settings "
        + FNV1a(text).eightDigits,
      device: device(
        for: try configuration.availableDevice(), ofCUDADevices: Device.cudaCount),
      timeout: timeout)
  }

  /// The device that this process computes on: of CUDA devices the one with its number on its machine, or the only one that a
  /// launcher lets it see.
  ///
  /// - Parameters:
  ///   - chosen: what the settings say; of a CUDA device its kind.
  ///   - count: how many CUDA devices this process sees.
  /// - Throws: `RunError.noDeviceOfItsOwn`.
  package func device(
    for chosen: Device, ofCUDADevices count: @autoclosure () -> Int
  ) throws(RunError) -> Device {
    // To count them takes seconds.
    guard chosen.kind == .cuda else { return chosen }
    let count = count()
    guard localRank < count || count == 1 else {
      throw .noDeviceOfItsOwn(process: localRank, cudaCount: count)
    }
    return .cuda(count == 1 ? 0 : localRank)
  }

  /// The threads that each of a machine's processes gets where the settings leave that open.
  ///
  /// - Parameter cores: the machine's.
  public func threads(ofCores cores: Int) -> Int { max(1, cores / (localSize ?? 1)) }
}
