import Foundation

/// An affine map of colours: a 3×4 matrix, kept as its four columns.
///
/// Grey is 0.299·red + 0.587·green + 0.114·blue throughout (ITU-R BT.601). torchvision's weights
/// (0.2989, 0.587, 0.114) sum to 0.9999; these sum to 1, so that grey colours stay as they are.
///
/// ## Why one matrix is enough
/// Brightness b, contrast c about the image's mean grey ḡ, saturation s and hue θ are, for a pixel x
/// of grey y and chroma x − y·1,
///
///     x ↦ b·(c·(y·1 + s·R(θ)(x − y·1)) + (1 − c)·ḡ·1)
///
/// in whatever order they are applied: each multiplies grey, chroma or both by a number, and hue turns
/// chroma alone. torchvision's ColorJitter draws a random order because it clamps after each
/// operation; here there is one clamp, at the end, and no order to draw.
///
/// Hue differs from torchvision's by more: turning hue in HSV keeps the largest and the smallest
/// channel, and with them not the grey (yellow, grey 0.89, becomes green, 0.59); here grey stays, so
/// that hue and brightness are told apart. The mean absolute difference for turns of 0.05 to 0.2 was 4
/// to 23 of 255 levels on two photographs, 10 to 18 on the tests' fixture (rotation in YIQ: 4 to 28
/// and 11 to 23). After a third of a turn both agree on which colour each pure one has become.
public struct ColourMap: Sendable, Equatable {
  /// What a unit of red, green and blue, and the constant 1, contribute to (red, green, blue). The
  /// fourth lane is 0.
  public var red, green, blue, offset: SIMD4<Float>

  /// The map with the given columns.
  public init(
    red: SIMD4<Float>, green: SIMD4<Float>, blue: SIMD4<Float>, offset: SIMD4<Float> = .zero
  ) {
    (self.red, self.green, self.blue, self.offset) = (red, green, blue, offset)
  }

  /// The weights of red, green and blue in grey.
  public static let greyWeights = SIMD3<Float>(0.299, 0.587, 0.114)

  /// The map that leaves every colour as it is.
  public static let identity = ColourMap(
    red: [1, 0, 0, 0], green: [0, 1, 0, 0], blue: [0, 0, 1, 0])

  /// Each colour's grey in all three channels.
  public static let grey = ColourMap(
    red: [0.299, 0.299, 0.299, 0], green: [0.587, 0.587, 0.587, 0],
    blue: [0.114, 0.114, 0.114, 0])

  /// What is left of a colour without its grey.
  public static let chroma = identity.adding(grey.scaled(by: -1))

  /// The chroma turned by a quarter of the hue circle, red towards yellow; grey goes to 0.
  ///
  /// Chroma is what tells colours of one grey apart: the plane of RGB modulo the grey axis (1, 1, 1).
  /// Hue is its angle about that axis, as in HSV, where the angle is that of a hexagon. So this is the
  /// cross product with (1, 1, 1)/√3, made free of grey.
  public static let chromaQuarterTurn: ColourMap = {
    let length = Float(1 / 3.0.squareRoot())
    let crossProduct = ColourMap(
      red: [0, length, -length, 0], green: [-length, 0, length, 0], blue: [length, -length, 0, 0])
    return chroma.after(crossProduct)
  }()

  /// Brightness, contrast, saturation and hue as one map.
  ///
  /// - Parameters:
  ///   - brightness: what all channels are multiplied by.
  ///   - contrast: what the distance from `meanGrey` is multiplied by.
  ///   - saturation: what the distance from a pixel's own grey is multiplied by; 0 is grey.
  ///   - hue: turns of the chroma plane.
  ///   - meanGrey: the mean grey of the image the map is for.
  public static func jitter(
    brightness: Float, contrast: Float, saturation: Float, hue: Float, meanGrey: Float
  ) -> ColourMap {
    if brightness == 1 && contrast == 1 && saturation == 1 && hue == 0 { return identity }
    let angle = 2 * Double.pi * Double(hue)
    let cosine = Float(cos(angle)) * saturation
    let sine = Float(sin(angle)) * saturation
    let turned = chroma.scaled(by: cosine).adding(chromaQuarterTurn.scaled(by: sine))
    return grey.adding(turned).scaled(by: brightness * contrast)
      .offset(by: brightness * (1 - contrast) * meanGrey)
  }

  /// The colour that (red, green, blue) goes to, unclamped.
  public func callAsFunction(_ colour: SIMD3<Float>) -> SIMD3<Float> {
    let result = red * colour.x + green * colour.y + blue * colour.z + offset
    return SIMD3(result.x, result.y, result.z)
  }

  /// This map after `first`.
  public func after(_ first: ColourMap) -> ColourMap {
    ColourMap(
      red: linear(first.red), green: linear(first.green), blue: linear(first.blue),
      offset: linear(first.offset) + offset)
  }

  func scaled(by factor: Float) -> ColourMap {
    ColourMap(
      red: red * factor, green: green * factor, blue: blue * factor, offset: offset * factor)
  }

  func adding(_ other: ColourMap) -> ColourMap {
    ColourMap(
      red: red + other.red, green: green + other.green, blue: blue + other.blue,
      offset: offset + other.offset)
  }

  func offset(by amount: Float) -> ColourMap {
    var result = self
    result.offset += SIMD4(amount, amount, amount, 0)
    return result
  }

  private func linear(_ column: SIMD4<Float>) -> SIMD4<Float> {
    red * column.x + green * column.y + blue * column.z
  }
}
