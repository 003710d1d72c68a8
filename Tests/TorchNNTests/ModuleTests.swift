import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

@Suite struct ModuleTests {
  private final class Block: Module {
    let conv1 = Convolution(3, 4, kernel: 3)
    let bn1 = BatchNorm(4)
    let shortcut: Sequential? = Sequential([
      Convolution(3, 4, kernel: 1, bias: false), BatchNorm(4),
    ])
    let absent: Linear? = nil
    let layers: [Module] = [Linear(4, 2), ReLU(), Linear(2, 2, bias: false)]
  }

  @Test func namesArePyTorchs() {
    let block = Block()
    #expect(
      block.parameters.map(\.name) == [
        "conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias", "shortcut.0.weight",
        "shortcut.1.weight", "shortcut.1.bias", "0.weight", "0.bias", "2.weight",
      ])
    #expect(
      block.buffers.map(\.name).prefix(3) == [
        "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked",
      ])
  }

  @Test func activationsLeaveTheirInputAsItIs() {
    let numbers: [Float] = [-2, -0.5, 0, 1, 3]
    let activations: [any UnaryLayer] = [ReLU(), GELU(), Tanh(), Sigmoid()]
    for activation in activations {
      let input = Tensor(numbers)
      let output = activation(input)
      #expect(input.scalars(Float.self) == numbers)
      #expect(output.scalars(Float.self) != numbers)
    }
    #expect(ReLU()(Tensor(numbers)).scalars(Float.self) == [0, 0, 0, 1, 3])
  }

  @Test func initialisersHaveTheMomentsOfPyTorchs() {
    Runtime.seed(1)
    // Uniform in ±1/√n has variance 1/(3n); five standard errors of 10⁵ draws are 1.5 %.
    let uniform = Initializer.uniform([400, 250], fanIn: 250)
    #expect(uniform.squared().mean().item.isApproximately(1 / 750, relative: 0.015))
    #expect(uniform.max().item <= 1 / 250.0.squareRoot())
    // Normal with variance 2/fanOut; five standard errors are 2.3 %.
    let normal = Initializer.kaimingNormalFanOut([100, 111, 3, 3])
    #expect(normal.squared().mean().item.isApproximately(2 / 900, relative: 0.023))
  }
}
