import Datasets
import Foundation

/// One infinitesimal transformation of an image: an element of the Lie algebra that policies draw
/// from, tangents are taken along, and views are decoded into.
///
/// A geometric generator acts on the plane, in coordinates that have their origin at the middle of
/// the view, the view's side as unit, x to the right and y downwards. The image under exp(ε·G) shows
/// its content moved by exp(ε·G). A colour generator acts on a pixel's (red, green, blue, 1).
public enum Generator: String, Sendable, Hashable, CaseIterable, Codable {
  /// Content to the right; ε is a share of the view's side.
  case translationX = "translation_x"
  /// Content downwards; ε is a share of the view's side.
  case translationY = "translation_y"
  /// Content counter-clockwise, as seen; ε in radians.
  case rotation
  /// Content larger by e^ε.
  case logScale = "log_scale"
  /// Content wider by e^(ε/2) and lower by as much, so width over height grows by e^ε.
  case logAspect = "log_aspect"
  /// Content moved to the right by ε times its distance below the middle.
  case shearX = "shear_x"
  /// Content moved downwards by ε times its distance to the right of the middle.
  case shearY = "shear_y"
  /// Every channel times e^ε.
  case brightness
  /// The distance from the image's mean grey times e^ε.
  case contrast
  /// The distance from a pixel's own grey times e^ε.
  case saturation
  /// The chroma plane turned by ε whole turns: red towards yellow towards green.
  case hue

  /// The generators' names, in the order of `allCases`: the GENERATOR of the figures
  /// `tangent_norm.GENERATOR`.
  public static let names = allCases.map(\.rawValue)

  /// The generators that move content, in the order of `allCases`.
  public static let geometric = allCases.filter(\.isGeometric)

  /// The generators that change colours, in the order of `allCases`.
  public static let colour = allCases.filter { !$0.isGeometric }

  /// Whether the generator acts on the plane, and not on colours.
  public var isGeometric: Bool { index < Generator.brightness.index }

  /// Where the generator stands in `allCases`.
  var index: Int {
    switch self {
    case .translationX: 0
    case .translationY: 1
    case .rotation: 2
    case .logScale: 3
    case .logAspect: 4
    case .shearX: 5
    case .shearY: 6
    case .brightness: 7
    case .contrast: 8
    case .saturation: 9
    case .hue: 10
    }
  }

  /// The element of the affine algebra; nil for a generator of colour.
  public var planeElement: AffineMap? {
    switch self {
    case .translationX: AffineMap(x: (0, 0, 1), y: (0, 0, 0))
    case .translationY: AffineMap(x: (0, 0, 0), y: (0, 0, 1))
    case .rotation: AffineMap(x: (0, 1, 0), y: (-1, 0, 0))
    case .logScale: AffineMap(x: (1, 0, 0), y: (0, 1, 0))
    case .logAspect: AffineMap(x: (0.5, 0, 0), y: (0, -0.5, 0))
    case .shearX: AffineMap(x: (0, 1, 0), y: (0, 0, 0))
    case .shearY: AffineMap(x: (0, 0, 0), y: (1, 0, 0))
    case .brightness, .contrast, .saturation, .hue: nil
    }
  }

  /// The derivative, at ε = 0, of what the generator does to (red, green, blue, 1); nil for a
  /// geometric one.
  ///
  /// - Parameter meanGrey: the image's mean grey, which contrast is measured from.
  public func colourElement(meanGrey: Float) -> ColourMap? {
    switch self {
    case .brightness: ColourMap.identity
    case .contrast: ColourMap.identity.offset(by: -meanGrey)
    case .saturation: ColourMap.chroma
    case .hue: ColourMap.chromaQuarterTurn.scaled(by: 2 * .pi)
    default: nil
    }
  }
}

/// What policies, decoding and contact sheets need to know of a generator.
extension Generator {
  /// Whether a policy's amount is a factor e^ε, and not the coefficient ε.
  var isFactor: Bool { self == .brightness || self == .contrast || self == .saturation }

  /// The amount that changes nothing.
  var identityAmount: Float { isFactor ? 1 : 0 }

  /// Amounts that a policy may draw from at strength 1.
  var allowedAmounts: ClosedRange<Float> {
    switch self {
    case .translationX, .translationY, .shearX, .shearY: -1...1
    case .rotation: -.pi ... .pi
    case .logScale, .logAspect: -1.5...1.5
    case .brightness, .contrast, .saturation: 0...20
    case .hue: -0.5...0.5
    }
  }

  /// Whether coefficients lie on a line or on a circle.
  var kind: Factor.Kind {
    switch self {
    case .rotation: .circular(period: 2 * .pi)
    case .hue: .circular(period: 1)
    default: .linear
    }
  }

  /// A coefficient that shows what the generator does.
  var shownCoefficient: Float {
    switch self {
    case .translationX, .translationY: 0.2
    case .hue: 0.15
    default: 0.4
    }
  }
}
