import Foundation

/// A counter-based random stream: what it yields depends on its key alone, never on threads,
/// on batch order, or on what was drawn elsewhere.
///
/// The generator is Philox4x32-10 (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*,
/// SC 2011). The seed is the 64-bit key; the three coordinates fill the upper 96 bits of the
/// counter, so two streams never overlap unless seed and coordinates are all equal, as long as
/// a stream draws fewer than 2³² blocks of four words.
public struct CounterRandom: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>(repeating: 0)
  private var used = 4

  /// The stream of `seed` at a coordinate, for a view (epoch, sample, view).
  public init(seed: UInt64, _ first: UInt32 = 0, _ second: UInt32 = 0, _ third: UInt32 = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(0, first, second, third)
  }

  /// The next 32 uniform bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      block = CounterRandom.philox(counter: counter, key: key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// The next 64 uniform bits.
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// A number from the half-open interval [0, 1), on a grid of 2⁻²⁴.
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// A number from [`range.lowerBound`, `range.upperBound`).
  public mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// True with the given probability: never at 0, always at 1.
  public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  /// A whole number from 0 to `count` − 1, by multiplication and shift (bias below `count`·2⁻³²).
  public mutating func index(below count: Int) -> Int {
    Int((UInt64(nextWord()) &* UInt64(count)) >> 32)
  }

  /// A number from the standard normal distribution, by Box and Muller's transform.
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(uniform()))).squareRoot()
    return Float(radius * cos(2 * .pi * Double(uniform())))
  }

  /// A uniformly random order of 0 ..< `count` (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }

  package static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var state = counter
    var key = key
    for _ in 0..<10 {
      let first = UInt64(state[0]) &* 0xD251_1F53
      let second = UInt64(state[2]) &* 0xCD9E_8D57
      state = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ state[1] ^ key[0],
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ state[3] ^ key[1],
        UInt32(truncatingIfNeeded: first))
      key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return state
  }
}
