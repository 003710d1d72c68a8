import Torch

/// The third coordinate of this target's random streams.
///
/// Other users of the same seed number their views from 0 there, so these never meet them.
enum RandomStream: UInt32 {
  case sprites = 0xDA7A_0000
  case epochOrder
  case subset
  case composite

  /// The stream of `seed` at two coordinates of one use.
  func generator(seed: UInt64, _ first: Int, _ second: Int) -> CounterRandom {
    CounterRandom(
      seed: seed, UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: second), rawValue)
  }
}
