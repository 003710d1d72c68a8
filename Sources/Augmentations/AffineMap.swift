import Foundation

/// An affine map of the plane, (x, y) ↦ (xx·x + xy·y + x0, yx·x + yy·y + y0), or an element of its
/// algebra: a 3×3 matrix without its last row.
public struct AffineMap: Sendable, Equatable {
  /// How the new x depends on x and y, and its constant.
  public var xx, xy, x0: Double
  /// How the new y depends on x and y, and its constant.
  public var yx, yy, y0: Double

  /// The map with the rows (xx, xy, x0) and (yx, yy, y0).
  public init(x: (Double, Double, Double), y: (Double, Double, Double)) {
    (xx, xy, x0) = x
    (yx, yy, y0) = y
  }

  /// The map that leaves every point where it is.
  public static let identity = AffineMap(x: (1, 0, 0), y: (0, 1, 0))

  /// The algebra's zero.
  public static let zero = AffineMap(x: (0, 0, 0), y: (0, 0, 0))

  /// Whether lines along x and y stay so.
  public var isAxisAligned: Bool { xy == 0 && yx == 0 }

  /// Where a point goes.
  public func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (xx * x + xy * y + x0, yx * x + yy * y + y0)
  }

  /// This map after `first`.
  public func after(_ first: AffineMap) -> AffineMap {
    let origin = self(first.x0, first.y0)
    return AffineMap(
      x: (xx * first.xx + xy * first.yx, xx * first.xy + xy * first.yy, origin.x),
      y: (yx * first.xx + yy * first.yx, yx * first.xy + yy * first.yy, origin.y))
  }

  /// The matrix exponential of an element of the algebra, Σ Gⁿ/n! with zeros in G's last row.
  ///
  /// Scaling and squaring: the series of G/2ᵏ, with ‖G/2ᵏ‖ at most 1/2, to the 14th power (the rest
  /// is below 2⁻⁵⁰), then k squarings. The exponential of zero is the identity exactly. Traps for an
  /// element that is not finite.
  public static func exponential(_ element: AffineMap) -> AffineMap {
    precondition(element.largestRowSum.isFinite, "the exponential of \(element)")
    var squarings = 0
    var scaled = element
    while scaled.largestRowSum > 0.5 {
      scaled = scaled.scaled(by: 0.5)
      squarings += 1
    }
    // Horner's scheme: I + G(I + G/2(I + G/3(…))).
    var sum = AffineMap.zero
    for power in stride(from: 14, through: 1, by: -1) {
      sum = scaled.scaled(by: 1 / Double(power)).algebraProduct(sum)
    }
    // `sum` is exp − I; (I + S)² − I = 2S + S².
    for _ in 0..<squarings { sum = sum.scaled(by: 2).adding(sum.squaredInAlgebra) }
    return sum.adding(.identity)
  }

  func scaled(by factor: Double) -> AffineMap {
    AffineMap(
      x: (xx * factor, xy * factor, x0 * factor), y: (yx * factor, yy * factor, y0 * factor))
  }

  func adding(_ other: AffineMap) -> AffineMap {
    AffineMap(
      x: (xx + other.xx, xy + other.xy, x0 + other.x0),
      y: (yx + other.yx, yy + other.yy, y0 + other.y0))
  }

  private var largestRowSum: Double {
    max(abs(xx) + abs(xy) + abs(x0), abs(yx) + abs(yy) + abs(y0))
  }

  /// This element times (I + `other`), both with zeros in their last row.
  private func algebraProduct(_ other: AffineMap) -> AffineMap {
    adding(linearPart.after(other))
  }

  private var squaredInAlgebra: AffineMap { linearPart.after(self) }

  private var linearPart: AffineMap { AffineMap(x: (xx, xy, 0), y: (yx, yy, 0)) }
}
