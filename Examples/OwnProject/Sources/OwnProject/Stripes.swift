import Foundation
import Gnomon

/// Stripes of any direction and phase; the class is how narrow they are.
func stripes(_ name: String, count: Int, seed: UInt64, side: Int = 32) -> ImageDataset {
  var random = CounterRandom(seed: seed)
  var pixels: [UInt8] = []
  for index in 0..<count {
    let (angle, phase) = (random.uniform() * .pi, random.uniform() * 2 * .pi)
    for place in 0..<side * side {
      let along = Float(place % side) * cos(angle) + Float(place / side) * sin(angle)
      let brightness = 0.5 + 0.4 * sin(along * 0.4 * Float(1 + index % 3) + phase)
      pixels += [UInt8](repeating: UInt8(255 * brightness), count: 3)
    }
  }
  return ImageDataset(
    name: name, height: side, width: side, pixels: pixels, labels: (0..<count).map { $0 % 3 },
    classNames: ["wide", "middle", "narrow"])
}
