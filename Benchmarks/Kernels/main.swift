// What the machine can do, and how near to it the parts of a training step come. Run by Tools/bench.sh, or alone:
//
//   kernels-benchmark [roofline] [convolutions] [float32] [linear] [normalizations] [lars] [plain|avx2|avx512|avx512BFloat16]
//
// roofline        products of matrices in bfloat16 and float32 by libtorch, and a copy: what the rest is measured by
// convolutions    each shape of ResNet-18 at width 16 (512 views) and 64 (128 views) in bfloat16: our kernels, by the definition
//                 and where there is one by Winograd's filtering, and libtorch's
// float32         those of them that Winograd's filtering computes, in float32: ours and libtorch's
// linear          the layers of a ViT-Ti's blocks, for 1,088 tokens: our kernels and libtorch's
// normalizations  batch norm with residual and ReLU, forward and backward
// lars            a step of LARS over all parameters of a network
//
// Kernels use the instructions that are named, or what is fastest on this processor. Threads are two unless --threads
// COUNT stands among the arguments. A time is the least of fifteen, taken in turns.

import BenchmarkSupport
import Contrastive
import Foundation
import Torch
import TorchNN

let arguments = CommandLine.arguments.dropFirst()
let instructions = OwnKernels.Instructions.allCases.first { arguments.contains("\($0)") }
let parts = arguments.filter {
  !$0.hasPrefix("--") && Int($0) == nil && $0 != instructions.map { "\($0)" }
}
if let instructions { OwnKernels.use(instructions) }

func wants(_ part: String) -> Bool { parts.isEmpty || parts.contains(part) }

/// The least seconds that each of the bodies takes, in turns.
func leastSeconds(_ bodies: [() -> Void]) -> [Double] {
  bodies.forEach { $0() }
  var least = [Double](repeating: .infinity, count: bodies.count)
  for _ in 0..<15 {
    for (index, body) in bodies.enumerated() { least[index] = min(least[index], seconds(body)) }
  }
  return least
}

func row(_ cells: String...) { show("| " + cells.joined(separator: " | ") + " |") }

func formatted(_ value: Double, digits: Int = 0) -> String {
  String(format: "%.\(digits)f", value)
}

func milliseconds(_ times: [Double]) -> String {
  times.map { formatted($0 * 1e3, digits: 2) }.joined(separator: " / ")
}

func benchmarkRoofline() {
  row("limit", "measured")
  row("---", "---")
  for (name, type) in [("bfloat16", DType.bfloat16), ("float32", .float32)] {
    let matrix = Tensor.randomNormal([2048, 2048]).to(type)
    let time = leastSeconds([{ _ = matrix.matmul(matrix) }])[0]
    row("product of matrices in \(name), GFLOP/s", formatted(2 * pow(2048, 3) / time / 1e9))
  }
  let source = Tensor.randomNormal([64 << 20])
  let target = Tensor.empty([64 << 20])
  let time = leastSeconds([{ target.assign(source) }])[0]
  row("copy of 256 MiB, read and written, GB/s", formatted(2 * Double(256 << 20) / time / 1e9))
}

struct Shape {
  let views: Int
  let inputs: Int
  let outputs: Int
  let side: Int
  var kernel = 3
  var stride = 1

  /// The layers of a ResNet-18 whose first stage has `width` channels.
  static func resNet18(width: Int, views: Int) -> [Shape] {
    var shapes = [
      Shape(views: views, inputs: 3, outputs: width, side: 32),
      Shape(views: views, inputs: width, outputs: width, side: 32),
    ]
    for stage in 1..<4 {
      let (channels, side) = (width << stage, 32 >> stage)
      shapes += [
        Shape(views: views, inputs: channels / 2, outputs: channels, side: side * 2, stride: 2),
        Shape(
          views: views, inputs: channels / 2, outputs: channels, side: side * 2, kernel: 1,
          stride: 2),
        Shape(views: views, inputs: channels, outputs: channels, side: side),
      ]
    }
    return shapes
  }

  var operations: Double {
    let pixels = side / stride * (side / stride)
    return 2 * Double(views * pixels) * Double(inputs * outputs * kernel * kernel)
  }
}

/// The three products of a map of `input` by `weight`, which `map` takes, by each of some kernels in turns: GFLOP/s each.
func productCells(
  of operations: Double, _ input: Tensor, _ weight: Tensor, isInputFixed: Bool = false,
  by uses: [OwnKernels.Use] = [.always, .never], _ map: @escaping () -> Tensor
) -> [String] {
  let run = { (use: OwnKernels.Use) in
    OwnKernels.use(use)
    return map()
  }
  input.requiresGradient = !isInputFixed
  weight.requiresGradient = true
  let outputs = uses.map(run)
  let seed = Tensor.randomNormal(outputs[0].shape).to(outputs[0].dtype)
  let seedAsOutput = seed.shape.count == 4 ? seed.channelsLast() : seed
  func backward(to input: Tensor) -> [Double] {
    leastSeconds(
      zip(uses, outputs).map { use, output in
        {
          OwnKernels.use(use)
          _ = gradients(
            of: output, withRespectTo: [input], seed: seedAsOutput, retainGraph: true)
        }
      })
  }
  let forward = leastSeconds(uses.map { use in { withoutGradients { _ = run(use) } } })
  let cell = { (times: [Double]) in
    times.map { formatted(operations / $0 / 1e9) }.joined(separator: " / ")
  }
  return [
    cell(forward), isInputFixed ? "–" : cell(backward(to: input)), cell(backward(to: weight)),
  ]
}

