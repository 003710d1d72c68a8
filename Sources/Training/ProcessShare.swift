import Contrastive
import Torch
import TorchNN

/// One process' part in a step that several take together, each with its share of the samples.
///
/// Each encodes its own views. What all of them gave is gathered, and every process does the same with it: the schedule's turn, on the
/// whole batch. So its loss, and the gradient at its own rows of h, are those of one process with the whole batch, for every objective and
/// schedule, and the head moves alike everywhere; the encoder's gradients are summed. Batch normalisation in the encoder takes the
/// statistics of all shares.
///
/// An operation that fails, since another process is gone, gives something of the right shape; `check()` then says what failed.
final class ProcessShare {
  let group: ProcessGroup
  private var failure: TorchError?

  init(_ group: ProcessGroup) { self.group = group }

  /// The whole batch's rows, view after view and in each the samples of rank 0, then those of rank 1; without gradients.
  ///
  /// - Parameters:
  ///   - own: this process' rows, view after view, (views·n)×…
  ///   - views: how many views there are; 1 for what each sample has once.
  func gathered(_ own: Tensor, views: Int) -> Tensor {
    let shape = Array(own.shape.dropFirst())
    let samples = own.size(0) / views
    let all =
      noting { () throws(TorchError) in try group.gathered(own) }
      ?? Tensor.stacked(Array(repeating: own.detached(), count: group.size))
    return all.reshaped([group.size, views, samples] + shape).transposed(0, 1)
      .reshaped([group.size * own.size(0)] + shape)
  }

  /// This process' rows of a whole batch's.
  func own(of all: Tensor, views: Int) -> Tensor {
    let shape = Array(all.shape.dropFirst())
    let samples = all.size(0) / (views * group.size)
    let parts = all.reshaped([views, group.size, samples] + shape)
    return parts.slice(group.rank..<group.rank + 1, along: 1).reshaped([views * samples] + shape)
  }

  /// Replaces the parameters' gradients by their sums over all processes, some megabytes at a time.
  func sumGradients(of parameters: [Parameter]) {
    noting { () throws(TorchError) in try sum(parameters) }
  }

  private func sum(_ parameters: [Parameter]) throws(TorchError) {
    var works: [(work: ProcessGroup.Work, sums: Tensor, parameters: [Parameter])] = []
    for bucket in Self.buckets(parameters.filter { $0.tensor.gradient != nil }) {
      let sums = Tensor.concatenated(
        bucket.compactMap { $0.tensor.gradient?.reshaped([-1]) })
      works.append((try group.sum([sums]), sums, bucket))
    }
    for (work, sums, bucket) in works {
      try work.wait()
      var place = 0
      for parameter in bucket {
        let end = place + parameter.tensor.count
        parameter.tensor.gradient = sums[place..<end].reshaped(parameter.tensor.shape)
        place = end
      }
    }
  }

  /// Gives the tensors, by name, the values that they have in the process of rank 0.
  func equalize(_ state: [String: Tensor]) throws(TorchError) {
    for (_, tensor) in state.sorted(by: { $0.key < $1.key }) { try group.broadcast(tensor) }
  }

  /// Whether everything since the last check went well.
  ///
  /// - Throws: the first failure.
  func check() throws(TorchError) {
    defer { failure = nil }
    if let failure { throw failure }
  }

  @discardableResult
  private func noting<Value>(_ body: () throws(TorchError) -> Value) -> Value? {
    do throws(TorchError) {
      return try body()
    } catch {
      failure = failure ?? error
      return nil
    }
  }

  /// What is summed at once, in bytes, at most.
  private static let bucketSize = 25 << 20

  private static func buckets(_ parameters: [Parameter]) -> [[Parameter]] {
    var buckets: [[Parameter]] = []
    var size = 0
    for parameter in parameters {
      let bytes = parameter.tensor.count * 4
      if buckets.isEmpty || size + bytes > bucketSize {
        buckets.append([])
        size = 0
      }
      buckets[buckets.count - 1].append(parameter)
      size += bytes
    }
    return buckets
  }
}
