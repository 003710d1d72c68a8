import CTorch
import Foundation

extension Tensor {
  /// Whether operators on this tensor are recorded for differentiation.
  public var requiresGradient: Bool {
    get { ctorch_tensor_requires_grad(handle) }
    set {
      Failure.check(
        ctorch_tensor_set_requires_grad(handle, newValue), doing: "differentiate \(self)")
    }
  }

  /// What `backward` has accumulated in this leaf; nil before that, and after it was set to nil.
  public var gradient: Tensor? {
    get {
      var result: CTorchTensorRef?
      Failure.check(ctorch_tensor_grad(handle, &result), doing: "gradient of \(self)")
      return result.map(Tensor.init(owning:))
    }
    set { Failure.check(ctorch_tensor_set_grad(handle, newValue?.handle), doing: "set gradient") }
  }

  /// Adds the gradient of this tensor to `gradient` of every leaf it was computed from.
  ///
  /// - Parameters:
  ///   - seed: the gradient with respect to this tensor; needed unless it is a scalar.
  ///   - retainGraph: keep the graph, to go through it again.
  ///   - createGraph: record the differentiation itself, for second derivatives.
  public func backward(seed: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false) {
    let seeds: [CTorchTensorRef?] = [seed?.handle]
    Failure.check(
      ctorch_backward([handle], seeds, 1, retainGraph || createGraph, createGraph),
      doing: "backward from \(self)")
    withExtendedLifetime(seed) {}
  }

  /// The same values, cut off from the graph that computed them.
  public func detached() -> Tensor { Operator.detach(self) }

  /// A scalar of the given value, whose gradient with respect to this tensor is `gradient`: how something that
  /// was differentiated by hand enters the graph. Of its second derivatives the graph knows nothing.
  public func grafting(value: Tensor, gradient: Tensor) -> Tensor {
    let linear = reshaped([-1]).dot(gradient.detached().reshaped([-1]))
    // Zero, exactly, with the gradient of `linear`.
    return linear - linear.detached() + value.detached()
  }
}

/// The gradients of a scalar with respect to `inputs`; nil where it does not depend on one.
///
/// - Parameters:
///   - output: what is differentiated.
///   - inputs: what it may have been computed from.
///   - seed: the gradient with respect to `output`; needed unless it is a scalar.
///   - retainGraph: keep the graph, to go through it again.
///   - createGraph: record the differentiation itself, for second derivatives.
public func gradients(
  of output: Tensor, withRespectTo inputs: [Tensor], seed: Tensor? = nil,
  retainGraph: Bool = false, createGraph: Bool = false
) -> [Tensor?] {
  gradients(
    of: [output], seeds: [seed], withRespectTo: inputs, retainGraph: retainGraph,
    createGraph: createGraph)
}

/// The gradients, with respect to `inputs`, of the sum of the inner products of `outputs` with
/// `seeds` (nil for a scalar's 1): the product of the transposed Jacobian with the seeds.
public func gradients(
  of outputs: [Tensor], seeds: [Tensor?], withRespectTo inputs: [Tensor],
  retainGraph: Bool = false, createGraph: Bool = false
) -> [Tensor?] {
  var results = [CTorchTensorRef?](repeating: nil, count: inputs.count)
  let status = ctorch_grad(
    outputs.map(\.handle), seeds.map { $0?.handle }, outputs.count, inputs.map(\.handle),
    inputs.count, retainGraph || createGraph, createGraph, &results)
  Failure.check(status, doing: "gradient of \(outputs)")
  withExtendedLifetime((outputs, inputs, seeds)) {}
  return results.map { $0.map(Tensor.init(owning:)) }
}

/// Runs `body` without recording operators for differentiation.
public func withoutGradients<Result, Failed: Error>(
  _ body: () throws(Failed) -> Result
) throws(Failed) -> Result {
  try withGradientMode(false, body)
}

/// Runs `body` recording operators, inside `withoutGradients` too.
public func withGradients<Result, Failed: Error>(
  _ body: () throws(Failed) -> Result
) throws(Failed) -> Result {
  try withGradientMode(true, body)
}

func withGradientMode<Result, Failed: Error>(
  _ enabled: Bool, _ body: () throws(Failed) -> Result
) throws(Failed) -> Result {
  let previous = ctorch_grad_mode()
  ctorch_set_grad_mode(enabled)
  defer { ctorch_set_grad_mode(previous) }
  return try body()
}

/// Runs `body` with matrix products and convolutions in `dtype`, what needs precision in float32:
/// PyTorch's autocast. With a nil `dtype`, `body` runs in the types its tensors have.
public func withAutocast<Result, Failed: Error>(
  _ dtype: DType?, on device: Device, _ body: () throws(Failed) -> Result
) throws(Failed) -> Result {
  var wasEnabled = false
  var previous: Int32 = 0
  Failure.check(
    ctorch_autocast_enter(
      device.kind.rawValue, dtype != nil, (dtype ?? .bfloat16).rawValue, &wasEnabled, &previous),
    doing: "autocast")
  defer {
    Failure.check(
      ctorch_autocast_exit(device.kind.rawValue, wasEnabled, previous), doing: "autocast")
  }
  return try body()
}

/// Whether what runs is being differentiated by forward mode.
enum ForwardMode {
  @TaskLocal static var isActive = false
}

/// libtorch has one dual level for the whole process; a second thread has to wait for it.
private let dualLevelLock = NSRecursiveLock()

/// The value of a function at `primal` and its derivative along `tangent`, by forward-mode
/// differentiation: one pass, no graph. One at a time in a process: others wait; within itself it traps.
public func directionalDerivative(
  at primal: Tensor, along tangent: Tensor, of function: (Tensor) -> Tensor
) -> (value: Tensor, derivative: Tensor) {
  dualLevelLock.lock()
  defer { dualLevelLock.unlock() }
  var level: UInt64 = 0
  Failure.check(ctorch_dual_level_enter(&level), doing: "enter a dual level")
  defer { Failure.check(ctorch_dual_level_exit(level), doing: "leave a dual level") }
  let dual = Operator.makeDual(primal, tangent, Int(level))
  let output = ForwardMode.$isActive.withValue(true) { function(dual) }
  let parts = Operator.unpackDual.results(output, Int(level))
  guard let value = parts[0] else { fatalError("a dual tensor without its value") }
  // The derivative is undefined where the function does not depend on its argument.
  return (value.detached().copied(), (parts[1] ?? Tensor.zeros(like: value)).detached().copied())
}
