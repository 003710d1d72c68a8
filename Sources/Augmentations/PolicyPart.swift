/// One thing that a policy does to an image: what can be looked at alone.
public enum PolicyPart: Sendable, Hashable {
  /// A random part of the image.
  case crop
  /// Mirroring.
  case flip
  /// A generator of the plane or of colours.
  case generator(Generator)
  /// Replacing colours by their grey.
  case grey
  /// Gaussian blur.
  case blur
  /// Inverting channels above ½.
  case solarise
  /// Gaussian noise.
  case noise
  /// Hiding a square.
  case cutout

  /// Every part, in the order in which they act.
  public static let all: [PolicyPart] =
    [.crop, .flip] + Generator.allCases.map(PolicyPart.generator)
    + [.grey, .blur, .solarise, .noise, .cutout]

  /// The part's name in figures' keys: a generator's own.
  public var name: String {
    switch self {
    case .generator(let generator): generator.rawValue
    default: "\(self)"
    }
  }
}

extension Policy {
  /// Whether a part ever changes a view of `side` pixels.
  public func has(_ part: PolicyPart, side: Int) -> Bool {
    switch part {
    case .crop: cropProbability > 0 && (cropArea != 1...1 || cropAspect != 1...1)
    case .flip: flipProbability > 0
    case .generator(let generator):
      self[generator].acts(identity: generator.identityAmount)
        && (generator.isGeometric || jitterProbability > 0)
    case .grey: greyProbability > 0
    case .blur: blur.acts(identity: 0) && side >= blurMinimumSide
    case .solarise: solariseProbability > 0
    case .noise: noise.acts(identity: 0)
    case .cutout: cutout.acts(identity: 0)
    }
  }

  /// The policy that does what this one does by one of its parts, as often and as much, and nothing else.
  ///
  /// A generator of colour keeps the probability that colours are changed at all.
  public func restricted(to part: PolicyPart) -> Policy {
    var policy = Policy(name: "\(name), \(part.name) alone")
    policy.border = border
    switch part {
    case .crop:
      policy.cropArea = cropArea
      policy.cropAspect = cropAspect
      policy.cropProbability = cropProbability
    case .flip: policy.flipProbability = flipProbability
    case .generator(let generator):
      policy[generator] = self[generator]
      policy.jitterProbability = jitterProbability
    case .grey: policy.greyProbability = greyProbability
    case .blur:
      policy.blur = blur
      policy.blurMinimumSide = blurMinimumSide
    case .solarise: policy.solariseProbability = solariseProbability
    case .noise: policy.noise = noise
    case .cutout: policy.cutout = cutout
    }
    return policy
  }
}

extension Policy.Part {
  fileprivate func acts(identity: Float) -> Bool {
    probability > 0 && range != identity...identity
  }
}

extension PolicyPair {
  /// The parts by which either policy ever changes a view of `side` pixels.
  public func parts(side: Int) -> [PolicyPart] {
    PolicyPart.all.filter { first.has($0, side: side) || second.has($0, side: side) }
  }

  /// Both policies restricted to one part, as by `Policy.restricted(to:)`.
  public func restricted(to part: PolicyPart) -> PolicyPair {
    PolicyPair(first: first.restricted(to: part), second: second.restricted(to: part))
  }
}
