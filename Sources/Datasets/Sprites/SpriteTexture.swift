import Foundation

/// The patterns behind the shapes.
public enum SpriteTexture: Int, CaseIterable, Sendable {
  case stripes, checks, dots, waves

  /// The name of the pattern.
  public var name: String { "\(self)" }

  /// The pattern at the angles `along` and `across` its axis: smooth, from −1 to 1.
  func value(along: Double, across: Double) -> Double {
    switch self {
    case .stripes: return sin(along)
    case .checks: return sin(along) * sin(across)
    case .dots:
      let bump = (1 + sin(along)) * (1 + sin(across)) / 4
      return 2 * bump * bump - 0.5
    case .waves: return sin(along + 1.4 * sin(0.8 * across))
    }
  }
}
