import Foundation

/// A distribution over augmentations of an image: what may be done to it, how often, and how much.
///
/// A policy is given at strength 1 and scaled to another by `scaled(by:)`. Views are drawn from it by
/// `parameters(seed:epoch:sample:view:source:side:)` and rendered by `TensorViews` or `FusedViews`, in
/// this order: crop, flip and warp as one map of the plane; jitter and grey as one map of colours,
/// then one clamp to [0, 1]; blur; solarisation; noise; cutout.
public struct Policy: Sendable, Equatable {
  /// A part's amount, drawn uniformly from a range, and how often it acts.
  public struct Part: Sendable, Equatable {
    /// Where amounts are drawn from.
    public var range: ClosedRange<Float>
    /// How often the part acts; otherwise its amount is the identity.
    public var probability: Float
    /// Whether the amount's logarithm is uniform, and not the amount itself.
    public var isLogarithmic: Bool

    /// A part with its range and probability.
    public init(_ range: ClosedRange<Float>, probability: Float = 1, isLogarithmic: Bool = false) {
      self.range = range
      self.probability = probability
      self.isLogarithmic = isLogarithmic
    }

    /// A part that leaves images as they are: `identity` always.
    static func always(_ identity: Float) -> Part { Part(identity...identity) }
  }

  /// The policy's name, for records.
  public var name: String

  /// The crop's share of the image's area and its aspect (width over height), distributed as
  /// torchvision's RandomResizedCrop: area uniform, the aspect's logarithm uniform.
  public var cropArea: ClosedRange<Float> = 1...1
  /// The crop's width over its height.
  public var cropAspect: ClosedRange<Float> = 1...1
  /// How often the crop is random; otherwise it is the largest about the middle of an allowed aspect.
  public var cropProbability: Float = 1

  /// How often a view is mirrored left to right.
  public var flipProbability: Float = 0

  /// How often the four generators of colour act at all, together; each has its own probability too.
  public var jitterProbability: Float = 1

  /// How often a view is grey.
  public var greyProbability: Float = 0

  /// The standard deviation of the Gaussian blur, in pixels of the view.
  public var blur = Part(0...0, probability: 0)
  /// Views with a side below this are never blurred.
  public var blurMinimumSide = 0

  /// How often channels above ½ are inverted.
  public var solariseProbability: Float = 0

  /// The standard deviation of Gaussian noise, of the channels' range [0, 1].
  public var noise = Part(0...0, probability: 0)

  /// The side of a square that is painted grey, as a share of the view's side.
  public var cutout = Part(0...0, probability: 0)

  /// What a view shows where it looks beyond the image.
  public var border = Border.reflect

  private var generators = Generator.allCases.map { Part.always($0.identityAmount) }

  /// The policy that leaves images as they are.
  public init(name: String = "identity") { self.name = name }

  /// The part of one generator. The amount of a geometric generator and of hue is its coefficient ε;
  /// that of brightness, contrast and saturation is the factor e^ε.
  public subscript(generator: Generator) -> Part {
    get { generators[generator.index] }
    set { generators[generator.index] = newValue }
  }

  /// This policy with every part's reach multiplied by `strength`.
  ///
  /// | part | at strength s |
  /// | --- | --- |
  /// | crop area, aspect, logarithmic factors | the range's bounds to the power s |
  /// | geometric generators, hue | the bounds times s; hue within half a turn |
  /// | brightness, contrast, saturation | the bounds' distance from 1 times s; not below 0 |
  /// | blur, noise, cutout | the upper bound times s, the lower one at most that; cutout at most 1 |
  /// | flip | its probability times s, at most ½ (or what it is at 1) |
  /// | grey, solarisation | the probability times s, at most 1 |
  /// | the other probabilities | as they are |
  ///
  /// At 0 this is the identity. More strength never narrows a range or makes a part rarer.
  public func scaled(by strength: Float) -> Policy {
    var policy = self
    policy.cropArea = cropArea.raised(to: strength)
    policy.cropAspect = cropAspect.raised(to: strength)
    policy.flipProbability = min(flipProbability * strength, max(flipProbability, 0.5))
    for generator in Generator.allCases {
      policy[generator] = self[generator].scaled(by: strength, as: generator)
    }
    policy.greyProbability = min(greyProbability * strength, 1)
    policy.blur = blur.magnitudeScaled(by: strength, limit: .infinity)
    policy.solariseProbability = min(solariseProbability * strength, 1)
    policy.noise = noise.magnitudeScaled(by: strength, limit: .infinity)
    policy.cutout = cutout.magnitudeScaled(by: strength, limit: 1)
    return policy
  }
}

extension Generator {
  /// The amount that changes nothing: factor 1 for brightness, contrast and saturation, else 0.
  var identityAmount: Float { isFactor ? 1 : 0 }

  /// Whether the amount is a factor e^ε, and not the coefficient ε.
  var isFactor: Bool { self == .brightness || self == .contrast || self == .saturation }
}

extension Policy.Part {
  fileprivate func scaled(by strength: Float, as generator: Generator) -> Policy.Part {
    var part = self
    if isLogarithmic {
      part.range = range.raised(to: strength)
    } else if generator.isFactor {
      part.range = range.mapBounds { max(0, 1 + ($0 - 1) * strength) }
    } else if generator == .hue {
      part.range = range.mapBounds { min(max($0 * strength, -0.5), 0.5) }
    } else {
      part.range = range.mapBounds { $0 * strength }
    }
    return part
  }

  fileprivate func magnitudeScaled(by strength: Float, limit: Float) -> Policy.Part {
    var part = self
    let upper = min(range.upperBound * strength, limit)
    part.range = min(range.lowerBound, upper)...upper
    return part
  }
}

extension ClosedRange<Float> {
  fileprivate func mapBounds(_ transform: (Float) -> Float) -> ClosedRange<Float> {
    transform(lowerBound)...transform(upperBound)
  }

  fileprivate func raised(to power: Float) -> ClosedRange<Float> {
    mapBounds { pow($0, power) }
  }
}
