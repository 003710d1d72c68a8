import Torch

/// Views by batched tensor operations, on any device and differentiable with respect to the images:
/// the definition that `FusedViews` is measured against.
public enum TensorViews {
  /// One view of each image.
  ///
  /// - Parameters:
  ///   - images: uint8 of N×H×W×C, or floating point of N×C×H×W with values from 0 to 1. One channel is
  ///     repeated to three; the fourth of four, transparency, is dropped.
  ///   - parameters: what each view is subjected to; made for images of this size.
  ///   - side: the views' width and height.
  /// - Returns: float32 of N×3×side×side with values from 0 to 1, on the images' device. Traps for
  ///   another shape.
  public static func render(_ images: Tensor, _ parameters: [ViewParameters], side: Int) -> Tensor {
    let pixels = floatingPoint(images)
    let size = ImageSize(width: pixels.size(3), height: pixels.size(2))
    precondition(
      pixels.size(0) == parameters.count && parameters.allSatisfy { $0.source == size },
      "\(parameters.count) views' parameters do not fit images of shape \(images.shape)")
    if parameters.isEmpty { return Tensor.zeros([0, 3, side, side], on: images.device) }
    var views = warped(pixels, parameters.map { ViewGeometry($0, side: side) }, side: side)
    views = recoloured(views, parameters).clamped(min: 0, max: 1)
    views = update(views, where: parameters.map { $0.blur > 0 }) { part, chosen in
      let blur = blurMatrices(chosen.map { parameters[$0].blur }, side: side, on: part.device)
      return blur.matmul(part).matmul(blur.transposed())
    }
    for part in PolicyParts.finishing {
      views = update(views, where: parameters.map { part.acts(on: $0) }) { views, chosen in
        part.finish(views, chosen.map { parameters[$0] })
      }
    }
    return views
  }

  /// float32 of N×3×H×W from 0 to 1.
  static func floatingPoint(_ images: Tensor) -> Tensor {
    precondition(images.rank == 4, "images of shape \(images.shape), not N×H×W×C or N×C×H×W")
    let isStored = images.dtype == .uint8
    precondition(
      isStored || images.dtype.isFloatingPoint, "images of \(images.dtype), not uint8 or floats")
    let channels = images.size(isStored ? 3 : 1)
    precondition([1, 3, 4].contains(channels), "images of \(channels) channels, not 1, 3 or 4")
    // Division by a tensor is correctly rounded on every device; by a number it need not be.
    let planar =
      isStored
      ? images.permuted([0, 3, 1, 2]).to(.float32)
        / Tensor.full([], 255, .float32, on: images.device)
      : images.to(.float32)
    switch channels {
    case 1: return planar.expanded([-1, 3, -1, -1])
    case 4: return planar.slice(0..<3, along: 1)
    default: return planar
    }
  }

  /// Crop, flip and warp.
  private static func warped(_ images: Tensor, _ geometries: [ViewGeometry], side: Int) -> Tensor {
    if geometries.allSatisfy(\.isIdentity) { return images.contiguous() }
    let straight = geometries.indices.filter { geometries[$0].warp == nil }
    let turned = geometries.indices.filter { geometries[$0].warp != nil }
    let groups = [straight, turned].filter { !$0.isEmpty }.map { chosen in
      let part = picked(images, chosen)
      let geometry = chosen.map { geometries[$0] }
      let rows = samplingMatrices(geometry.map(\.vertical), pixels: images.size(2), images.device)
      let columns = samplingMatrices(
        geometry.map(\.horizontal), pixels: images.size(3), images.device)
      let sampled = rows.matmul(part).matmul(columns.transposed())
      let warps = geometry.compactMap(\.warp)
      // The grid holds all that a view shows; at its very edge, rounding may lead a hair beyond.
      return warps.isEmpty
        ? sampled : interpolated(sampled, warps, side: side, border: .replicate)
    }
    if groups.count == 1 { return groups[0] }
    let order = Tensor(straight + turned).to(images.device)
    let together = Tensor.concatenated(groups)
    return Tensor.zeros(like: together).replacingRows(at: order, with: together)
  }

  /// Weights of samples on pixels, N×1×samples×pixels, a matrix for each sampling. Shorter samplings
  /// than the longest have rows of zeros at the end.
  private static func samplingMatrices(
    _ samplings: [AxisSampling], pixels: Int, _ device: Device
  ) -> Tensor {
    let samples = samplings.map(\.count).max() ?? 0
    let taps = samplings.map(\.tapCount).max() ?? 0
    var positions = [Int](repeating: 0, count: samplings.count * samples * taps)
    var weights = [Float](repeating: 0, count: positions.count)
    for (image, sampling) in samplings.enumerated() {
      var firsts = [Int32](repeating: 0, count: sampling.count)
      var own = [Float](repeating: 0, count: sampling.count * sampling.tapCount)
      var firstSpan = firsts.mutableSpan
      var ownSpan = own.mutableSpan
      sampling.taps(firsts: &firstSpan, weights: &ownSpan)
      for sample in 0..<sampling.count {
        for tap in 0..<sampling.tapCount {
          guard let pixel = sampling.pixel(at: Int(firsts[sample]) + tap) else { continue }
          let place = (image * samples + sample) * taps + tap
          positions[place] = pixel
          weights[place] = own[sample * sampling.tapCount + tap]
        }
      }
    }
    return dense(
      positions, weights, shape: [samplings.count, samples, taps], columns: pixels, device)
  }

