/// Memory that only grows: what a thread needs for one view after another.
///
/// Here and in `FusedRenderer`, exclusivity goes unchecked: one thread at a time reads and writes in plain
/// turns, and the checks took a twentieth of a small view's time.
final class Scratch<Element> {
  @exclusivity(unchecked)
  private(set) var start: UnsafeMutablePointer<Element>
  @exclusivity(unchecked)
  private var capacity = 1

  init() { start = .allocate(capacity: 1) }

  deinit { start.deallocate() }

  /// Makes room for `count` elements, all zero bytes where memory is new. What was there is lost.
  func reserve(_ count: Int) {
    guard count > capacity else { return }
    start.deallocate()
    // Half as much again, so that a series of rising sizes allocates seldom.
    capacity = count + count / 2
    start = .allocate(capacity: capacity)
    UnsafeMutableRawPointer(start).initializeMemory(
      as: UInt8.self, repeating: 0, count: capacity * MemoryLayout<Element>.stride)
  }
}

/// A sampling's weights (`AxisSampling.taps`).
struct TapTable {
  private let firstPositions = Scratch<Int32>()
  private let weightTable = Scratch<Float>()
  private(set) var count = 0
  private(set) var taps = 0
  /// The positions that any sample weighs.
  private(set) var reach = 0..<0

  var firsts: UnsafeMutablePointer<Int32> { firstPositions.start }
  var weights: UnsafeMutablePointer<Float> { weightTable.start }

  mutating func fill(_ sampling: AxisSampling, scale: Float) {
    count = sampling.count
    taps = sampling.tapCount
    firstPositions.reserve(count)
    weightTable.reserve(count * taps)
    var firstSpan = UnsafeMutableBufferPointer(start: firsts, count: count).mutableSpan
    var weightSpan = UnsafeMutableBufferPointer(start: weights, count: count * taps).mutableSpan
    sampling.taps(firsts: &firstSpan, weights: &weightSpan)
    if scale != 1 { for index in 0..<count * taps { weights[index] *= scale } }
    // Samples are in order, from one end or the other.
    let ends = (Int(firsts[0]), Int(firsts[count - 1]))
    reach = min(ends.0, ends.1)..<max(ends.0, ends.1) + taps
  }
}
