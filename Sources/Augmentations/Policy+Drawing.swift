import Records
import Torch

extension Policy {
  /// What one view of one image is subjected to: a function of its arguments and the policy alone.
  ///
  /// Every part takes its random numbers whether it acts or not, so the same view under two policies
  /// or strengths comes of the same numbers; only the crop, which is drawn last, takes as many as it
  /// needs.
  ///
  /// - Parameters:
  ///   - seed: the run's.
  ///   - epoch: from 0.
  ///   - sample: the image's place in the data set.
  ///   - view: which view of it, from 0.
  ///   - source: the size of the stored image.
  ///   - side: the side of the view, which decides whether it may be blurred.
  public func parameters(
    seed: UInt64, epoch: Int, sample: Int, view: Int, source: ImageSize, side: Int
  ) -> ViewParameters {
    // The tag keeps views apart from what else draws by (seed, epoch, sample).
    let tag: UInt32 = 0x5600_0000
    func stream(_ seed: UInt64) -> CounterRandom {
      CounterRandom(
        seed: seed, UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: sample),
        UInt32(truncatingIfNeeded: view) ^ tag)
    }
    var parameters = ViewParameters(of: source)
    parameters.border = border
    var context = DrawContext(source: source, side: side)
    var random = stream(seed)
    for index in PolicyParts.drawnTogether {
      parts[index].draw(into: &parameters, from: &random, &context)
    }
    for index in PolicyParts.drawnApart where parts[index].acts(side: side) {
      var own = stream(seed ^ FNV1a(parts[index].name).value)
      parts[index].draw(into: &parameters, from: &own, &context)
    }
    return parameters
  }
}

extension PolicyPair {
  /// The parameters of one view of each of several samples whose images are of one size.
  public func parameters(
    seed: UInt64, epoch: Int, samples: [Int], view: Int, source: ImageSize, side: Int
  ) -> [ViewParameters] {
    let policy = self[view]
    return samples.map {
      policy.parameters(
        seed: seed, epoch: epoch, sample: $0, view: view, source: source, side: side)
    }
  }
}
