/// A continuous factor of the sprites: a coordinate along which an image can be differentiated.
public enum SpriteFactor: String, CaseIterable, Sendable {
  case positionX = "position_x"
  case positionY = "position_y"
  case scale
  case rotation
  case hue
  case saturation
  case lightness
  case backgroundHue = "background_hue"
  case backgroundLightness = "background_lightness"
  case textureFrequency = "texture_frequency"
  case textureOrientation = "texture_orientation"
  case texturePhase = "texture_phase"
  case textureContrast = "texture_contrast"

  /// Whether the factor's values lie on a line or on a circle, and its period there.
  ///
  /// Rotation has the full turn as its period for every shape: a square's outline repeats after a
  /// quarter of it, but its shading does not.
  public var kind: Factor.Kind {
    switch self {
    case .rotation, .texturePhase: .circular(period: 2 * .pi)
    case .textureOrientation: .circular(period: .pi)
    case .hue, .backgroundHue: .circular(period: 1)
    default: .linear
    }
  }

  var path: WritableKeyPath<SpriteScene, Double> {
    switch self {
    case .positionX: \.positionX
    case .positionY: \.positionY
    case .scale: \.scale
    case .rotation: \.rotation
    case .hue: \.hue
    case .saturation: \.saturation
    case .lightness: \.lightness
    case .backgroundHue: \.backgroundHue
    case .backgroundLightness: \.backgroundLightness
    case .textureFrequency: \.textureFrequency
    case .textureOrientation: \.textureOrientation
    case .texturePhase: \.texturePhase
    case .textureContrast: \.textureContrast
    }
  }
}
