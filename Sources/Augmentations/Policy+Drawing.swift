import Foundation
import Torch

extension Policy {
  /// What one view of one image is subjected to: a function of its arguments and the policy alone.
  ///
  /// Every part takes its random numbers whether it acts or not, so the same view under two policies
  /// or strengths comes of the same numbers; only the crop, which is drawn last, takes as many as it
  /// needs.
  ///
  /// - Parameters:
  ///   - source: the size of the stored image.
  ///   - side: the side of the view, which decides whether it may be blurred.
  public func parameters(
    seed: UInt64, epoch: Int, sample: Int, view: Int, source: ImageSize, side: Int
  ) -> ViewParameters {
    // The tag keeps views apart from what else draws by (seed, epoch, sample).
    let tag: UInt32 = 0x5600_0000
    var random = CounterRandom(
      seed: seed, UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: sample),
      UInt32(truncatingIfNeeded: view) ^ tag)
    var parameters = ViewParameters(of: source)
    parameters.border = border
    parameters.isFlipped = random.chance(flipProbability)
    let isJittered = random.chance(jitterProbability)
    for generator in Generator.allCases {
      let drawn = self[generator].drawn(from: &random, identity: generator.identityAmount)
      let amount = generator.isGeometric || isJittered ? drawn : generator.identityAmount
      switch generator {
      case .brightness: parameters.brightness = amount
      case .contrast: parameters.contrast = amount
      case .saturation: parameters.saturation = amount
      default: parameters[generator] = amount
      }
    }
    parameters.isGrey = random.chance(greyProbability)
    let sigma = blur.drawn(from: &random, identity: 0)
    parameters.blur = side >= blurMinimumSide ? sigma : 0
    parameters.isSolarised = random.chance(solariseProbability)
    parameters.noise = noise.drawn(from: &random, identity: 0)
    let noiseSeed = random.next()
    if parameters.noise > 0 { parameters.noiseSeed = noiseSeed }
    let square = cutout.drawn(from: &random, identity: 0)
    let (x, y) = (random.uniform(), random.uniform())
    if square > 0 { parameters.cutout = ViewParameters.Cutout(x: x, y: y, side: square) }
    parameters.crop =
      random.chance(cropProbability)
      ? Crop.random(of: source, area: cropArea, aspect: cropAspect, from: &random)
      : Crop.central(of: source, aspect: cropAspect)
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

extension Policy.Part {
  /// The part's amount, or `identity` where it does not act. Takes two words in either case.
  fileprivate func drawn(from random: inout CounterRandom, identity: Float) -> Float {
    let acts = random.chance(probability)
    let place = random.uniform()
    guard acts else { return identity }
    if isLogarithmic {
      let lower = log(range.lowerBound)
      return exp(lower + (log(range.upperBound) - lower) * place)
    }
    return range.lowerBound + (range.upperBound - range.lowerBound) * place
  }
}
