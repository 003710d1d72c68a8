import Testing
import TestSupport
import Torch

/// What a program sees of the kernels. `make check-kernels` compares each of them with libtorch in float64, on odd sizes, under
/// AddressSanitizer; here they are as users have them, where they are faster.
@Suite struct OwnKernelsTests {
  private func images(_ shape: [Int], _ type: DType = .float32) -> Tensor {
    Tensor.randomNormal(shape).to(type).channelsLast()
  }

  private func normalized(
    _ input: Tensor, weight: Tensor, bias: Tensor, adding residual: Tensor? = nil
  ) -> Tensor {
    input.batchNormalized(
      weight: weight, bias: bias, runningMean: nil, runningVariance: nil, training: true,
      momentum: 0.1, epsilon: 1e-5, adding: residual, rectified: true)
  }

  /// Roundings of float32 in sums of 128 numbers of about one.
  private let rounding = 1e-5

  @Test func normalizationWithResidualAndReLUIsLibtorchsInFloat64() throws {
    let shape = [8, 16, 4, 4]
    let (input, residual) = (images(shape), images(shape))
    let (weight, bias) = (Tensor.randomNormal([16]), Tensor.randomNormal([16]))
    let seed = images(shape)
    let results = try [DType.float32, .float64].map { type in
      let inputs = [input, residual, weight, bias].map { $0.to(type).copied() }
      for tensor in inputs { tensor.requiresGradient = true }
      let output = normalized(inputs[0], weight: inputs[2], bias: inputs[3], adding: inputs[1])
      return try [output.detached()]
        + gradients(of: output, withRespectTo: inputs, seed: seed.to(type)).map { try #require($0) }
    }
    for (own, exact) in zip(results[0], results[1]) {
      let difference = (own.to(.float64) - exact).norm().item / exact.norm().item
      #expect(difference < rounding)
    }
  }

  @Test func aConvolutionUnderAutocastIsThatOfRoundedNumbers() {
    let pixels = images([4, 16, 8, 8])
    let weight = Tensor.randomNormal([16, 16, 3, 3]) * 0.1
    let output = withAutocast(.bfloat16, on: .cpu) {
      pixels.convolved(weight: weight, bias: nil, stride: 1, padding: 1)
    }
    #expect(output.dtype == .bfloat16)
    let exact = pixels.to(.bfloat16).to(.float64).convolved(
      weight: weight.to(.bfloat16).to(.float64), bias: nil, stride: 1, padding: 1)
    // Two units in the last place of bfloat16, of the largest.
    let (own, wanted) = (output.to(.float64).scalars(Double.self), exact.scalars(Double.self))
    #expect(own.relativeDifference(from: wanted) <= 2.0 / 128)
  }

  /// Of an image of one pixel, as a deep network has of small ones, the kernel's middle alone sees anything. libtorch's gradient of the rest is
  /// what lay in memory, in most of such tries.
  @Test(arguments: [8, 16], [1, 2]) func weightsThatSeeNoPixelHaveNoGradient(
    _ channels: Int, _ stride: Int
  ) throws {
    for _ in 0..<20 {
      let junk = (0..<20).map { _ in Tensor.full([2 * channels, channels, 3, 3], 1e20, .bfloat16) }
      _ = consume junk
      let pixels = images([32, channels, 1, 1])
      let weight = Tensor.randomNormal([2 * channels, channels, 3, 3]).channelsLast()
      for tensor in [pixels, weight] { tensor.requiresGradient = true }
      let output = withAutocast(.bfloat16, on: .cpu) {
        pixels.convolved(weight: weight, bias: nil, stride: stride, padding: 1)
      }
      #expect(output.shape == [32, 2 * channels, 1, 1])
      let found = try gradients(of: output.to(.float32).sum(), withRespectTo: [pixels, weight])
      let gradient = try #require(found[1]).permuted([2, 3, 0, 1]).reshaped([9, -1]).scalars(
        Float.self)
      let middle = 8 * channels * channels..<10 * channels * channels
      #expect(gradient.indices.allSatisfy { middle.contains($0) || gradient[$0] == 0 })
      #expect(gradient[middle].allSatisfy(\.isFinite) && gradient[middle].contains { $0 != 0 })
    }
  }

