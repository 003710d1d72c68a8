/// What sampling finds beyond an image's edge, by libtorch's numbers.
public enum SamplingBorder: Int, Sendable {
  /// Zeros.
  case zero
  /// The nearest pixel of the edge.
  case edge
  /// The image mirrored at its outer edge, the outermost pixels twice.
  case mirror
}

/// Images N×C×H×W. Positions within one run from −1 to 1 over the pixels' outer edges, x before y.
extension Tensor {
  /// Where N affine maps, N×2×3 in rows (x, y, constant), lead each pixel's middle of an image of
  /// `height`×`width`: N×height×width×2, for `sampled(at:border:)`.
  public func affineGrid(height: Int, width: Int) -> Tensor {
    Operator.affineGrid(self, [size(0), 1, height, width], false)
  }

  /// N×C×H×W images interpolated linearly between their pixels' middles at the positions of `grid`,
  /// N×H′×W′×2: N×C×H′×W′.
  public func sampled(at grid: Tensor, border: SamplingBorder) -> Tensor {
    let bilinear = 0
    return Operator.gridSampler(self, grid, bilinear, border.rawValue, false)
  }

  /// Resized by cubic interpolation, antialiased, pixels' outer edges upon each other: PyTorch's
  /// `interpolate(mode="bicubic", antialias=True)`. N×C×height×width.
  public func resizedBicubically(height: Int, width: Int) -> Tensor {
    Operator.resizeBicubically(self, [height, width], false, nil, nil)
  }
}

extension Operator {
  static let affineGrid = Operator("aten::affine_grid_generator")
  static let resizeBicubically = Operator("aten::_upsample_bicubic2d_aa")
  static let gridSampler = Operator("aten::grid_sampler")
}
