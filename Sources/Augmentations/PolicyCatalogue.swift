import Foundation

/// The published policies, each as its authors give it at strength 1, scaled by `Policy.scaled(by:)`.
/// All trap for a strength that is not from 0 to 2; `PolicyPair.named(_:strength:)` throws.
extension Policy {
  /// SimCLR's policy for ImageNet (Chen et al., arXiv 2002.05709, appendix A): crops of 0.08 to 1 of
  /// the area, aspects ¾ to 4⁄3; jitter 0.8, 0.8, 0.8, 0.2 in 8 of 10 views; 1 of 5 grey; half of them
  /// flipped; half blurred, σ 0.1 to 2, where the view's side is 64 pixels or more.
  public static func simCLR(strength: Float = 1) -> Policy {
    var policy = Policy.cropped(name: "simclr", smallestArea: 0.08)
    policy.setJitter(brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2)
    policy.greyProbability = 0.2
    policy.blur = Part(0.1...2, probability: 0.5)
    policy.blurMinimumSide = 64
    return policy.checked(strength)
  }

  /// SimCLR's policy for CIFAR (the appendix on CIFAR-10 of the same paper): half the jitter, no blur.
  public static func simCLRSmall(strength: Float = 1) -> Policy {
    var policy = Policy.cropped(name: "simclr_small", smallestArea: 0.08)
    policy.setJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)
    policy.greyProbability = 0.2
    return policy.checked(strength)
  }

  /// MoCo v2's policy (Chen et al., arXiv 2003.04297, and its code): crops from 0.2, jitter 0.4, 0.4, 0.4,
  /// 0.1, blur in half of the views.
  public static func mocoV2(strength: Float = 1) -> Policy {
    var policy = Policy.cropped(name: "moco_v2", smallestArea: 0.2)
    policy.setJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)
    policy.greyProbability = 0.2
    policy.blur = Part(0.1...2, probability: 0.5)
    return policy.checked(strength)
  }

  /// A Lie group alone: for each generator, ε is uniform within ± its scale times `strength`. Neither
  /// crop nor flip.
  public static func lie(_ scales: [Generator: Float], strength: Float = 1) -> Policy {
    var policy = Policy(name: "lie")
    for (generator, scale) in scales {
      precondition(scale >= 0, "scale \(scale) of \(generator.rawValue)")
      policy[generator] =
        generator.isFactor
        ? Part(exp(-scale)...exp(scale), isLogarithmic: true)
        : Part(-scale...scale)
    }
    do { try policy.validate() } catch { preconditionFailure(error.description) }
    return policy.checked(strength)
  }

  /// Crops of at least `smallestArea`, aspects ¾ to 4⁄3, half of the views flipped.
  fileprivate static func cropped(name: String, smallestArea: Float) -> Policy {
    var policy = Policy(name: name)
    policy.cropArea = smallestArea...1
    policy.cropAspect = 3 / 4...4 / 3
    policy.flipProbability = 0.5
    policy.jitterProbability = 0.8
    return policy
  }

  /// ColorJitter's ranges: factors from 1 − x to 1 + x, hue from −`hue` to `hue` turns.
  fileprivate mutating func setJitter(
    brightness: Float, contrast: Float, saturation: Float, hue: Float
  ) {
    self[.brightness] = Part(1 - brightness...1 + brightness)
    self[.contrast] = Part(1 - contrast...1 + contrast)
    self[.saturation] = Part(1 - saturation...1 + saturation)
    self[.hue] = Part(-hue...hue)
  }

  fileprivate func checked(_ strength: Float) -> Policy {
    precondition(PolicyError.strengths ~= strength, PolicyError.strength(strength).description)
    return scaled(by: strength)
  }
}

/// The policies of a sample's views: `first` for those of even number, `second` for the others.
public struct PolicyPair: Sendable, Equatable {
  /// The policy of views 0, 2, ….
  public var first: Policy
  /// The policy of views 1, 3, ….
  public var second: Policy

  /// Two policies.
  public init(first: Policy, second: Policy) {
    self.first = first
    self.second = second
  }

  /// One policy for all views.
  public init(_ policy: Policy) { self.init(first: policy, second: policy) }

  /// The policy of a view.
  public subscript(view: Int) -> Policy { view.isMultiple(of: 2) ? first : second }

  /// Both policies scaled, as by `Policy.scaled(by:)`.
  public func scaled(by strength: Float) -> PolicyPair {
    PolicyPair(first: first.scaled(by: strength), second: second.scaled(by: strength))
  }

  /// The parts by which either policy ever changes a view of `side` pixels, as in `Policy.partNames`.
  public func parts(side: Int) -> [String] {
    Policy.partNames.filter { first.has($0, side: side) || second.has($0, side: side) }
  }

  /// Both policies restricted to one part, as by `Policy.restricted(to:)`.
  public func restricted(to part: String) -> PolicyPair {
    PolicyPair(first: first.restricted(to: part), second: second.restricted(to: part))
  }

  /// BYOL's two policies (Grill et al., arXiv 2006.07733, appendix B): jitter 0.4, 0.4, 0.2, 0.1; the first
  /// always blurs, the second in 1 of 10 views and solarises in 1 of 5.
  public static func byol(strength: Float = 1) -> PolicyPair {
    asymmetric(name: "byol", strength: strength)
  }

  /// Barlow Twins' two policies (Zbontar et al., arXiv 2103.03230): those of BYOL.
  public static func barlowTwins(strength: Float = 1) -> PolicyPair {
    asymmetric(name: "barlow_twins", strength: strength)
  }

  /// VICReg's two policies as in its published code: those of BYOL. (The paper's text, arXiv
  /// 2105.04906, gives both views blur in half and solarisation in 1 of 10.)
  public static func vicReg(strength: Float = 1) -> PolicyPair {
    asymmetric(name: "vicreg", strength: strength)
  }

  private static func asymmetric(name: String, strength: Float) -> PolicyPair {
    var first = Policy.cropped(name: name, smallestArea: 0.08)
    first.setJitter(brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1)
    first.greyProbability = 0.2
    first.blur = Policy.Part(0.1...2)
    var second = first
    second.blur.probability = 0.1
    second.solariseProbability = 0.2
    return PolicyPair(first: first.checked(strength), second: second.checked(strength))
  }

  private static let catalogue: [(name: String, make: @Sendable (Float) -> PolicyPair)] = [
    ("simclr", { PolicyPair(.simCLR(strength: $0)) }),
    ("simclr_small", { PolicyPair(.simCLRSmall(strength: $0)) }),
    ("moco_v2", { PolicyPair(.mocoV2(strength: $0)) }),
    ("byol", { byol(strength: $0) }),
    ("barlow_twins", { barlowTwins(strength: $0) }),
    ("vicreg", { vicReg(strength: $0) }),
    ("identity", { _ in PolicyPair(Policy()) }),
  ]

  /// The names that `named(_:strength:)` knows.
  public static let names = catalogue.map(\.name)

  /// The policies of a name, at a strength.
  ///
  /// - Throws: `PolicyError` for an unknown name, which suggests the nearest one, and for a strength
  ///   that is not from 0 to 2.
  public static func named(_ name: String, strength: Float = 1) throws(PolicyError) -> PolicyPair {
    guard PolicyError.strengths ~= strength else { throw .strength(strength) }
    guard let entry = catalogue.first(where: { $0.name == name }) else {
      throw .unknownPolicy(name)
    }
    return entry.make(strength)
  }
}
