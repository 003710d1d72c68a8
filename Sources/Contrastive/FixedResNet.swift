import Torch
import TorchNN

/// A ResNet in evaluation mode whose weights stay as they are: batch norm is part of the convolutions, and what follows these is
/// done with them.
///
/// It is linear where no ReLU changes. So directions of the images are taken through it together: the images go through once,
/// and say which units are active; each direction then takes convolutions alone.
package struct FixedResNet {
  private struct Block {
    /// One after another, each rectified, the shortcut added to the last.
    let chain: [FixedConvolution]
    let shortcut: FixedConvolution?
  }

  private let normalization: InputNormalization
  private let isPooled: Bool
  private let stem: FixedConvolution
  private let stages: [[Block]]

  /// The network as it is now; nil for one whose weights are not all finite, which oneDNN's ReLU would hide, or have other names
  /// than a ResNet's.
  package init?(_ network: ResNet) {
    let state = network.state
    var isFinite = true
    func convolution(
      _ kernel: String, _ norm: String, stride: Int = 1, padding: Int = 0
    ) -> FixedConvolution? {
      guard let weight = state["\(kernel).weight"], let scale = state["\(norm).weight"],
        let offset = state["\(norm).bias"], let mean = state["\(norm).running_mean"],
        let variance = state["\(norm).running_var"]
      else { return nil }
      let gain = scale.to(.float64) / sqrt(variance.to(.float64) + BatchNorm.standardEpsilon)
      let bias = offset.to(.float64) - mean.to(.float64) * gain
      let folded = (weight.to(.float64) * gain.reshaped([-1, 1, 1, 1])).to(weight.dtype)
      let offsets = bias.to(weight.dtype)
      isFinite = isFinite && folded.isFinite && offsets.isFinite
      return FixedConvolution(weight: folded, bias: offsets, stride: stride, padding: padding)
    }
    func block(_ name: String, stride: Int) -> Block? {
      // Kernels' sides; the stride is in the first of 3.
      let sides = network.depth.isBottleneck ? [1, 3, 1] : [3, 3]
      let strided = sides.firstIndex(of: 3)
      let chain = sides.indices.compactMap { index in
        convolution(
          "\(name).conv\(index + 1)", "\(name).bn\(index + 1)",
          stride: index == strided ? stride : 1, padding: sides[index] / 2)
      }
      guard chain.count == sides.count else { return nil }
      return Block(
        chain: chain,
        shortcut: convolution("\(name).downsample.0", "\(name).downsample.1", stride: stride))
    }
    normalization = network.normalization
    isPooled = network.stem.isPooled
    let first = convolution(
      "conv1", "bn1", stride: network.stem.stride, padding: network.stem.padding)
    let counts = network.depth.blocks
    stages = counts.enumerated().map { stage, count in
      (0..<count).compactMap {
        block("layer\(stage + 1).\($0)", stride: $0 == 0 && stage > 0 ? 2 : 1)
      }
    }
    guard let first, isFinite, stages.map(\.count) == counts else { return nil }
    stem = first
  }

  /// What `ResNet.trace` gives: images N×3×H×W to the stages' averages and h, N×D each.
  package func trace(_ images: Tensor) -> [ProjectionHead.Layer] {
    named(
      walk(
        images.normalized(by: normalization), rectified: { $0.rectified($1, adding: $2) },
        affine: { $0.affine($1) },
        pooled: { $0.maxPooled(kernel: 3, stride: 2, padding: 1) }))
  }

  /// Which of the units are active at some images, and which of them max pooling takes: all that tangents need of the images.
  package struct ActiveUnits {
    /// What each rectified convolution gives, in the order in which they come: above zero where active.
    fileprivate let activations: [Tensor]
    /// The places of the maxima, for a stem that pools.
    fileprivate let places: Tensor?

    /// The same units, for tangents in another type.
    package func to(_ dtype: DType) -> ActiveUnits {
      ActiveUnits(activations: activations.map { $0.to(dtype) }, places: places)
    }
  }

  /// The trace of images, N×3×H×W, and which units are active at them.
  package func traceWithActiveUnits(
    _ images: Tensor
  ) -> (trace: [ProjectionHead.Layer], units: ActiveUnits) {
    var activations: [Tensor] = []
    var places: Tensor?
    let trace = walk(
      images.normalized(by: normalization)
    ) { convolution, input, other in
      let output = convolution.rectified(input, adding: other)
      activations.append(output)
      return output
    } affine: { convolution, input in
      convolution.affine(input)
    } pooled: { features in
      let found = features.maxPooledWithPlaces(kernel: 3, stride: 2, padding: 1)
      places = found.places
      return found.values
    }
    return (named(trace), ActiveUnits(activations: activations, places: places))
  }

  /// The derivative of the trace along a direction of the images, N×3×H×W, at which these units are active.
  package func tangent(along direction: Tensor, at units: ActiveUnits) -> [ProjectionHead.Layer] {
    var active = units.activations[...]
    return named(
      walk(
        direction.scaled(by: normalization)
      ) { convolution, input, other in
        convolution.linear(input, adding: other, whereActive: active.popFirst())
      } affine: { convolution, input in
        convolution.linear(input)
      } pooled: { change in
        units.places.map { change.pooled(at: $0) } ?? change
      })
  }

  /// The averages of what each stage gives, by what is done at each convolution.
  private func walk(
    _ input: Tensor, rectified: (FixedConvolution, Tensor, Tensor?) -> Tensor,
    affine: (FixedConvolution, Tensor) -> Tensor, pooled: (Tensor) -> Tensor
  ) -> [Tensor] {
    var features = rectified(stem, input.channelsLast(), nil)
    if isPooled { features = pooled(features) }
    return stages.map { blocks in
      for block in blocks {
        let shortcut = block.shortcut.map { affine($0, features) } ?? features
        for (index, convolution) in block.chain.enumerated() {
          let isLast = index == block.chain.count - 1
          features = rectified(convolution, features, isLast ? shortcut : nil)
        }
      }
      return features.globalAveragePooled()
    }
  }

  private func named(_ averages: [Tensor]) -> [ProjectionHead.Layer] {
    averages.enumerated().map { index, average in
      (index == averages.count - 1 ? "h" : "stage\(index + 1)", average)
    }
  }
}

extension Tensor {
  /// Of each channel of N×C×H×W the values at N×C×H′×W′ places.
  fileprivate func pooled(at places: Tensor) -> Tensor {
    contiguous().flattened(from: 2).elements(at: places.contiguous().flattened(from: 2), along: 2)
      .reshaped(places.shape).channelsLast()
  }
}
