/// How a view's pixels come from its image's: the part of a view's definition that both renderers share.
///
/// Crop, flip and warp are one affine map A from the view to the image. Where A keeps the axes apart,
/// the view is sampled along each of them (`AxisSampling`), rows and columns separately. Elsewhere a
/// grid of such samples, along the image's own axes and no closer than the view's resolution (nor the
/// image's), is taken of what the view shows, and the view is interpolated linearly in that grid: this
/// keeps a rotated and shrunk view from aliasing.
///
/// A view that is not warped sees its crop alone, as torchvision's, where filters do not reach over
/// the crop's edge. A warped view sees the whole image, and its border beyond.
struct ViewGeometry {
  /// Samples along the image's rows.
  let horizontal: AxisSampling
  /// Samples along the image's columns.
  let vertical: AxisSampling
  /// From a pixel's column and row in the view to a place in the grid, in samples; nil where the grid
  /// is the view.
  let warp: AffineMap?

  /// Whether the view is the image.
  let isIdentity: Bool

  init(_ parameters: ViewParameters, side: Int) {
    let size = parameters.source
    let crop = parameters.crop
    precondition(
      side > 0 && crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0
        && crop.x + crop.width <= size.width && crop.y + crop.height <= size.height,
      "\(crop) does not lie in an image of \(size.width)×\(size.height) pixels")
    let map = ViewGeometry.fromViewToImage(parameters, side: side)
    guard parameters.isWarped else {
      horizontal = AxisSampling(
        start: map.x0, step: map.xx, count: side, pixels: crop.x..<crop.x + crop.width)
      vertical = AxisSampling(
        start: map.y0, step: map.yy, count: side, pixels: crop.y..<crop.y + crop.height)
      warp = nil
      isIdentity =
        crop == Crop(whole: size) && horizontal.isIdentity && vertical.isIdentity
      return
    }
    isIdentity = false
    let border = parameters.border
    guard !map.isAxisAligned else {
      horizontal = AxisSampling(
        start: map.x0, step: map.xx, count: side, pixels: 0..<size.width, border: border)
      vertical = AxisSampling(
        start: map.y0, step: map.yy, count: side, pixels: 0..<size.height, border: border)
      warp = nil
      return
    }
    horizontal = ViewGeometry.grid(
      map.xx, map.xy, map.x0, side: side, pixels: size.width, border: border)
    vertical = ViewGeometry.grid(
      map.yx, map.yy, map.y0, side: side, pixels: size.height, border: border)
    let (dx, dy) = (horizontal.step, vertical.step)
    warp = AffineMap(
      x: (map.xx / dx, map.xy / dx, (map.x0 - horizontal.start) / dx),
      y: (map.yx / dy, map.yy / dy, (map.y0 - vertical.start) / dy))
  }

  /// The map from a pixel's column and row in the view to a place in the image.
  static func fromViewToImage(_ parameters: ViewParameters, side: Int) -> AffineMap {
    let crop = parameters.crop
    let (width, height) = (Double(crop.width), Double(crop.height))
    // Exact for the common cases, so that a view as large as its crop takes pixels as they are.
    let flipped = parameters.isFlipped
    let step = (x: width / Double(side), y: height / Double(side))
    let unwarped = AffineMap(
      x: (
        flipped ? -step.x : step.x, 0,
        Double(crop.x) + (flipped ? width - 0.5 * step.x : 0.5 * step.x)
      ),
      y: (0, step.y, Double(crop.y) + 0.5 * step.y))
    guard parameters.isWarped else { return unwarped }
    let centre = Double(side - 1) / 2
    let unit = Double(side)
    let toPlane = AffineMap(x: (1 / unit, 0, -centre / unit), y: (0, 1 / unit, -centre / unit))
    let fromPlane = AffineMap(x: (unit, 0, centre), y: (0, unit, centre))
    // Content moves by exp(X), so the view looks where exp(−X) points.
    let look = AffineMap.exponential(parameters.planeElement.scaled(by: -1))
    return unwarped.after(fromPlane).after(look).after(toPlane)
  }

  /// Samples of the stretch that a row (ax, ay, a0) of the map covers.
  private static func grid(
    _ ax: Double, _ ay: Double, _ a0: Double, side: Int, pixels: Int, border: Border
  ) -> AxisSampling {
    let last = Double(side - 1)
    let lower = a0 + min(0, ax * last) + min(0, ay * last)
    let upper = a0 + max(0, ax * last) + max(0, ay * last)
    precondition(max(lower.magnitude, upper.magnitude) < 1e8, "a warp beyond all measure")
    let step = max(1, (ax * ax + ay * ay).squareRoot())
    let start = step > 1 ? lower : (lower - 0.5).rounded(.down) + 0.5
    // One sample past the last place, for the interpolation there.
    let count = Int(((upper - start) / step).rounded(.down)) + 2
    return AxisSampling(
      start: start, step: step, count: count, pixels: 0..<pixels, border: border)
  }
}
