import Foundation

/// What one view was subjected to: all that a renderer needs beside the image, and what the view's
/// embedding can be asked about.
public struct ViewParameters: Sendable, Equatable, Codable {
  /// A grey square that hides a part of the view, in shares of the view's side.
  public struct Cutout: Sendable, Equatable, Codable {
    /// The middle, from the left.
    public var x: Float
    /// The middle, from the top.
    public var y: Float
    /// The side; 0 hides nothing.
    public var side: Float

    /// A square by its middle and side.
    public init(x: Float, y: Float, side: Float) { (self.x, self.y, self.side) = (x, y, side) }
  }

  /// The size of the image that the view is of.
  public var source: ImageSize
  /// The part of the image that fills the view, before the warp.
  public var crop: Crop
  /// Whether the crop was mirrored left to right, before the warp.
  public var isFlipped = false
  /// What all channels were multiplied by.
  public var brightness: Float = 1
  /// What the distance from the warped image's mean grey was multiplied by.
  public var contrast: Float = 1
  /// What the distance from each pixel's own grey was multiplied by.
  public var saturation: Float = 1
  /// Turns of the chroma plane.
  public var hue: Float = 0
  /// Whether colours were replaced by their grey.
  public var isGrey = false
  /// The blur's standard deviation in pixels of the view; 0 is none.
  public var blur: Float = 0
  /// Whether channels above ½ were inverted.
  public var isSolarised = false
  /// The standard deviation of the noise.
  public var noise: Float = 0
  /// Which noise.
  public var noiseSeed: UInt64 = 0
  /// The square that was hidden.
  public var cutout = Cutout(x: 0.5, y: 0.5, side: 0)
  /// What was shown from beyond the image.
  public var border = Border.reflect

  // The seven coefficients of geometry; the last lane is 0.
  private var coefficients = SIMD8<Float>.zero

  /// The parameters of a view that shows the whole image as it is.
  public init(of source: ImageSize) {
    self.source = source
    crop = Crop(whole: source)
  }

  /// A generator's coefficient ε: 0 where it did nothing. That of brightness, contrast and saturation
  /// is the logarithm of their factor.
  public subscript(generator: Generator) -> Float {
    get {
      switch generator {
      case .brightness: log(brightness)
      case .contrast: log(contrast)
      case .saturation: log(saturation)
      case .hue: hue
      default: coefficients[generator.index]
      }
    }
    set {
      switch generator {
      case .brightness: brightness = exp(newValue)
      case .contrast: contrast = exp(newValue)
      case .saturation: saturation = exp(newValue)
      case .hue: hue = newValue
      default: coefficients[generator.index] = newValue
      }
    }
  }

  /// Whether a generator of geometry acted.
  public var isWarped: Bool { coefficients != .zero }

  /// Σ ε_k·G_k over the generators of geometry.
  var planeElement: AffineMap {
    var sum = AffineMap.zero
    for generator in Generator.geometric where coefficients[generator.index] != 0 {
      guard let element = generator.planeElement else { continue }
      sum = sum.adding(element.scaled(by: Double(coefficients[generator.index])))
    }
    return sum
  }

  /// Whether colours were changed at all, grey included.
  public var changesColours: Bool {
    isGrey || brightness != 1 || contrast != 1 || saturation != 1 || hue != 0
  }

  /// Jitter and grey as one map of colours.
  ///
  /// - Parameter meanGrey: the mean grey of the image after crop and warp.
  public func colourMap(meanGrey: Float) -> ColourMap {
    let jitter = ColourMap.jitter(
      brightness: brightness, contrast: contrast, saturation: saturation, hue: hue,
      meanGrey: meanGrey)
    return isGrey ? ColourMap.grey.after(jitter) : jitter
  }
}

extension ViewParameters {
  /// What `factors` are, in their order.
  public static let factorNames =
    ["crop_x", "crop_y", "crop_log_area", "crop_log_aspect", "flip"]
    + Generator.geometric.map(\.rawValue)
    + [
      "brightness", "contrast", "saturation", "hue", "grey", "blur", "solarise", "noise", "cutout",
    ]

  /// The view's parameters as numbers to be decoded from embeddings: the crop's middle and log-area as
  /// shares of the image's, its log-aspect, coefficients of geometry, colour factors, and 0 or 1 for
  /// what has no amount.
  public var factors: [Float] {
    let width = Float(source.width)
    let height = Float(source.height)
    var values: [Float] = [
      (Float(crop.x) + Float(crop.width) / 2) / width,
      (Float(crop.y) + Float(crop.height) / 2) / height,
      log(Float(crop.width) * Float(crop.height) / (width * height)),
      log(Float(crop.width) / Float(crop.height)), isFlipped ? 1 : 0,
    ]
    values += Generator.geometric.map { coefficients[$0.index] }
    values += [brightness, contrast, saturation, hue, isGrey ? 1 : 0]
    return values + [blur, isSolarised ? 1 : 0, noise, cutout.side]
  }
}
