import Foundation

/// One sprite as numbers: a pixel's colour is a smooth function of them.
///
/// Lengths are in half images: the image is the square from −1 to 1, x to the right, y downwards.
/// Nothing is drawn at random here and nothing is rounded, so the image can be differentiated along
/// every factor.
public struct SpriteScene: Sendable, Equatable {
  /// The shape in front.
  public var shape: SpriteShape
  /// The pattern behind it.
  public var texture: SpriteTexture
  /// Where the shape's centre lies, to the right of the image's.
  public var positionX: Double
  /// Where the shape's centre lies, below the image's.
  public var positionY: Double
  /// The radius of the disc that the shape fills.
  public var scale: Double
  /// The shape's turn, in radians, counter-clockwise as seen.
  public var rotation: Double
  /// The shape's hue, in turns: 0 red, 1/3 green, 2/3 blue.
  public var hue: Double
  /// How far the shape's colour lies from grey, as the amplitude of each channel.
  public var saturation: Double
  /// The mean of the three channels in the middle of the shape.
  public var lightness: Double
  /// The hue behind the shape, in turns.
  public var backgroundHue: Double
  /// The mean of the three channels behind the shape.
  public var backgroundLightness: Double
  /// Periods of the pattern in the width of an image.
  public var textureFrequency: Double
  /// The direction in which the pattern runs, in radians.
  public var textureOrientation: Double
  /// How far the pattern is moved along its direction, in radians of its period.
  public var texturePhase: Double
  /// The amplitude of the pattern's lightness.
  public var textureContrast: Double

  /// How much lighter a shape is at its own top than at its middle. It makes every shape's
  /// rotation visible, a disc's too.
  static let shading = 0.1
  /// How far a background's colour lies from grey.
  static let backgroundSaturation = 0.03

  /// The value of a continuous factor.
  public subscript(factor: SpriteFactor) -> Double {
    get { self[keyPath: factor.path] }
    set { self[keyPath: factor.path] = newValue }
  }

  /// The image, `size` × `size` × 3, RGB interleaved, rows from the top, black 0 and white 1.
  public func rendered(size: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: size * size * 3) { buffer, count in
      forEachPixel(size: size) { offset, color in
        for channel in 0..<3 { buffer.initializeElement(at: offset + channel, to: color[channel]) }
      }
      count = size * size * 3
    }
  }

  /// The derivative of the image along a factor, in units of brightness for a unit of the factor.
  ///
  /// Central differences of the unrounded image: the error falls with the square of `step`.
  public func tangent(along factor: SpriteFactor, size: Int, step: Double = 1e-5) -> [Double] {
    var ahead = self
    var behind = self
    ahead[factor] += step
    behind[factor] -= step
    return zip(ahead.rendered(size: size), behind.rendered(size: size)).map {
      ($0 - $1) / (2 * step)
    }
  }

  /// Writes the image as bytes, rounded to the nearest.
  func render(size: Int, into slot: ImageSlot) {
    forEachPixel(size: size) { offset, color in
      for channel in 0..<3 {
        slot[offset + channel] = UInt8(min(max(color[channel] * 255, 0), 255).rounded())
      }
    }
  }

  private func forEachPixel(size: Int, _ body: (Int, SIMD3<Double>) -> Void) {
    let painter = SpritePainter(scene: self, size: size)
    let pixel = 2 / Double(size)
    for row in 0..<size {
      for column in 0..<size {
        let point = SIMD2((Double(column) + 0.5) * pixel - 1, (Double(row) + 0.5) * pixel - 1)
        body((row * size + column) * 3, painter.color(at: point))
      }
    }
  }
}

/// A scene with what all its pixels share worked out once.
private struct SpritePainter {
  private let scene: SpriteScene
  private let turn: SIMD2<Double>
  private let textureAxis: SIMD2<Double>
  private let tint: SIMD3<Double>
  private let background: SIMD3<Double>
  private let edge: Double

  init(scene: SpriteScene, size: Int) {
    self.scene = scene
    turn = SIMD2(cos(scene.rotation), sin(scene.rotation))
    let waveNumber = .pi * scene.textureFrequency
    textureAxis = waveNumber * SIMD2(cos(scene.textureOrientation), sin(scene.textureOrientation))
    tint = scene.lightness + scene.saturation * colorWheel(scene.hue)
    background =
      scene.backgroundLightness
      + SpriteScene.backgroundSaturation * colorWheel(scene.backgroundHue)
    // An edge passes from outside to inside over 1.6 pixels: wide enough that a smoothstep leaves
    // no stairs, narrow enough to look sharp.
    edge = 1.6 * 2 / Double(size)
  }

  func color(at point: SIMD2<Double>) -> SIMD3<Double> {
    let along = (point * textureAxis).sum() + scene.texturePhase
    let across = point.y * textureAxis.x - point.x * textureAxis.y
    let pattern = scene.texture.value(along: along, across: across)
    let behind = background + scene.textureContrast * pattern

    let moved = point - SIMD2(scene.positionX, scene.positionY)
    let upright = SIMD2(moved.x, -moved.y) / scene.scale
    let local = SIMD2(
      turn.x * upright.x + turn.y * upright.y, turn.x * upright.y - turn.y * upright.x)
    let distance = scene.shape.signedDistance(at: local) * scene.scale
    let coverage = smoothstep(0.5 - distance / edge)
    guard coverage > 0 else { return behind }
    let front = tint + SpriteScene.shading * local.y
    return behind + coverage * (front - behind)
  }
}

/// The three channels' deviation from grey for a hue in turns: cosines a third of a turn apart.
///
/// Unlike HSV's piecewise linear hue it is smooth, and its channels always sum to 0, so that a
/// change of hue leaves the lightness as it is.
private func colorWheel(_ hue: Double) -> SIMD3<Double> {
  let angle = 2 * Double.pi * hue
  let third = 2 * Double.pi / 3
  return SIMD3(cos(angle), cos(angle - third), cos(angle + third))
}

private func smoothstep(_ value: Double) -> Double {
  let share = min(max(value, 0), 1)
  return share * share * (3 - 2 * share)
}