  @Test func aConvolutionInFloat32AndItsGradientsAreThoseInFloat64() throws {
    let parts = [images([3, 16, 9, 8]), Tensor.randomNormal([32, 16, 3, 3]) * 0.1]
    let seed = images([3, 32, 9, 8])
    let results = try [DType.float32, .float64].map { type in
      let inputs = parts.map { $0.to(type).copied() }
      for tensor in inputs { tensor.requiresGradient = true }
      let output = inputs[0].convolved(weight: inputs[1], bias: nil, stride: 1, padding: 1)
      #expect(output.dtype == type)
      let found = gradients(of: output, withRespectTo: inputs, seed: seed.to(type))
      return try [output.detached()] + found.map { try #require($0) }
    }
    for (own, exact) in zip(results[0], results[1]) {
      #expect((own.to(.float64) - exact).norm().item < rounding * exact.norm().item)
    }
  }

  /// 8×8 images fill Winograd's tiles, 3×3 images are oneDNN's; a convolution of stride 2 is, too.
  @Test(arguments: [(side: 8, stride: 1), (side: 3, stride: 1), (side: 8, stride: 2)])
  func aConvolutionThatStaysIsOneOperatorAfterTheOther(side: Int, stride: Int) {
    let input = images([3, 16, side, side])
    let weight = Tensor.randomNormal([32, 16, 3, 3]) * 0.1
    let bias = Tensor.randomNormal([32])
    let fixed = FixedConvolution(weight: weight, bias: bias, stride: stride, padding: 1)
    let exact = input.to(.float64).convolved(
      weight: weight.to(.float64), bias: nil, stride: stride, padding: 1)
    let offset = bias.to(.float64).reshaped([1, 32, 1, 1])
    let (other, active) = (images(exact.shape), images(exact.shape).relu())
    let sum = exact + other.to(.float64)
    let pairs = [
      (fixed.affine(input), exact + offset),
      (fixed.rectified(input), (exact + offset).relu()),
      (fixed.rectified(input, adding: other), (sum + offset).relu()),
      (fixed.linear(input), exact),
      (fixed.linear(input, adding: other), sum),
      (
        fixed.linear(input, adding: other, whereActive: active),
        sum.passedBackThroughReLU(active.to(.float64))
      ),
    ]
    for (own, wanted) in pairs {
      #expect(own.dtype == .float32)
      #expect((own.to(.float64) - wanted).norm().item < rounding * wanted.norm().item)
    }
  }

  @Test func aLinearLayerUnderAutocastIsThatOfRoundedNumbers() throws {
    let parts = [
      Tensor.randomNormal([4, 5, 32]), Tensor.randomNormal([48, 32]), Tensor.randomNormal([48]),
    ]
    let seed = Tensor.randomNormal([4, 5, 48]).to(.bfloat16)
    let results = try [DType.float32, .float64].map { type in
      // In float64 the rounding comes first.
      let inputs = parts.map { (type == .float64 ? $0.to(.bfloat16) : $0).to(type).copied() }
      for tensor in inputs { tensor.requiresGradient = true }
      let output = withAutocast(type == .float32 ? .bfloat16 : nil, on: .cpu) {
        inputs[0].linear(weight: inputs[1], bias: inputs[2])
      }
      #expect(output.dtype == (type == .float32 ? .bfloat16 : .float64))
      let found = gradients(of: output, withRespectTo: inputs, seed: seed.to(output.dtype))
      return try [output.detached()] + found.map { try #require($0) }
    }
    for (own, exact) in zip(results[0], results[1]) {
      let (found, wanted) = (own.to(.float64).scalars(Double.self), exact.scalars(Double.self))
      // Two units in the last place of bfloat16, of the largest.
      #expect(found.relativeDifference(from: wanted) <= 2.0 / 128)
    }
  }

  @Test func attentionOfRoundedNumbersIsThatInFloat64UnderAutocastToo() throws {
    let queries = Tensor.randomNormal([3, 2, 17, 64]).to(.bfloat16)
    let (keys, values) = (queries.reversed(along: 2), queries.reversed(along: 1))
    let exact = queries.to(.float64).attention(keys: keys.to(.float64), values: values.to(.float64))
    for type in [DType?.none, .bfloat16] {
      let (found, product) = withAutocast(type, on: .cpu) {
        (
          queries.attention(keys: keys, values: values),
          keys.to(.float32).matmul(keys.to(.float32).transposed())
        )
      }
      #expect(found.dtype == .bfloat16)
      #expect(product.dtype == type ?? .float32, "what comes after is cast as before")
      let (own, wanted) = (found.to(.float64).scalars(Double.self), exact.scalars(Double.self))
      #expect(own.relativeDifference(from: wanted) <= 1.0 / 128)
    }
  }

  @Test func theSameThreadsGiveTheSameBits() throws {
    let (input, seed) = (images([16, 16, 8, 8], .bfloat16), images([16, 32, 4, 4], .bfloat16))
    let weight = Tensor.randomNormal([32, 16, 3, 3])
    weight.requiresGradient = true
    let runs = try (0..<3).map { _ in
      let output = input.convolved(weight: weight, bias: nil, stride: 2, padding: 1)
      let gradient = try #require(gradients(of: output, withRespectTo: [weight], seed: seed)[0])
      return [output.detached(), gradient].map { $0.to(.float32).scalars(Float.self) }
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func aGradientOfAGradientIsTaken() throws {
    let (input, weight, bias) = (images([6, 16, 3, 3]), Tensor.ones([16]), Tensor.zeros([16]))
    let seed = images([6, 16, 3, 3])
    let results = try [DType.float32, .float64].map { type in
      let x = input.to(type).copied()
      let scale = weight.to(type).copied()
      for tensor in [x, scale] { tensor.requiresGradient = true }
      let output = normalized(x, weight: scale, bias: bias.to(type))
      let first = try #require(
        gradients(of: output, withRespectTo: [x], seed: seed.to(type), createGraph: true)[0])
      return try #require(
        gradients(of: (first * first).sum(), withRespectTo: [scale])[0]
      ).to(.float64)
    }
    #expect((results[0] - results[1]).norm().item < rounding * results[1].norm().item)
  }

  @Test func tangentsPass() throws {
    let (input, direction) = (images([4, 16, 5, 5]), images([4, 16, 5, 5]))
    let (weight, bias) = (Tensor.randomNormal([16]), Tensor.zeros([16]))
    let map = { (input: Tensor) in self.normalized(input, weight: weight, bias: bias) }
    let forward = directionalDerivative(at: input, along: direction, of: map).derivative
    let x = input.detached()
    x.requiresGradient = true
    // ⟨g, J·v⟩ = ⟨Jᵀ·g, v⟩.
    let seed = images([4, 16, 5, 5])
    let back = try #require(gradients(of: map(x), withRespectTo: [x], seed: seed)[0])
    let (left, right) = ((seed * forward).sum().item, (back * direction).sum().item)
    #expect((left - right).magnitude < rounding * (seed.norm() * forward.norm()).item)
  }
}
