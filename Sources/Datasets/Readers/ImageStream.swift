import Foundation
import Synchronization

/// Images of a source that are read, decoded and resized when they are asked for.
///
/// Where one cannot be read, the next one of its class takes its place: which one depends on the files alone, so
/// that labels stay right and a run that is resumed sees what an undisturbed one sees. A strict stream has a problem
/// instead.
final class ImageStream: Sendable {
  let source: ImageSource
  /// Rows and columns of the images that come out.
  let size: Int
  /// How many images there are.
  let count: Int
  /// The source's images in the order of drawing: the first `count` are the images, the others replace those that
  /// cannot be read.
  private let order: [Int]
  private let isStrict: Bool
  /// How many images may be made ahead.
  private let roomAhead: Int
  private let sizes: ImageSizes?
  private let ahead = Mutex<ReadAhead?>(nil)
  private let findings = Mutex(Findings())

  /// What reading has shown so far.
  private struct Findings {
    /// The images that take others' places.
    var substitutes: [Int: Int] = [:]
    var skipped: [SkippedFile] = []
    /// The images that cannot be read, by their places.
    var unreadable: [Int: SkippedFile] = [:]
    /// An image whose place none can take: of several the first in the order of their paths.
    var problem: DatasetError?
  }

  /// - Parameters:
  ///   - order: the source's images in the order of drawing.
  ///   - count: how many of them are wanted.
  init(_ source: ImageSource, order: [Int], count: Int, for request: ImageLoader) {
    self.source = source
    self.order = order
    self.count = count
    size = request.size
    isStrict = request.isStrict
    roomAhead = request.bytesAhead / (request.size * request.size * 3)
    sizes = request.sizes
  }

  deinit { ahead.withLock { $0?.end() } }

  /// Which image of the source each is.
  var places: [Int] { Array(order.prefix(count)) }

  var bytesPerImage: Int { size * size * 3 }

  /// Reads every image once, in order; of those that cannot be read, others take the place while there are any.
  ///
  /// - Parameters:
  ///   - round: the most images that are held at a time.
  ///   - body: takes the pixels of some images, which of the source's they are, and the files among them that
  ///     could not be used.
  /// - Returns: the files that could not be used.
  func readAll<Failure: Error>(
    inRoundsOf round: Int, _ body: ([UInt8], [Int], [SkippedFile]) throws(Failure) -> Void
  ) throws(Failure) -> [SkippedFile] {
    var skipped: [SkippedFile] = []
    var rest = order[...]
    var missing = count
    while missing > 0, !rest.isEmpty {
      let next = Array(rest.prefix(min(missing, round)))
      rest = rest.dropFirst(next.count)
      let read = concurrentImages(count: next.count, bytesPerImage: bytesPerImage) {
        (index, slot) throws(SkippedFile) in
        try decode(next[index], into: slot)
      }
      skipped += read.failures
      missing -= read.filled.count
      try body(read.pixels, read.filled.map { next[$0] }, read.failures)
    }
    return skipped
  }

  /// The pixels of some images, one after another.
  func pixels(of images: [Int]) -> [UInt8] {
    let made = ahead.withLock { $0 }?.take(images) ?? [:]
    return concurrentImages(count: images.count, bytesPerImage: bytesPerImage) {
      (index, slot) throws(Never) in
      if let pixels = made[images[index]] {
        _ = slot.update(from: pixels)
      } else {
        fill(slot, with: images[index])
      }
    }.pixels
  }

  /// Begins to make images in the background, in the order in which they will be asked for.
  func willNeed(_ images: [Int]) {
    let reader = ahead.withLock { ahead in
      let reader = ahead ?? makeReadAhead()
      ahead = reader
      return reader
    }
    reader.plan(images)
  }

  private func makeReadAhead() -> ReadAhead {
    // The step has threads of its own; where it waits for images, they make those that are missing.
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
    return ReadAhead(limit: roomAhead, threads: threads) { [weak self] image in
      guard let self else { return [] }
      return [UInt8](unsafeUninitializedCapacity: bytesPerImage) { buffer, count in
        count = self.bytesPerImage
        self.fill(ImageSlot(rebasing: buffer[..<count]), with: image)
      }
    }
  }

  /// The files that could not be used so far, in the order of their paths.
  var skipped: [SkippedFile] {
    findings.withLock { $0.skipped }.sorted { FileNames.precedes($0.path, $1.path) }
  }

  /// Why an image is missing, black, where there is one.
  var problem: DatasetError? { findings.withLock { $0.problem } }

  private func fill(_ slot: ImageSlot, with image: Int) {
    if let known = findings.withLock({ $0.substitutes[image] }),
      (try? decode(order[known], into: slot)) != nil
    {
      return
    }
    let label = source.labels.isEmpty ? nil : source.labels[order[image]]
    var candidate = image
    var first: SkippedFile?
    while true {
      do throws(SkippedFile) {
        if let known = findings.withLock({ $0.unreadable[candidate] }) { throw known }
        try decode(order[candidate], into: slot)
        if let first { note(first, image: image, substitute: candidate) }
        return
      } catch {
        findings.withLock { $0.unreadable[candidate] = error }
        first = first ?? error
        if isStrict { break }
      }
      guard let next = following(candidate, label: label), next != image else { break }
      candidate = next
    }
    for byte in slot.indices { slot[byte] = 0 }
    if let first { note(first, image: image, substitute: nil) }
  }

  /// The next image of a class, after the last one the first.
  private func following(_ image: Int, label: Int?) -> Int? {
    guard count > 1 else { return nil }
    for step in 1..<count {
      let other = (image + step) % count
      if label == nil || source.labels[order[other]] == label { return other }
    }
    return nil
  }

  private func note(_ file: SkippedFile, image: Int, substitute: Int?) {
    findings.withLock { findings in
      if !findings.skipped.contains(file) { findings.skipped.append(file) }
      if let substitute {
        findings.substitutes[image] = substitute
      } else if findings.problem.map({ FileNames.precedes(file.path, $0.place) }) ?? true {
        findings.problem = DatasetError(
          file.path,
          isStrict ? .skipped(reason: file.reason) : .noSubstitute(reason: file.reason))
      }
    }
  }

  private func decode(_ place: Int, into slot: ImageSlot) throws(SkippedFile) {
    let image = try source.image(place)
    sizes?.note(width: image.extent.fullWidth, height: image.extent.fullHeight)
    Resampler(for: image, size: size).resample(image.pixels, into: slot)
  }
}
