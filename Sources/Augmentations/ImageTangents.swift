import Torch

extension Generator {
  /// The tangents of images along this generator: the derivative of exp(ε·G)x with respect to ε at 0.
  ///
  /// Exact for colours. For geometry, central differences of the warp over steps that move no pixel by
  /// more than one: (x₊ − x₋)/2ε, which misses by a sixth of a pixel² of the third derivative. Pixels
  /// at the edge see the border.
  ///
  /// - Parameters:
  ///   - images: as `TensorViews.render` takes them; square. Traps for others.
  ///   - border: what is seen from beyond an image.
  /// - Returns: float32 of N×3×side×side, in channels' range (0 to 1) per unit of ε.
  public func tangents(of images: Tensor, border: Border = .reflect) -> Tensor {
    let pixels = TensorViews.floatingPoint(images)
    let side = pixels.size(3)
    precondition(pixels.size(2) == side, "tangents of images of shape \(images.shape)")
    guard let element = planeElement else {
      return TensorViews.mapped(pixels) { _, grey in
        colourElement(meanGrey: grey) ?? .identity
      }
    }
    let step = 1 / (element.largestDisplacement * Double(side))
    func moved(by coefficient: Double) -> Tensor {
      var parameters = ViewParameters(of: ImageSize(width: side, height: side))
      parameters[self] = Float(coefficient)
      // Anti-aliasing would blur the side that shrinks, and that alone.
      var map = ViewGeometry.fromViewToImage(parameters, side: side)
      map.x0 -= 0.5
      map.y0 -= 0.5
      return TensorViews.interpolated(
        pixels, Array(repeating: map, count: pixels.size(0)), side: side, border: border)
    }
    return (moved(by: step) - moved(by: -step)) / (2 * Double(Float(step)))
  }
}

extension AffineMap {
  /// How far an element of the algebra moves the corners of the view, at most; in sides, per unit of ε.
  fileprivate var largestDisplacement: Double {
    [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)].map { corner in
      let velocity = self(corner.0, corner.1)
      return (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot()
    }.max() ?? 0
  }
}
