// Gnomon's side of Benchmarks/training.py. It answers each line `run` on standard input with one JSON line
// {"seconds", "views", "peak_bytes"}, as the scripts in Benchmarks/peers do:
//
//   training-benchmark step WIDTH VIEWS STEPS    training steps on images that are there already; with the variables RANK,
//                                                WORLD_SIZE, MASTER_ADDR and MASTER_PORT, on this process' share of them
//   training-benchmark epoch FILE COUNT BATCH    views and steps over COUNT images of a .npy file
//   training-benchmark premade FILE COUNT BATCH  the same on views that were made beforehand
//   training-benchmark views HOW COUNT           COUNT views of 32×32 pixels, HOW being fused or tensor operations
//   training-benchmark calls                     nanoseconds of one operator's call, direct and boxed
//
// After these may stand --device DEVICE, whose memory is then the peak that is told of, --threads COUNT, --width WIDTH for
// an epoch's encoder, --encoder resnet50 or vit-tiny and --size SIDE for the steps of another one, --batch-norm own for steps
// of several processes, and --tuned 1, by which convolutions on a CUDA device are tried out.

import Augmentations
import BenchmarkSupport
import CallBenchmark
import Contrastive
import Datasets
import Foundation
import Torch
import Training

/// Views alone, on a device: made on the processor and copied there, or by tensor operations there.
func benchmarkViews(fused: Bool, count: Int) throws {
  let device = try chosenDevice()
  let size = 32
  let stored = (Tensor.randomUniform([count, size, size, 3]) * 255).to(.uint8)
  let dataset = ImageDataset(
    name: "benchmark", height: size, width: size, pixels: stored.scalars(), labels: [],
    classNames: [], factors: [])
  let source = ViewSource(
    dataset, policy: PolicyPair(.simCLR(strength: 0.5)), seed: 0, device: device)
  let images = stored.to(device)
  var epoch = 0
  try serve(on: device) {
    defer { epoch += 1 }
    if fused {
      _ = source.views(of: 0..<count, epoch: epoch, count: 1)
    } else {
      let parameters = source.parameters(of: 0..<count, epoch: epoch, count: 1)
      _ = TensorViews.render(images, parameters, side: size)
    }
    return count
  }
}

/// What stands after a name among the arguments.
func option(_ name: String) -> String? {
  CommandLine.arguments.firstIndex(of: name).map { CommandLine.arguments[$0 + 1] }
}

func chosenDevice() throws -> Device {
  Runtime.threads = option("--threads").flatMap(Int.init) ?? 2
  return try Device(parsing: option("--device") ?? "cpu")
}

/// The side of a step's images.
let side = option("--size").flatMap(Int.init) ?? 32

func makeEncoder(width: Int) -> any DescribedEncoder {
  let form: EncoderForm =
    switch option("--encoder") {
    case "resnet50": .resNet(.resNet50, stem: .imageNet, width: 64)
    case "vit-tiny":
      .visionTransformer(
        .init(patch: 16, width: 192, depth: 12), imageSize: side, pooling: .token)
    default: .resNet(.resNet18, stem: .small, width: width)
    }
  return form.makeEncoder()
}

/// The processes that this one works with, by the variables that launchers set; nil for one alone.
func launchedProcesses() throws -> ProcessGroup? {
  let variables = ProcessInfo.processInfo.environment
  guard let rank = variables["RANK"].flatMap(Int.init), let host = variables["MASTER_ADDR"],
    let size = variables["WORLD_SIZE"].flatMap(Int.init),
    let port = variables["MASTER_PORT"].flatMap(UInt16.init)
  else { return nil }
  return try ProcessGroup(at: .init(host: host, port: port), rank: rank, size: size)
}

func makeTrainer(width: Int, in processes: ProcessGroup? = nil) throws -> Trainer {
  let device = try chosenDevice()
  Runtime.tuneConvolutions(option("--tuned") == "1")
  Runtime.keepLargeBlocks()
  Runtime.seed(0)
  let encoder = makeEncoder(width: width)
  let objective = HeadedObjective(
    head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
    base: InfoNCE(temperature: 0.2))
  return Trainer(
    encoder: encoder, objective: objective,
    bfloat16: device.kind == .cuda || Runtime.hasBFloat16, device: device, processes: processes,
    batchNorm: option("--batch-norm").flatMap(ProcessBatchNorm.init) ?? .synchronized)
}

/// Answers with repetitions whose work a device has done to the end.
func serve(on device: Device, _ repetition: () throws -> Int) throws {
  try serve(
    forgetting: { device.kind == .cpu ? forgetPeak() : device.forgetPeakMemory() },
    peak: { device.peakMemory ?? peakResidentBytes() }
  ) {
    defer { device.synchronize() }
    return try repetition()
  }
}

func benchmarkSteps(width: Int, views: Int, steps: Int) throws {
  let processes = try launchedProcesses()
  let trainer = try makeTrainer(width: width, in: processes)
  let views = views / (processes?.size ?? 1)
  let images = Tensor.randomUniform([views, 3, side, side]).to(trainer.device).channelsLast()
  try serve(on: trainer.device) {
    for _ in 0..<steps { _ = try trainer.step(on: images, learningRate: 1e-3) }
    return steps * views
  }
}

func benchmarkEpochs(path: String, count: Int, batch: Int, viewsAreMade: Bool) throws {
  let trainer = try makeTrainer(width: option("--width").flatMap(Int.init) ?? 16)
  let stored = try NumPyArray.read(path: path)[0..<count]
  let dataset = ImageDataset(
    name: "benchmark", height: stored.size(1), width: stored.size(2), pixels: stored.scalars(),
    labels: [], classNames: [], factors: [])
  let source = ViewSource(
    dataset, policy: PolicyPair(.simCLR(strength: 0.5)), seed: 0, device: trainer.device)
  let first = try EpochOrder(count: count, seed: 0, epoch: 0).batches(of: batch)
  let premade = viewsAreMade ? first.map { source.views(of: $0, epoch: 0) } : []
  var epoch = 0
  try serve(on: trainer.device) {
    defer { epoch += 1 }
    let batches = try EpochOrder(count: count, seed: 0, epoch: epoch).batches(of: batch)
    for (index, samples) in batches.enumerated() {
      let views = viewsAreMade ? premade[index] : source.views(of: samples, epoch: epoch)
      _ = try trainer.step(on: views, learningRate: 1e-3)
    }
    return batches.count * batch * 2
  }
}

let arguments = CommandLine.arguments.dropFirst().prefix { !$0.hasPrefix("--") }
let numbers = arguments.compactMap { Int($0) }
switch arguments.first {
case "step" where numbers.count == 3:
  try benchmarkSteps(width: numbers[0], views: numbers[1], steps: numbers[2])
case "epoch" where numbers.count == 2, "premade" where numbers.count == 2:
  try benchmarkEpochs(
    path: arguments[arguments.startIndex + 1], count: numbers[0], batch: numbers[1],
    viewsAreMade: arguments.first == "premade")
case "views" where numbers.count == 1:
  try benchmarkViews(
    fused: arguments[arguments.startIndex + 1] == "fused", count: numbers[0])
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
