// Answers one request a line on standard input with one number a line on standard output, so that a
// driver can take turns between this process and its peers.
//
//   load PATH COUNT SIDE     reads COUNT images of SIDE×SIDE×3 bytes; answers the bytes held
//   fused SIDE THREADS S     views a second of `FusedViews`, float32, over S seconds
//   fused-bf16 SIDE THREADS S
//   tensor SIDE THREADS S    views a second of `TensorViews`
//   copy SIDE THREADS S      images a second copied in, and a view's bytes written, by memcpy
//   memory SIDE THREADS S    bytes of memory that views need beyond input and output, in a process that
//                            was asked nothing else before

import Augmentations
import BenchmarkSupport
import Foundation
import Torch

struct Store {
  var bytes: [UInt8] = []
  var images: [StoredImage] = []

  init() {}

  init(path: String, count: Int, side: Int) throws {
    // Straight into the array: a second copy that is freed would hide memory that views need.
    guard let file = fopen(path, "rb") else { throw ViewBenchmarkError(request: "load \(path)") }
    defer { fclose(file) }
    bytes = Array(unsafeUninitializedCapacity: count * side * side * 3) { buffer, read in
      read = fread(buffer.baseAddress, 1, buffer.count, file)
    }
    let size = ImageSize(width: side, height: side)
    images = (0..<count).map { StoredImage(offset: $0 * side * side * 3, size: size) }
  }

  /// New views of all images: what an epoch draws.
  func requests(epoch: Int, side: Int) -> [ViewRequest] {
    let policy = Policy.simCLR()
    return images.indices.map { sample in
      ViewRequest(
        of: images[sample],
        policy.parameters(
          seed: 1, epoch: epoch, sample: sample, view: 0, source: images[sample].size, side: side))
    }
  }
}

func fusedRate(_ store: Store, _ views: FusedViews, seconds: Double) throws -> Double {
  let byteCount = store.images.count * views.viewByteCount
  let output = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
  defer { output.deallocate() }
  return try store.bytes.withUnsafeBytes { pixels in
    try rate(of: store.images.count, over: seconds) { epoch in
      try views.fill(output, from: pixels, store.requests(epoch: epoch, side: views.side))
    }
  }
}

func tensorRate(_ store: Store, side: Int, seconds: Double) -> Double {
  let count = store.images.count
  let size = store.images[0].size
  let images = Tensor(store.bytes, shape: [count, size.height, size.width, 3])
  return rate(of: count, over: seconds) { epoch in
    let parameters = store.requests(epoch: epoch, side: side).map(\.parameters)
    _ = TensorViews.render(images, parameters, side: side)
  }
}

func copyRate(_ store: Store, side: Int, seconds: Double) -> Double {
  let viewBytes = side * side * 3 * MemoryLayout<Float>.size
  let imageBytes = store.images[0].byteCount
  let output = UnsafeMutableRawBufferPointer.allocate(
    byteCount: store.images.count * max(viewBytes, imageBytes), alignment: 64)
  defer { output.deallocate() }
  let view = [UInt8](repeating: 1, count: viewBytes)
  return store.bytes.withUnsafeBytes { pixels in
    rate(of: store.images.count, over: seconds) { _ in
      for (index, image) in store.images.enumerated() {
        guard let source = pixels.baseAddress, let target = output.baseAddress else { return }
        let place = target + index * max(viewBytes, imageBytes)
        place.copyMemory(from: source + image.offset, byteCount: image.byteCount)
        view.withUnsafeBytes { bytes in
          guard let bytes = bytes.baseAddress else { return }
          place.copyMemory(from: bytes, byteCount: viewBytes)
        }
      }
    }
  }
}

func answer(_ words: [String], _ store: inout Store) throws -> Double {
  if words[0] == "load", words.count == 4, let count = Int(words[2]), let side = Int(words[3]) {
    store = try Store(path: words[1], count: count, side: side)
    return Double(store.bytes.count)
  }
  guard words.count == 4, let side = Int(words[1]), let threads = Int(words[2]),
    let seconds = Double(words[3]), !store.images.isEmpty
  else { throw ViewBenchmarkError(request: words.joined(separator: " ")) }
  switch words[0] {
  case "fused":
    return try fusedRate(store, FusedViews(side: side, threads: threads), seconds: seconds)
  case "fused-bf16":
    let views = FusedViews(side: side, dtype: .bfloat16, threads: threads)
    return try fusedRate(store, views, seconds: seconds)
  case "tensor":
    Runtime.threads = threads
    return tensorRate(store, side: side, seconds: seconds)
  case "copy":
    return copyRate(store, side: side, seconds: seconds)
  case "memory":
    let before = peakResidentBytes()
    let views = FusedViews(side: side, threads: threads)
    _ = try fusedRate(store, views, seconds: seconds)
    return Double(peakResidentBytes() - before - store.images.count * views.viewByteCount)
  default:
    throw ViewBenchmarkError(request: words[0])
  }
}

struct ViewBenchmarkError: Error, CustomStringConvertible {
  var request: String
  var description: String { "cannot answer '\(request)'; see the head of main.swift" }
}

Runtime.keepLargeBlocks()
var store = Store()
while let line = readLine() {
  do {
    let number = try answer(line.split(separator: " ").map(String.init), &store)
    FileHandle.standardOutput.write(Data("\(number)\n".utf8))
  } catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
  }
}
