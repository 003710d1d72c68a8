// The head as a player: what it costs. Run by Tools/bench.sh, or alone:
//
//   heads-benchmark [schedules] [tiles] [statistics] [memory]
//
// schedules  a training step under each schedule against joint, ResNet-18 of width 16, 512 views
// tiles      NT-Xent and its gradient at 4,096 views, tile by tile against the whole matrix
// statistics what is logged beside the loss, tile by tile against the whole matrix at once
// memory     NT-Xent and what is logged beside it at 65,536 views: memory beyond the inputs
//
// Times are taken in pairs, one of each in turn; of all pairs the median ratio stands with the smallest
// and the largest.

import BenchmarkSupport
import Contrastive
import Foundation
import Torch
import Training

func makeTrainer(_ schedule: any HeadSchedule) -> Trainer {
  let encoder = ResNet.resNet18(stem: .small, width: 16)
  let objective = HeadedObjective(
    head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
    base: InfoNCE(temperature: 0.2))
  return Trainer(encoder: encoder, objective: objective, schedule: schedule)
}

func benchmarkSchedules() throws {
  let images = Tensor.randomUniform([512, 3, 32, 32]).channelsLast()
  let joint = makeTrainer(Joint())
  let others: [(String, any HeadSchedule)] = [
    ("alternating, K = 1", Alternating(headSteps: 1)),
    ("alternating, K = 4", Alternating(headSteps: 4)), ("unrolled, K = 4", Unrolled(steps: 4)),
    ("implicit, 4 iterations", Implicit(HypergradientSolver(iterations: 4))),
    ("frozen", Frozen()), ("averaged head", AveragedHead(momentum: 0.99)),
  ]
  for (name, schedule) in others {
    let trainer = makeTrainer(schedule)
    try compare("step, \(name), against joint", pairs: 15) {
      _ = try trainer.step(on: images, learningRate: 1e-4)
    } against: {
      _ = try joint.step(on: images, learningRate: 1e-4)
    }
  }
}

func score(_ objective: InfoNCE, _ z: Tensor) {
  z.gradient = nil
  objective.loss(of: z, views: 2).backward()
}

func benchmarkTiles() {
  let z = Tensor.randomNormal([4096, 128])
  z.requiresGradient = true
  let whole = InfoNCE(temperature: 0.1)
  for tile in [256, 512, 1024] {
    let tiled = InfoNCE(temperature: 0.1, tile: tile)
    compare("NT-Xent of 4,096 views in tiles of \(tile), against the whole matrix", pairs: 9) {
      score(tiled, z)
    } against: {
      score(whole, z)
    }
  }
}

func benchmarkStatistics() {
  for views in [128, 512, 2048, 8192] {
    let z = Tensor.randomNormal([views, 64])
    compare("statistics of \(views) views in tiles, against the whole matrix", pairs: 9) {
      _ = ContrastiveStatistics(of: z, temperature: 0.1)
    } against: {
      _ = ContrastiveStatistics(of: z, temperature: 0.1, tile: views)
    }
  }
}

func benchmarkMemory() {
  let tiled = InfoNCE(temperature: 0.1, tile: InfoNCE.usualTile)
  let small = Tensor.randomNormal([2048, 128])
  small.requiresGradient = true
  score(tiled, small)
  let z = Tensor.randomNormal([65_536, 128])
  z.requiresGradient = true
  let before = residentBytes()
  forgetPeak()
  let time = seconds { score(tiled, z) }
  show(
    String(
      format:
        "NT-Xent of 65,536 views of 128 dimensions in tiles: %.1f s, %.0f MiB beyond the inputs"
        + " (the whole matrix is 16,384 MiB)", time,
      Double(peakResidentBytes() - before) / 0x1p20))
  z.gradient = nil
  let beforeStatistics = residentBytes()
  forgetPeak()
  let statisticsTime = seconds { _ = ContrastiveStatistics(of: z, temperature: 0.1) }
  show(
    String(
      format: "their statistics in tiles: %.1f s, %.0f MiB beyond the inputs", statisticsTime,
      Double(peakResidentBytes() - beforeStatistics) / 0x1p20))
}

Runtime.threads = 2
let parts =
  CommandLine.arguments.count > 1
  ? Array(CommandLine.arguments.dropFirst()) : ["memory", "tiles", "statistics", "schedules"]
// Memory first: blocks that are kept would hide it.
if parts.contains("memory") { benchmarkMemory() }
Runtime.keepLargeBlocks()
if parts.contains("tiles") { benchmarkTiles() }
if parts.contains("statistics") { benchmarkStatistics() }
if parts.contains("schedules") { try benchmarkSchedules() }
