import CTorch

/// The gradients of some leaves, summed over all processes of a group while `backward` still runs.
///
/// Leaves are summed some megabytes at a time, the last of them first: those that were used last have their gradients first. All
/// processes begin these sums in the same order.
///
/// ```swift
/// let sums = GradientSums(of: weights, over: group)
/// sums.expect()
/// loss.backward()
/// sums.finish()
/// ```
public final class GradientSums {
  private let handle: CTorchGradientSumsRef?
  private let group: ProcessGroup

  /// What is summed at once, in bytes, unless said otherwise.
  public static let usualPiece = 4 << 20

  /// Sums of the gradients of leaves. One leaf belongs to one of these at a time.
  ///
  /// - Parameters:
  ///   - leaves: the same ones in every process, in the order in which they are used.
  ///   - group: the processes.
  ///   - piece: what is summed at once, in bytes; what one leaf has, where that is more.
  public init(of leaves: [Tensor], over group: ProcessGroup, piece: Int = usualPiece) {
    self.group = group
    var sums: CTorchGradientSumsRef?
    let handles = leaves.map(\.handle)
    Failure.check(
      ctorch_gradient_sums_create(group.handle, handles, handles.count, piece, &sums),
      doing: "sums of \(leaves.count) gradients over processes")
    withExtendedLifetime(leaves) {}
    handle = sums
  }

  deinit { if let handle { ctorch_gradient_sums_release(handle) } }

  /// Takes the next gradient that `backward` adds to each leaf for the last one, and begins its sum then.
  public func expect() { if let handle { ctorch_gradient_sums_expect(handle) } }

  /// Begins what has not begun, and waits until every leaf's gradient is the sum. A leaf without a gradient has none in any process and
  /// keeps none. Traps where another process is gone; within `catchingTorchErrors` that is an error.
  public func finish() {
    guard let handle else { return }
    Failure.check(ctorch_gradient_sums_finish(handle), doing: "sum gradients over processes")
  }
}
