import TestSupport
import Testing
import Torch
import TorchNN

/// The one strict load of modules, optimisers and moving averages.
@Suite struct StateLoadTests {
  private func network() -> Sequential {
    Sequential([Linear(3, 2), BatchNorm(2), Tanh(), Linear(2, 2, bias: false)])
  }

  private func bits(_ state: [String: Tensor]) -> [String: [UInt64]] {
    state.mapValues { $0.scalars(Double.self).map(\.bitPattern) }
  }

  /// A state with one tensor missing, one of another shape, one too many, and other values in the rest.
  private func wrong(_ state: [String: Tensor], missing: String, misshapen: String)
    -> [String: Tensor]
  {
    var wrong = state.mapValues { $0 + 1 }
    wrong[missing] = nil
    wrong[misshapen] = .zeros([5, 1])
    wrong["stray"] = .zeros([1])
    return wrong
  }

  private func checkRefusal(
    of state: [String: Tensor], missing: String, misshapen: String,
    load: ([String: Tensor]) throws(StateMismatch) -> Void
  ) {
    let before = bits(state)
    let shape = state[misshapen]?.shape
    let error = #expect(throws: StateMismatch.self) {
      try load(wrong(state, missing: missing, misshapen: misshapen))
    }
    #expect(error?.missing == [missing])
    #expect(error?.unexpected == ["stray"])
    #expect(error?.misshapen.map(\.name) == [misshapen])
    #expect(error?.misshapen.first?.expected == shape)
    #expect(error?.misshapen.first?.found == [5, 1])
    #expect(bits(state) == before)
  }

  private func checkLoad(
    of state: [String: Tensor], load: ([String: Tensor]) throws(StateMismatch) -> Void
  ) throws {
    let other = state.mapValues { ($0 + 1).copied() }
    try load(other)
    #expect(bits(state) == bits(other))
  }

  @Test func aModuleTakesAllOrNothing() throws {
    let network = network()
    checkRefusal(
      of: network.state, missing: "1.running_mean", misshapen: "3.weight", load: network.load)
    try checkLoad(of: network.state, load: network.load)
  }

  @Test func anOptimiserTakesAllOrNothing() throws {
    let network = network()
    let optimizers: [(any Optimizer, String)] = [
      (AdamW(network.parameters, learningRate: 0.1), "first_moment"),
      (SGD(network.parameters, learningRate: 0.1), "velocity"),
      (LARS(network.parameters, learningRate: 0.1), "velocity"),
    ]
    for (optimizer, kind) in optimizers {
      network(Tensor.ones([4, 3])).squared().sum().backward()
      optimizer.step()
      checkRefusal(
        of: optimizer.state, missing: "0.bias.\(kind)", misshapen: "3.weight.\(kind)",
        load: optimizer.load)
      try checkLoad(of: optimizer.state, load: optimizer.load)
    }
  }

  @Test func aMovingAverageTakesAllOrNothing() throws {
    let average = MovingAverage(of: network(), momentum: 0.9)
    checkRefusal(
      of: average.state, missing: "1.running_var", misshapen: "0.bias", load: average.load)
    try checkLoad(of: average.state, load: average.load)
  }

  @Test func theErrorIsOneLineThatShortensLongLists() throws {
    let layer = Linear(3, 2)
    var state: [String: Tensor] = ["weight": .zeros([3, 2])]
    for index in 10..<25 { state["extra.\(index)"] = .zeros([1]) }
    let error = #expect(throws: StateMismatch.self) { try layer.load(state) }
    #expect(
      error?.description
        == "the tensors do not fit; missing: 'bias'; unexpected: 'extra.10', 'extra.11', 'extra.12' and "
        + "12 more; of another shape: 'weight' of [3, 2] for [2, 3]")
    #expect(error?.unexpected.count == 15)
  }
}
