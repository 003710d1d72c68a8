import Foundation

/// Makes images in the background in the order in which they will be asked for, no more at a time than there is room
/// for.
///
/// What an image is does not depend on whether, when or where it was made: only on its number.
package final class ReadAhead: @unchecked Sendable {
  /// An image that is being made or was.
  private struct Entry {
    /// Nil while it is being made.
    var pixels: [UInt8]?
    /// How often it will be asked for.
    var uses: Int
  }

  private let make: @Sendable (Int) -> [UInt8]
  private let limit: Int
  private let threads: Int
  /// Guards all that follows, and is signalled when any of it changes.
  private let condition = NSCondition()
  private var plan: [Int] = []
  /// The first place of the plan that nobody has begun with.
  private var next = 0
  private var entries: [Int: Entry] = [:]
  private var hasStarted = false
  private var isOver = false

  /// Threads that are begun when there is something to do.
  ///
  /// - Parameters:
  ///   - limit: the most images that are made and not yet asked for.
  ///   - threads: how many work at a time.
  ///   - make: makes an image. Called on several threads at once.
  package init(limit: Int, threads: Int, make: @escaping @Sendable (Int) -> [UInt8]) {
    self.limit = max(1, limit)
    self.threads = max(1, threads)
    self.make = make
  }

  /// Ends the threads, each after the image it is at. No image is made ahead any more.
  package func end() {
    condition.withLock {
      isOver = true
      entries = [:]
      condition.broadcast()
    }
  }

  /// Makes these images next, in this order, instead of what was planned. Of those that are made already and not
  /// among them the memory is free.
  package func plan(_ images: [Int]) {
    condition.withLock {
      plan = images
      next = 0
      if !entries.isEmpty {
        let wanted = Set(images.prefix(2 * limit))
        entries = entries.filter { wanted.contains($0.key) }
        // Each is counted anew when its place in the plan is reached.
        for image in entries.keys { entries[image]?.uses = 0 }
      }
      if !hasStarted && !images.isEmpty && !isOver {
        hasStarted = true
        for _ in 0..<threads { start() }
      }
      condition.broadcast()
    }
  }

  /// Takes some images that were planned. Those that are being made are waited for; those that nobody has begun with are
  /// left to the caller.
  ///
  /// - Returns: the images that were made, by their numbers.
  package func take(_ images: [Int]) -> [Int: [UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    var taken: [Int: [UInt8]] = [:]
    let wanted = Set(images)
    // The caller makes what is not there, so nobody else should begin with that.
    while next < plan.count, wanted.contains(plan[next]), entries[plan[next]]?.uses ?? 0 == 0 {
      entries[plan[next]]?.uses = 1
      next += 1
    }
    for image in images where taken[image] == nil {
      while let entry = entries[image], entry.pixels == nil { condition.wait() }
      guard let entry = entries[image] else { continue }
      taken[image] = entry.pixels
      entries[image] = entry.uses > 1 ? Entry(pixels: entry.pixels, uses: entry.uses - 1) : nil
    }
    condition.broadcast()
    return taken
  }

  private func start() {
    let thread = Thread { [self] in work() }
    // Image libraries need more than the system's least.
    thread.stackSize = 1 << 22
    thread.start()
  }

  private func work() {
    condition.lock()
    defer { condition.unlock() }
    while true {
      while !isOver && (next == plan.count || entries.count >= limit) { condition.wait() }
      if isOver { return }
      let image = plan[next]
      next += 1
      if let entry = entries[image] {
        entries[image] = Entry(pixels: entry.pixels, uses: entry.uses + 1)
        continue
      }
      entries[image] = Entry(pixels: nil, uses: 1)
      condition.unlock()
      let pixels = make(image)
      condition.lock()
      // Gone where another plan has come in between.
      if entries[image] != nil { entries[image]?.pixels = pixels }
      condition.broadcast()
    }
  }
}
