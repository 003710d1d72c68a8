import CTorch
import Dispatch
import Kernels

/// The library below: its version, seeds, threads and memory.
public enum Runtime {
  /// libtorch's version, as in 2.13.0.
  public static var version: String { String(cString: ctorch_version()) }

  /// Seeds libtorch's own generators, which initialisers draw from.
  public static func seed(_ seed: UInt64) {
    Failure.check(ctorch_manual_seed(seed), doing: "seed")
  }

  /// How many threads an operator may use on the CPU.
  public static var threads: Int {
    get { Int(ctorch_threads()) }
    set { Failure.check(ctorch_set_threads(Int32(newValue)), doing: "set threads") }
  }

  /// Does some work with operators that use one thread each: the faster way where each has little to do, since
  /// threads that wait for each other cost more than a small matrix.
  public static func onOneThread<Result, Failed: Error>(
    _ work: () throws(Failed) -> Result
  ) throws(Failed) -> Result {
    let usual = threads
    guard usual > 1 else { return try work() }
    threads = 1
    defer { threads = usual }
    return try work()
  }

  /// Does work on several threads side by side, each with operators that use one thread: the faster way where operators are too small to
  /// be shared out. Whether they are recorded for differentiation is as it is where this is called.
  ///
  /// - Parameters:
  ///   - workers: how many threads, at least one; with one, operators use as many as they usually do.
  ///   - work: what each worker does, told which of them it is.
  /// - Returns: what each worker gave, in their order.
  package static func sideBySide<Value>(workers: Int, _ work: (Int) -> Value) -> [Value] {
    guard workers > 1 else { return [work(0)] }
    let (usual, isRecording) = (threads, ctorch_grad_mode())
    defer { threads = usual }
    nonisolated(unsafe) let work = work
    return [Value](unsafeUninitializedCapacity: workers) { values, count in
      nonisolated(unsafe) let places = values
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        threads = 1
        let value = withGradientMode(isRecording) { work(worker) }
        places.initializeElement(at: worker, to: value)
      }
      count = workers
    }
  }

  /// Whether convolutions on CUDA devices are tried with each of cuDNN's algorithms when a shape is new, and go on with the
  /// fastest: some tenths of a second a shape, and bits that may differ between processes.
  public static func tuneConvolutions(_ enabled: Bool) { ctorch_cuda_tune_convolutions(enabled) }

  /// Whether the processor multiplies bfloat16 matrices in hardware.
  public static var hasBFloat16: Bool { ctorch_cpu_has_bfloat16() }

  /// Whether bfloat16 matrices are multiplied faster than float32 ones on this processor: some that do it in hardware take
  /// twice as long.
  public static var gainsByBFloat16: Bool { hasBFloat16 && !kernels_multiplies_bfloat16_slowly() }

  /// How many tensors are held by Swift now. Tests compare it before and after.
  public static var liveTensorCount: Int { Int(ctorch_live_tensor_count()) }

  /// Lets the C allocator keep large blocks between steps rather than return them to the system and
  /// fault them in again.
  public static func keepLargeBlocks() { ctorch_keep_large_blocks() }
}
