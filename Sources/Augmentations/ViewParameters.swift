/// What one view was subjected to: all that a renderer needs beside the image, and what the view's
/// embedding can be asked about. What a part keeps of a view is declared beside the part.
public struct ViewParameters: Sendable, Equatable {
  /// The size of the image that the view is of.
  public var source: ImageSize
  /// The part of the image that fills the view, before the warp.
  public var crop: Crop
  /// Which noise.
  public var noiseSeed: UInt64 = 0
  /// What was shown from beyond the image.
  public var border = Border.reflect

  /// What the parts keep of the view, each from its `PolicyParts.place` on. A vector, for it needs no
  /// memory of its own: views are drawn by the thousand.
  private var amounts: PolicyParts.Amounts = PolicyParts.untouched

  /// The parameters of a view that shows the whole image as it is.
  public init(of source: ImageSize) {
    self.source = source
    crop = Crop(whole: source)
  }

  /// One of the numbers that a part keeps.
  subscript(amount place: Int) -> Float {
    get { amounts[place] }
    set { amounts[place] = newValue }
  }

  /// Whether colours were changed at all, grey included.
  public var changesColours: Bool {
    brightness != 1 || contrast != 1 || saturation != 1 || hue != 0
      || PolicyParts.colour.contains { $0.colourMap(of: self) != nil }
  }

  /// All that happens to colours, as one map.
  ///
  /// - Parameter meanGrey: the mean grey of the image after crop and warp.
  public func colourMap(meanGrey: Float) -> ColourMap {
    var map = ColourMap.jitter(
      brightness: brightness, contrast: contrast, saturation: saturation, hue: hue,
      meanGrey: meanGrey)
    for part in PolicyParts.colour {
      if let next = part.colourMap(of: self) { map = next.after(map) }
    }
    return map
  }
}

extension ViewParameters {
  /// What embeddings can be asked about a view: the crop's middle and log-area as shares of the image's,
  /// its log-aspect, coefficients of geometry, colour factors, the other parts' amounts, and 0 or 1 for
  /// what has none. They are the PARAMETER of the figures `augmentation.PARAMETER`.
  public static let decodedFactors = PolicyParts.factors

  /// The names of `decodedFactors`, in their order.
  public static let factorNames = decodedFactors.map(\.name)

  /// The view's values of `decodedFactors`, in their order.
  public var factors: [Float] { ViewParameters.decodedFactors.map { $0.value(self) } }
}
