// Gnomon's side of Benchmarks/training.py. It answers each line `run` on standard input with one JSON line
// {"seconds", "views", "peak_bytes"}, as the scripts in Benchmarks/peers do:
//
//   training-benchmark step WIDTH VIEWS STEPS    training steps on images that are there already
//   training-benchmark epoch FILE COUNT BATCH    views and steps over COUNT images of a .npy file
//   training-benchmark premade FILE COUNT BATCH  the same on views that were made beforehand
//   training-benchmark calls                     nanoseconds of one operator's call, direct and boxed

import Augmentations
import BenchmarkSupport
import CallBenchmark
import Contrastive
import Datasets
import Foundation
import Torch
import Training

func makeTrainer(width: Int) -> Trainer {
  Runtime.threads = 2
  Runtime.keepLargeBlocks()
  Runtime.seed(0)
  let encoder = ResNet.resNet18(stem: .small, width: width)
  let objective = HeadedObjective(
    head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
    base: InfoNCE(temperature: 0.2))
  return Trainer(encoder: encoder, objective: objective)
}

func benchmarkSteps(width: Int, views: Int, steps: Int) throws {
  let trainer = makeTrainer(width: width)
  let images = Tensor.randomUniform([views, 3, 32, 32]).channelsLast()
  try serve {
    for _ in 0..<steps { _ = try trainer.step(on: images, learningRate: 1e-3) }
    return steps * views
  }
}

func benchmarkEpochs(path: String, count: Int, batch: Int, viewsAreMade: Bool) throws {
  let trainer = makeTrainer(width: 16)
  let stored = try NumPyArray.read(path: path)[0..<count]
  let dataset = ImageDataset(
    name: "benchmark", height: stored.size(1), width: stored.size(2), pixels: stored.scalars(),
    labels: [], classNames: [], factors: [])
  let source = ViewSource(
    dataset, policy: PolicyPair(.simCLR(strength: 0.5)), seed: 0, device: .cpu)
  let first = try EpochOrder(count: count, seed: 0, epoch: 0).batches(of: batch)
  let premade = viewsAreMade ? first.map { source.views(of: $0, epoch: 0) } : []
  var epoch = 0
  try serve {
    defer { epoch += 1 }
    let batches = try EpochOrder(count: count, seed: 0, epoch: epoch).batches(of: batch)
    for (index, samples) in batches.enumerated() {
      let views = viewsAreMade ? premade[index] : source.views(of: samples, epoch: epoch)
      _ = try trainer.step(on: views, learningRate: 1e-3)
    }
    return batches.count * batch * 2
  }
}

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.compactMap { Int($0) }
switch arguments.first {
case "step" where numbers.count == 3:
  try benchmarkSteps(width: numbers[0], views: numbers[1], steps: numbers[2])
case "epoch" where numbers.count == 2, "premade" where numbers.count == 2:
  try benchmarkEpochs(
    path: arguments[arguments.startIndex + 1], count: numbers[0], batch: numbers[1],
    viewsAreMade: arguments.first == "premade")
case "calls":
  let (left, right) = (Tensor.ones([8]), Tensor.ones([8]))
  var (direct, boxed) = (0.0, 0.0)
  for repetitions in [100_000, 1_000_000] { call_benchmark(Int64(repetitions), &direct, &boxed) }
  let started = ContinuousClock.now
  for _ in 0..<1_000_000 { _ = left + right }
  answer([
    "direct": direct, "boxed": boxed,
    "swift": started.duration(to: .now) / .nanoseconds(1_000_000),
  ])
default:
  FileHandle.standardError.write(
    Data("usage: see the head of Benchmarks/Training/main.swift\n".utf8))
  exit(2)
}
