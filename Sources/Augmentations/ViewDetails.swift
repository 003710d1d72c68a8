import Torch

/// The noise of one view, channel after channel, pixel after pixel, row after row.
struct NoiseStream {
  private var random: CounterRandom
  private let scale: Float

  init(_ view: ViewParameters) {
    random = CounterRandom(seed: view.noiseSeed)
    scale = view.noise
  }

  mutating func next() -> Float { random.normal() * scale }
}

extension ViewParameters.Cutout {
  /// The columns or rows that the square hides, when its middle is at a share of the view's side.
  func hidden(about middle: Float, side: Int) -> Range<Int> {
    let length = min(max(Int((self.side * Float(side)).rounded()), 0), side)
    let first = Int((middle * Float(side)).rounded()) - length / 2
    return max(first, 0)..<max(min(first + length, side), max(first, 0))
  }
}
