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

  @Test(arguments: cases)
  func itsTangentsAreTheForwardModeDerivatives(
    _ form: (ResNet.Depth, ResNet.Stem, InputNormalization, Int)
  ) throws {
    let (depth, stem, normalization, side) = form
    let network = network(depth, stem, normalization, .float64, side: side)
    let fixed = try #require(FixedResNet(network))
    withoutGradients {
      let images = Tensor.randomUniform([3, 3, side, side]).to(.float64)
      let (trace, units) = fixed.traceWithActiveUnits(images)
      for _ in 0..<2 {
        let direction = Tensor.randomNormal([3, 3, side, side]).to(.float64)
        for (index, layer) in fixed.tangent(along: direction, at: units).enumerated() {
          let (value, derivative) = directionalDerivative(at: images, along: direction) {
            network.trace($0)[index].embedding
          }
          #expect(difference(trace[index].embedding, value) < 1e-12)
          #expect(difference(layer.embedding, derivative) < 1e-12, "\(layer.name)")
        }
      }
    }
  }

  /// Float32's rounding decides for itself about units that are next to zero, and one of those that are few, of the last stage,
  /// takes percents of a direction with it. So both types have the same units active.
  @Test(arguments: cases)
  func itsTangentsInFloat32AreFloat64sAtTheSameUnits(
    _ form: (ResNet.Depth, ResNet.Stem, InputNormalization, Int)
  ) throws {
    let (depth, stem, normalization, side) = form
    let network = network(depth, stem, normalization, .float32, side: side)
    let single = try #require(FixedResNet(network))
    network.convert(to: .float64)
    let double = try #require(FixedResNet(network))
    withoutGradients {
      let images = Tensor.randomUniform([3, 3, side, side])
      let direction = Tensor.randomNormal([3, 3, side, side])
      let (trace, units) = single.traceWithActiveUnits(images)
      let values = double.trace(images.to(.float64))
      let found = single.tangent(along: direction, at: units)
      let expected = double.tangent(along: direction.to(.float64), at: units.to(.float64))
      for index in found.indices {
        #expect(difference(trace[index].embedding, values[index].embedding) < 2e-5)
        #expect(
          difference(found[index].embedding, expected[index].embedding) < 2e-5,
          "\(found[index].name)")
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
