import Dispatch
import Foundation

/// What a slot of `concurrentImages` is filled with.
typealias ImageSlot = UnsafeMutableBufferPointer<UInt8>

/// Fills `count` images of `bytesPerImage` bytes, side by side, on all cores.
///
/// `fill` gets an image's number and its zeroed slot, and throws where there is no such image.
/// The pixels of those that were filled come back in the order of their numbers, the failures
/// likewise: the outcome does not depend on the number of cores.
func concurrentImages<Failure: Error & Sendable>(
  count: Int, bytesPerImage: Int, fill: @Sendable (Int, ImageSlot) throws(Failure) -> Void
) -> (pixels: [UInt8], filled: [Int], failures: [Failure]) {
  var pixels = [UInt8](repeating: 0, count: count * bytesPerImage)
  var outcomes = [Failure?](repeating: nil, count: count)
  // Chunks keep the cost of handing out work small beside rendering one small image; a few for each core keep all of
  // them busy to the end.
  let cores = ProcessInfo.processInfo.activeProcessorCount
  let chunk = max(1, min(32, count / (4 * cores)))
  pixels.withUnsafeMutableBufferPointer { pixelBuffer in
    outcomes.withUnsafeMutableBufferPointer { outcomeBuffer in
      // Each iteration touches its own slots only.
      nonisolated(unsafe) let slots = pixelBuffer
      nonisolated(unsafe) let results = outcomeBuffer
      DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { part in
        for index in part * chunk..<min(count, (part + 1) * chunk) {
          let bytes = index * bytesPerImage..<(index + 1) * bytesPerImage
          do throws(Failure) {
            try fill(index, ImageSlot(rebasing: slots[bytes]))
          } catch {
            results[index] = error
          }
        }
      }
    }
  }
  let filled = outcomes.indices.filter { outcomes[$0] == nil }
  if filled.count < count {
    compact(&pixels, keeping: filled, bytesPerImage: bytesPerImage)
  }
  return (pixels, filled, outcomes.compactMap { $0 })
}

/// Moves the kept images (ascending) to the front and drops the rest.
private func compact(_ pixels: inout [UInt8], keeping kept: [Int], bytesPerImage: Int) {
  for (place, index) in kept.enumerated() where place != index {
    for byte in 0..<bytesPerImage {
      pixels[place * bytesPerImage + byte] = pixels[index * bytesPerImage + byte]
    }
  }
  pixels.removeLast(pixels.count - kept.count * bytesPerImage)
}
