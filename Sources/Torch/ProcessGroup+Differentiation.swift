import CTorch

/// What of a group's operations can be differentiated, once. Both trap where another process is gone; within `catchingTorchErrors` that is
/// an error.
extension ProcessGroup {
  /// The tensors of all processes in the order of their ranks, along a new first dimension, for a loss of which each process computes a part.
  ///
  /// Where every process goes the way back from its own part, the gradient at its own tensor is that of the sum of all parts: what
  /// the others' parts have of it is sent here and added. A gather without that, or one that averages, gives a fraction of it.
  public func gatheredRows(_ tensor: Tensor) -> Tensor {
    var all: CTorchTensorRef?
    let status = ctorch_process_group_gather_rows(handle, tensor.handle, &all)
    guard status == 0, let all else {
      Failure.report("gather \(tensor) of \(size) processes")
      return Tensor.stacked(Array(repeating: tensor, count: size))
    }
    return Tensor(owning: all)
  }

  /// The mean of all processes' scalars, the same in each of them, bit for bit. The way back goes on through this process' part alone.
  public func mean(ofParts scalar: Tensor) -> Tensor {
    var mean: CTorchTensorRef?
    let status = ctorch_process_group_mean(handle, scalar.handle, &mean)
    guard status == 0, let mean else {
      Failure.report("mean of \(scalar) over \(size) processes")
      return scalar
    }
    return Tensor(owning: mean)
  }
}
