/// A path of views: one image under a growing amount of one generator, at fixed points that are equally far apart.
///
/// None of them is the image itself where a point beside it is resampled or blurred: to begin to do so is a jump that
/// is not the path's.
public enum ViewPath: String, Sendable, CaseIterable {
  /// Turned counter-clockwise by 0.1 to 0.5; in radians.
  case rotation
  /// Hue turned by −0.1 to 0.1; in whole turns.
  case hue
  /// Chroma times e^−0.4 to e^0.4; the logarithm of the factor.
  case saturation
  /// Blurred with a variance σ² of 0.5 to 2.5, in squares of a 32nd of the view's side: the coefficient that adds up
  /// where one blur follows another.
  case blur

  /// The points, rising.
  public var coefficients: [Double] {
    (0..<ViewPath.pointCount).map { start + Double($0) * spacing }
  }

  /// How far apart they are.
  public var spacing: Double {
    switch self {
    case .rotation: 0.1
    case .hue: 0.05
    case .saturation: 0.2
    case .blur: 0.5
    }
  }

  /// How many points a path has.
  public static let pointCount = 5

  private var start: Double {
    switch self {
    case .rotation: 0.1
    case .hue: -0.1
    case .saturation: -0.4
    case .blur: 0.5
    }
  }

  /// What a view of an image is subjected to at a point: the whole image, square, and this alone.
  func parameters(
    at coefficient: Double, of source: ImageSize, border: Border
  ) -> ViewParameters {
    var parameters = ViewParameters(of: source)
    parameters.border = border
    switch self {
    case .rotation: parameters[.rotation] = Float(coefficient)
    case .hue: parameters[.hue] = Float(coefficient)
    case .saturation: parameters[.saturation] = Float(coefficient)
    case .blur: parameters.blur = Float(coefficient.squareRoot() * Double(source.height) / 32)
    }
    return parameters
  }
}
