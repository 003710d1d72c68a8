import Contrastive
import Testing
import Torch
import TorchNN

@Suite struct FixedResNetTests {
  /// A network in evaluation mode whose batch norms have something to do.
  private func network(
    _ depth: ResNet.Depth, _ stem: ResNet.Stem, _ normalization: InputNormalization,
    _ dtype: DType, side: Int
  ) -> ResNet {
    let network = ResNet(depth, stem: stem, width: 16, normalization: normalization)
    network.settleStatistics {
      _ = network(Tensor.randomUniform([8, 3, side, side]))
    }
    for (name, parameter) in network.parameters where name.contains("bn") {
      withoutGradients {
        parameter.tensor.assign(Tensor.randomNormal(parameter.tensor.shape) * 0.2 + 0.7)
      }
    }
    network.convert(to: dtype)
    network.train(false)
    return network
  }

  private func difference(_ first: Tensor, _ second: Tensor) -> Double {
    let (first, second) = (first.to(.float64), second.to(.float64))
    return (first - second).norm().item / second.norm().item
  }

  // Sides that strides do not divide, a part of a batch after a whole one, which oneDNN lays kernels out for.
  private static let cases: [(ResNet.Depth, ResNet.Stem, InputNormalization, Int)] = [
    (.resNet18, .small, .none, 16), (.resNet18, .smallPadded, .imageNet, 17),
    (.resNet34, .imageNet, .imageNet, 64), (.resNet50, .small, .none, 13),
    (.resNet50, .imageNet, .none, 65),
  ]

  @Test(arguments: cases, [DType.float64, .float32])
  func itGivesWhatTheNetworkDoes(
    _ form: (ResNet.Depth, ResNet.Stem, InputNormalization, Int), _ dtype: DType
  ) throws {
    let (depth, stem, normalization, side) = form
    let network = network(depth, stem, normalization, dtype, side: side)
    let fixed = try #require(FixedResNet(network))
    // Rounding, summed in another order, through at most 50 layers.
    let tolerance = dtype == .float64 ? 1e-12 : 2e-5
    withoutGradients {
      for count in [4, 1, 3] {
        let images = Tensor.randomUniform([count, 3, side, side]).to(dtype)
        let (found, expected) = (fixed.trace(images), network.trace(images))
        #expect(found.map(\.name) == expected.map(\.name))
        for (own, other) in zip(found, expected) {
          #expect(difference(own.embedding, other.embedding) < tolerance, "\(own.name)")
        }
      }
    }
  }

  @Test(arguments: cases, [DType.float64, .float32])
  func itsTangentsAreTheForwardModeDerivatives(
    _ form: (ResNet.Depth, ResNet.Stem, InputNormalization, Int), _ dtype: DType
  ) throws {
    let (depth, stem, normalization, side) = form
    let network = network(depth, stem, normalization, dtype, side: side)
    let fixed = try #require(FixedResNet(network))
    // In float32 units that are zero but for rounding are active in one of the two and not in the other, some in ten thousand, and
    // each takes its share of a direction with it.
    let tolerance = dtype == .float64 ? 1e-12 : 2e-2
    withoutGradients {
      let images = Tensor.randomUniform([3, 3, side, side]).to(dtype)
      let directions = (0..<2).map { _ in Tensor.randomNormal([3, 3, side, side]).to(dtype) }
      let (trace, tangents) = fixed.tangents(at: images, along: directions)
      #expect(tangents.count == 2)
      for (direction, found) in zip(directions, tangents) {
        for (index, layer) in found.enumerated() {
          let (value, derivative) = directionalDerivative(at: images, along: direction) {
            network.trace($0)[index].embedding
          }
          #expect(difference(trace[index].embedding, value) < tolerance)
          #expect(difference(layer.embedding, derivative) < tolerance, "\(layer.name)")
        }
      }
    }
  }

  @Test(arguments: [Double.nan, .infinity])
  func aNetworkOfWeightsThatAreNotFiniteIsNotMadeOne(_ value: Double) {
    let network = network(.resNet18, .small, .none, .float32, side: 16)
    withoutGradients { network.parameters[0].parameter.tensor[0].fill(value) }
    let isMade = FixedResNet(network) != nil
    #expect(!isMade)
  }
}