  /// Blurs as matrices from pixels to pixels, N×1×side×side.
  private static func blurMatrices(_ sigmas: [Float], side: Int, on device: Device) -> Tensor {
    let kernels = sigmas.map { GaussianKernel(sigma: $0, side: side) }
    let radius = kernels.map(\.radius).max() ?? 0
    let taps = 2 * radius + 1
    var positions: [Int] = []
    var weights: [Float] = []
    for kernel in kernels {
      // Zero beyond the kernel's own radius.
      var half = [Float](repeating: 0, count: radius + 1)
      var span = half.mutableSpan
      kernel.fill(&span)
      for pixel in 0..<side {
        for offset in -radius...radius {
          let isWithin = Int(offset.magnitude) <= kernel.radius
          positions.append(isWithin ? GaussianKernel.pixel(at: pixel + offset, side: side) : 0)
          weights.append(half[Int(offset.magnitude)])
        }
      }
    }
    return dense(positions, weights, shape: [sigmas.count, side, taps], columns: side, device)
  }

  /// Matrices, N×1×rows×columns, from the few weights that each row (N×rows×taps) has.
  private static func dense(
    _ positions: [Int], _ weights: [Float], shape: [Int], columns: Int, _ device: Device
  ) -> Tensor {
    Tensor.zeros([shape[0], shape[1], columns], on: device)
      .adding(
        Tensor(weights, shape: shape).to(device), at: Tensor(positions, shape: shape).to(device),
        along: 2
      )
      .unsqueezed(1)
  }

  /// Images interpolated linearly, without anti-aliasing, where maps point to from a view's columns and
  /// rows; whole numbers are the middles of pixels.
  static func interpolated(
    _ images: Tensor, _ maps: [AffineMap], side: Int, border: Border
  ) -> Tensor {
    // libtorch counts from −1 to 1 over the pixels' outer edges, in view and image alike.
    let half = Double(side) / 2
    let fromUnits = AffineMap(x: (half, 0, half - 0.5), y: (0, half, half - 0.5))
    let (width, height) = (Double(images.size(3)), Double(images.size(2)))
    let toUnits = AffineMap(
      x: (2 / width, 0, 1 / width - 1), y: (0, 2 / height, 1 / height - 1))
    let rows = maps.flatMap { map in
      let units = toUnits.after(map).after(fromUnits)
      return [units.xx, units.xy, units.x0, units.yx, units.yy, units.y0].map(Float.init)
    }
    let theta = Tensor(rows, shape: [maps.count, 2, 3]).to(images.device)
    let beyond: SamplingBorder =
      switch border {
      case .zero: .zero
      case .replicate: .edge
      case .reflect: .mirror
      }
    return images.sampled(at: theta.affineGrid(height: side, width: side), border: beyond)
  }

  /// Jitter and grey, unclamped.
  private static func recoloured(_ views: Tensor, _ parameters: [ViewParameters]) -> Tensor {
    if !parameters.contains(where: \.changesColours) { return views }
    return mapped(views) { view, meanGrey in parameters[view].colourMap(meanGrey: meanGrey) }
  }

  /// Images whose colours go through a map each, whose offset is affine in the image's own mean grey.
  ///
  /// - Parameter map: the map of an image, by its number, for a mean grey.
  static func mapped(_ images: Tensor, by map: (Int, Float) -> ColourMap) -> Tensor {
    let count = images.size(0)
    let maps = (0..<count).map { map($0, 0) }
    let matrices = maps.flatMap { map in
      (0..<3).flatMap { [map.red[$0], map.green[$0], map.blue[$0]] }
    }
    let perMeanGrey = (0..<count).map { map($0, 1).offset - maps[$0].offset }
    let weights = ColourMap.greyWeights
    let meanGrey = images.mean(along: [2, 3])
      .matmul(Tensor([weights.x, weights.y, weights.z], shape: [3, 1]).to(images.device))
    func offsets(_ columns: [SIMD4<Float>]) -> Tensor {
      Tensor(columns.flatMap { [$0.x, $0.y, $0.z] }, shape: [count, 3]).to(images.device)
    }
    var offset = meanGrey * offsets(perMeanGrey)
    if maps.contains(where: { $0.offset != .zero }) {
      offset = offset + offsets(maps.map(\.offset))
    }
    let matrix = Tensor(matrices, shape: [count, 3, 3]).to(images.device)
    let colours = matrix.matmul(images.flattened(from: 2)) + offset.unsqueezed(2)
    return colours.reshaped(images.shape)
  }

  /// `views` with what `change` makes of those that `mask` names.
  private static func update(
    _ views: Tensor, where mask: [Bool], _ change: (Tensor, [Int]) -> Tensor
  ) -> Tensor {
    let chosen = mask.indices.filter { mask[$0] }
    if chosen.isEmpty { return views }
    let changed = change(picked(views, chosen), chosen)
    if chosen.count == mask.count { return changed }
    return views.replacingRows(at: Tensor(chosen).to(views.device), with: changed)
  }

  private static func picked(_ images: Tensor, _ chosen: [Int]) -> Tensor {
    chosen.count == images.size(0) ? images : images.gathered(Tensor(chosen).to(images.device))
  }
}
