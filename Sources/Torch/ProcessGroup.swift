import CTorch

/// Processes that work on one thing together, by c10d: this process' place among them and what they do in step. Tensors on CPUs
/// go by its Gloo, those on CUDA devices by its NCCL.
///
/// All processes of a group call its operations in the same order, with tensors of the same shapes and types. One that does not, dies or
/// hangs makes the others' operations fail once the group's timeout is over.
///
/// ```swift
/// let group = try ProcessGroup(at: .init(host: "127.0.0.1", port: 29500), rank: 0, size: 2)
/// try group.sum([gradient]).wait()
/// ```
///
/// The store and each process listen at the one address of their machine that leads to the meeting point; the environment variable
/// `GLOO_SOCKET_IFNAME` names another interface for the processes. There is no encryption: the network has to be a trusted one.
public final class ProcessGroup: @unchecked Sendable {  // c10d locks
  /// Where processes find each other: c10d's store.
  public struct MeetingPoint: Sendable, Equatable {
    /// A name or address of the host.
    public var host: String
    /// The port.
    public var port: UInt16
    /// Whether a launcher hosts the store rather than the process of rank 0.
    public var isHostedByLauncher = false
    /// What keys in the store begin with: processes with another one do not see each other.
    public var prefix = "gnomon"

    /// A store at a port of a host.
    public init(host: String, port: UInt16) {
      self.host = host
      self.port = port
    }
  }

  /// This process' number, from 0.
  public let rank: Int
  /// How many processes there are.
  public let size: Int
  /// What this process computes on: of CUDA devices one that no other process has.
  public let device: Device
  let handle: CTorchProcessGroupRef

  /// Joins the group, once all of its processes do.
  ///
  /// - Parameters:
  ///   - place: where they meet.
  ///   - rank: this process' number, below `size`.
  ///   - size: how many processes there are.
  ///   - identity: what all of them have to say alike, as versions and settings.
  ///   - device: what this process computes on: all of them on CPUs, or each on a CUDA device of its own.
  ///   - timeout: how long this and each operation may take, in seconds.
  /// - Throws: `TorchError` when they are not all there in time, the place cannot be reached or had, or one of them comes with another
  ///   identity or size, or with a rank that is taken; for a CUDA device also where libtorch has no NCCL or sees no device.
  public init(
    at place: MeetingPoint, rank: Int, size: Int, agreeingOn identity: String = "",
    device: Device = .cpu, timeout: Double = 300
  ) throws(TorchError) {
    precondition(size >= 1 && 0..<size ~= rank, "rank \(rank) of \(size) processes")
    self.rank = rank
    self.size = size
    self.device = device
    var group: CTorchProcessGroupRef?
    let status = ctorch_process_group_join(
      place.host, place.port, Int32(rank), Int32(size), rank == 0 && !place.isHostedByLauncher,
      place.prefix, identity, timeout, device.kind == .cuda, &group)
    guard status == 0, let group else {
      throw Self.failure("join \(size) processes at \(place.host):\(place.port)")
    }
    handle = group
  }

  deinit { ctorch_process_group_leave(handle) }

  /// Replaces each tensor by its sum over all processes, in place and while this process goes on. The sum is the same in all of them,
  /// bit for bit.
  ///
  /// - Parameter tensors: of one type, contiguous; not to be touched before the work is waited for.
  /// - Throws: `TorchError` for what cannot be begun.
  public func sum(_ tensors: [Tensor]) throws(TorchError) -> Work {
    var work: CTorchWorkRef?
    let handles = tensors.map(\.handle)
    let status = ctorch_process_group_sum(handle, handles, handles.count, &work)
    guard status == 0, let work else { throw Self.failure("sum over processes") }
    return Work(handle: work, tensors: tensors)
  }

  /// Gives a tensor the values that it has in one of the processes.
  ///
  /// - Throws: `TorchError`, also when another process did not take part in time.
  public func broadcast(_ tensor: Tensor, from root: Int = 0) throws(TorchError) {
    try Self.check(
      ctorch_process_group_broadcast(handle, tensor.handle, Int32(root)), "broadcast")
  }

  /// The tensors of all processes in the order of their ranks, along a new first dimension; without gradients.
  ///
  /// - Throws: `TorchError`, also when another process did not take part in time.
  public func gathered(_ tensor: Tensor) throws(TorchError) -> Tensor {
    let own = tensor.detached()
    var all: CTorchTensorRef?
    let status = withExtendedLifetime(own) { ctorch_process_group_gather(handle, own.handle, &all) }
    guard status == 0, let all else { throw Self.failure("gather") }
    return Tensor(owning: all)
  }

  /// Waits until every process is here.
  ///
  /// - Throws: `TorchError` when one was not in time.
  public func waitForAll() throws(TorchError) {
    try Self.check(ctorch_process_group_barrier(handle), "wait for all processes")
  }

  /// Something that goes on between processes.
  public final class Work {
    private let handle: CTorchWorkRef
    private let tensors: [Tensor]

    fileprivate init(handle: CTorchWorkRef, tensors: [Tensor]) {
      self.handle = handle
      self.tensors = tensors
    }

    deinit { ctorch_work_release(handle) }

    /// Waits until it is done.
    ///
    /// - Throws: `TorchError` when another process did not take part in time.
    public func wait() throws(TorchError) {
      try ProcessGroup.check(ctorch_work_wait(handle), "sum over processes")
    }
  }

  private static func check(_ status: Int32, _ doing: String) throws(TorchError) {
    if status != 0 { throw failure(doing) }
  }

  private static func failure(_ doing: String) -> TorchError {
    let message = String(cString: ctorch_last_error()).split(separator: "\n").joined(separator: " ")
    return TorchError("\(doing): \(message)")
  }
}
