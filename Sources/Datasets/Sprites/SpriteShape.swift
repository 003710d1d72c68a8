/// The ten shapes of the sprites: the classes of the data set.
///
/// Each fills about the disc of radius 1 around the origin of its own coordinates, y upwards. The
/// distances are those of Inigo Quilez, *2D distance functions*,
/// https://iquilezles.org/articles/distfunctions2d/, exact near the edge, which is all that
/// rendering looks at.
public enum SpriteShape: Int, CaseIterable, Sendable {
  case disc, ring, square, triangle, plus, star, heart, crescent, bars, hourglass

  /// The name of the class.
  public var name: String { "\(self)" }

  /// The distance from a point to the shape's outline, negative inside, in the shape's unit.
  public func signedDistance(at point: SIMD2<Double>) -> Double {
    switch self {
    case .disc: length(point) - 0.86
    case .ring: abs(length(point) - 0.72) - 0.22
    case .square: boxDistance(point, half: SIMD2(0.74, 0.74))
    case .triangle: triangleDistance(point + SIMD2(0, 0.12), half: 0.92)
    case .plus:
      min(boxDistance(point, half: SIMD2(0.96, 0.27)), boxDistance(point, half: SIMD2(0.27, 0.96)))
    case .star: starDistance(point + SIMD2(0, 0.06), radius: 1.08, notch: 0.42)
    case .heart: heartDistance(point / 1.62 + SIMD2(0, 0.56)) * 1.62
    case .crescent: crescentDistance(point - SIMD2(0.2, 0), offset: 0.46, outer: 0.98, inner: 0.74)
    case .bars: boxDistance(SIMD2(point.x, abs(point.y) - 0.54), half: SIMD2(0.84, 0.24))
    case .hourglass: hourglassDistance(point, half: SIMD2(0.68, 0.84))
    }
  }
}

private func length(_ vector: SIMD2<Double>) -> Double { (vector * vector).sum().squareRoot() }

private func dot(_ first: SIMD2<Double>, _ second: SIMD2<Double>) -> Double {
  (first * second).sum()
}

private func clamp(_ value: Double, _ lower: Double, _ upper: Double) -> Double {
  min(max(value, lower), upper)
}

private func absolute(_ vector: SIMD2<Double>) -> SIMD2<Double> {
  SIMD2(abs(vector.x), abs(vector.y))
}

private func boxDistance(_ point: SIMD2<Double>, half: SIMD2<Double>) -> Double {
  let beyond = absolute(point) - half
  let outside = SIMD2(max(beyond.x, 0), max(beyond.y, 0))
  return length(outside) + min(max(beyond.x, beyond.y), 0)
}

/// An equilateral triangle that stands on a side of length 2·`half`.
private func triangleDistance(_ point: SIMD2<Double>, half: Double) -> Double {
  let root = 3.0.squareRoot()
  var folded = SIMD2(abs(point.x) - half, point.y + half / root)
  if folded.x + root * folded.y > 0 {
    folded = SIMD2(folded.x - root * folded.y, -root * folded.x - folded.y) / 2
  }
  folded.x -= clamp(folded.x, -2 * half, 0)
  return folded.y < 0 ? length(folded) : -length(folded)
}

/// A five-pointed star; `notch` is the share of the radius at which its arms meet.
private func starDistance(_ point: SIMD2<Double>, radius: Double, notch: Double) -> Double {
  let first = SIMD2(0.809016994374947, -0.587785252292473)
  let second = SIMD2(-first.x, first.y)
  var folded = SIMD2(abs(point.x), point.y)
  folded -= 2 * max(dot(first, folded), 0) * first
  folded -= 2 * max(dot(second, folded), 0) * second
  folded = SIMD2(abs(folded.x), folded.y - radius)
  let edge = notch * SIMD2(-first.y, first.x) - SIMD2(0, 1)
  let along = clamp(dot(folded, edge) / dot(edge, edge), 0, radius)
  let distance = length(folded - along * edge)
  return folded.y * edge.x > folded.x * edge.y ? distance : -distance
}

/// A heart that stands on its tip at the origin and is a little over 1 high.
private func heartDistance(_ point: SIMD2<Double>) -> Double {
  let folded = SIMD2(abs(point.x), point.y)
  if folded.x + folded.y > 1 {
    return length(folded - SIMD2(0.25, 0.75)) - 2.0.squareRoot() / 4
  }
  let diagonal = 0.5 * max(folded.x + folded.y, 0)
  let distance = min(
    length(folded - SIMD2(0, 1)), length(folded - SIMD2(diagonal, diagonal)))
  return folded.x > folded.y ? distance : -distance
}

/// A disc of radius `outer` less a disc of radius `inner`, `offset` to its right.
private func crescentDistance(
  _ point: SIMD2<Double>, offset: Double, outer: Double, inner: Double
) -> Double {
  let folded = SIMD2(point.x, abs(point.y))
  let tipX = (outer * outer - inner * inner + offset * offset) / (2 * offset)
  let tip = SIMD2(tipX, max(outer * outer - tipX * tipX, 0).squareRoot())
  if folded.x * tip.y - folded.y * tip.x > offset * max(tip.y - folded.y, 0) {
    return length(folded - tip)
  }
  return max(length(folded) - outer, inner - length(folded - SIMD2(offset, 0)))
}

/// Two triangles that meet at their tips, in a box of half size `half`.
private func hourglassDistance(_ point: SIMD2<Double>, half: SIMD2<Double>) -> Double {
  let folded = absolute(point)
  // The waist has some width, so that the two halves hold together at small scales.
  let slope = SIMD2(half.y, -half.x) / length(half)
  return max(dot(slope, folded) - 0.07, folded.y - half.y)
}