func benchmarkConvolutions(of type: DType) {
  row("convolution", "forward", "images' gradient", "weight's gradient")
  row("---", "---", "---", "---")
  for shape in Shape.resNet18(width: 16, views: 512) + Shape.resNet18(width: 64, views: 128) {
    let isFiltered = shape.kernel == 3 && shape.stride == 1 && shape.inputs >= 16
    guard type == .bfloat16 || isFiltered else { continue }
    let images = Tensor.randomNormal([shape.views, shape.inputs, shape.side, shape.side])
      .to(type).channelsLast()
    let weight = Tensor.randomNormal([shape.outputs, shape.inputs, shape.kernel, shape.kernel])
      .to(type)
    let uses: [OwnKernels.Use] =
      type == .float32
      ? [.winograd, .never] : isFiltered ? [.always, .winograd, .never] : [.always, .never]
    let cells = productCells(
      of: shape.operations, images, weight, isInputFixed: shape.inputs == 3, by: uses
    ) {
      images.convolved(weight: weight, bias: nil, stride: shape.stride, padding: shape.kernel / 2)
    }
    row(
      "\(shape.kernel)×\(shape.kernel), \(shape.inputs)→\(shape.outputs), \(shape.side) px"
        + (shape.stride > 1 ? ", stride \(shape.stride)" : ""),
      cells[0], cells[1], cells[2])
  }
  OwnKernels.use(.whereFaster)
}

func benchmarkLinear() {
  row("linear layer", "forward", "input's gradient", "weight's gradient")
  row("---", "---", "---", "---")
  for (inputs, outputs) in [(192, 576), (192, 192), (192, 768), (768, 192)] {
    let tokens = Tensor.randomNormal([64, 17, inputs]).to(.bfloat16)
    let weight = Tensor.randomNormal([outputs, inputs]).to(.bfloat16)
    let cells = productCells(of: 2 * 64 * 17 * Double(inputs * outputs), tokens, weight) {
      tokens.linear(weight: weight, bias: nil)
    }
    row("\(inputs)→\(outputs)", cells[0], cells[1], cells[2])
  }
  OwnKernels.use(.whereFaster)
}

func benchmarkNormalizations() {
  row("normalisation", "forward, ms", "backward, ms")
  row("---", "---", "---")
  for (shape, adds) in [
    ([512, 16, 32, 32], false), ([512, 16, 32, 32], true), ([512, 64, 8, 8], true),
    ([128, 64, 32, 32], false), ([128, 256, 8, 8], true),
  ] {
    let make = { Tensor.randomNormal(shape).to(.bfloat16).channelsLast() }
    let (input, residual) = (make(), make())
    let (weight, bias) = (Tensor.ones([shape[1]]), Tensor.zeros([shape[1]]))
    let (mean, variance) = (Tensor.zeros([shape[1]]), Tensor.ones([shape[1]]))
    for tensor in [input, residual, weight, bias] { tensor.requiresGradient = true }
    let uses: [OwnKernels.Use] = [.always, .never]
    let normalize = { (use: OwnKernels.Use) in
      OwnKernels.use(use)
      return input.batchNormalized(
        weight: weight, bias: bias, runningMean: mean, runningVariance: variance, training: true,
        momentum: 0.1, epsilon: 1e-5, adding: adds ? residual : nil, rectified: true)
    }
    let outputs = uses.map(normalize)
    let seed = make()
    let forward = leastSeconds(uses.map { use in { withoutGradients { _ = normalize(use) } } })
    let backward = leastSeconds(
      zip(uses, outputs).map { use, output in
        {
          OwnKernels.use(use)
          let inputs = adds ? [input, residual, weight, bias] : [input, weight, bias]
          _ = gradients(of: output, withRespectTo: inputs, seed: seed, retainGraph: true)
        }
      })
    row(
      shape.map(String.init).joined(separator: "×") + (adds ? ", residual" : ""),
      milliseconds(forward), milliseconds(backward))
  }
  OwnKernels.use(.whereFaster)
}

func benchmarkLARS() {
  row("a step of LARS", "ms")
  row("---", "---")
  for (depth, width) in [(ResNet.Depth.resNet18, 16), (.resNet18, 64), (.resNet50, 64)] {
    let network = ResNet(depth, stem: .imageNet, width: width)
    for (_, parameter) in network.parameters {
      parameter.tensor.gradient = Tensor.randomNormal(parameter.tensor.shape)
    }
    let optimizer = LARS(network.parameters, learningRate: 1e-3)
    let times = leastSeconds(
      [OwnKernels.Use.always, .never].map { use in
        {
          OwnKernels.use(use)
          optimizer.step()
        }
      })
    let count = network.parameters.reduce(0) { $0 + $1.parameter.tensor.count }
    row(
      "\(depth), width \(width), \(formatted(Double(count) / 1e6, digits: 1)) million parameters",
      milliseconds(times))
  }
  OwnKernels.use(.whereFaster)
}

Runtime.threads =
  arguments.firstIndex(of: "--threads").flatMap { Int(CommandLine.arguments[$0 + 1]) } ?? 2
Runtime.keepLargeBlocks()
show(
  "Ours / libtorch's where there are two figures, by the definition / by Winograd's filtering / libtorch's where there are three; products in GFLOP/s, operations counted as the definition has them."
)
if wants("roofline") { benchmarkRoofline() }
if wants("convolutions") { benchmarkConvolutions(of: .bfloat16) }
if wants("float32") { benchmarkConvolutions(of: .float32) }
if wants("linear") { benchmarkLinear() }
if wants("normalizations") { benchmarkNormalizations() }
if wants("lars") { benchmarkLARS() }
