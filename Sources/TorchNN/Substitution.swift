import Torch

/// Runs `body` with other tensors in place of the parameters' own, which return after it: PyTorch's
/// `functional_call`. What `body` computes can be differentiated with respect to `tensors`.
public func withParameters<Result, Failed: Error>(
  _ parameters: [Parameter], replacedBy tensors: [Tensor],
  _ body: () throws(Failed) -> Result
) throws(Failed) -> Result {
  precondition(
    parameters.count == tensors.count,
    "\(tensors.count) tensors in place of \(parameters.count) parameters")
  let own = parameters.map(\.tensor)
  for (parameter, tensor) in zip(parameters, tensors) { parameter.tensor = tensor }
  defer { for (parameter, tensor) in zip(parameters, own) { parameter.tensor = tensor } }
  return try body()
}

/// As `withParameters`, for buffers.
func withBuffers<Result, Failed: Error>(
  _ buffers: [Buffer], replacedBy tensors: [Tensor], _ body: () throws(Failed) -> Result
) throws(Failed) -> Result {
  let own = buffers.map(\.tensor)
  for (buffer, tensor) in zip(buffers, tensors) { buffer.tensor = tensor }
  defer { for (buffer, tensor) in zip(buffers, own) { buffer.tensor = tensor } }
  return try body()
}
