// Gnomon's side of Benchmarks/loading.py. It answers each line `run` on standard input with one JSON line
// {"seconds", "views", "peak_bytes"} for an epoch of two views of each training image:
//
//   loading-benchmark stream KIND PATH SIDE BATCH   images that are read when they are needed
//   loading-benchmark memory KIND PATH SIDE BATCH   images that were decoded beforehand; packed ones are mapped
//   loading-benchmark decode KIND PATH SIDE BATCH   images that are read when they are needed, and no views

import Augmentations
import BenchmarkSupport
import Datasets
import Foundation
import Torch

struct LoadingBenchmarkError: Error, CustomStringConvertible {
  let description: String
}

let words = CommandLine.arguments.dropFirst()
guard words.count == 5, let mode = words.first, let kind = DatasetKind(rawValue: words[2]),
  let side = Int(words[4]), let batch = Int(words[5])
else { throw LoadingBenchmarkError(description: "see the head of main.swift") }

Runtime.threads = 2
var request = DatasetRequest(kind: kind, path: words[3], imageSize: side, strict: true)
request.loading = mode == "memory" ? .memory : .stream
// A few batches: what an epoch needs at a time.
request.bytesAhead = 32 << 20
let splits = try request.load()
let images = splits.train
let source = ViewSource(
  images, policy: PolicyPair(.simCLR(strength: 0.5)), seed: 0, device: .cpu)
var epoch = 0
try serve {
  defer { epoch += 1 }
  let batches = try EpochOrder(count: images.count, seed: 0, epoch: epoch).batches(of: batch)
  source.willNeed(batches.joined())
  var count = 0
  for samples in batches {
    if mode == "decode" {
      count += 2 * images.pixels.gathered(samples).count / images.bytesPerImage
    } else {
      count += source.views(of: samples, epoch: epoch).size(0)
    }
  }
  try splits.checkReading()
  return count
}
