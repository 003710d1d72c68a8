/// A distribution over augmentations of an image: what may be done to it, how often, and how much.
///
/// A policy is given at strength 1 and scaled to another by `scaled(by:)`. Views are drawn from it by
/// `parameters(seed:epoch:sample:view:source:side:)` and rendered by `TensorViews` or `FusedViews`, in
/// this order: crop, flip and warp as one map of the plane; jitter and grey as one map of colours,
/// then one clamp to [0, 1]; blur; solarisation; posterisation; noise; cutout.
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

  /// What a view shows where it looks beyond the image.
  public var border = Border.reflect

  /// The parts in the order of `PolicyParts.all`.
  var parts = PolicyParts.all

  /// The policy that leaves images as they are.
  public init(name: String = "identity") { self.name = name }

  /// The policy's settings of a part.
  subscript<Kind: PolicyPart>(part: Kind) -> Kind {
    get { PolicyParts.index(of: part.name).flatMap { parts[$0] as? Kind } ?? part }
    set { if let index = PolicyParts.index(of: part.name) { parts[index] = newValue } }
  }

  /// Whether two policies do the same, and are called the same.
  public static func == (first: Policy, second: Policy) -> Bool {
    first.name == second.name && first.border == second.border
      && zip(first.parts, second.parts).allSatisfy { $0.isEqual(to: $1) }
  }

  /// This policy with every part's reach multiplied by `strength`.
  ///
  /// | part | at strength s |
  /// | --- | --- |
  /// | crop area, aspect, logarithmic factors | the range's bounds to the power s |
  /// | geometric generators, hue | the bounds times s; hue within half a turn |
  /// | brightness, contrast, saturation | the bounds' distance from 1 times s; not below 0 |
  /// | blur, noise | the upper bound times s, the lower one at most that |
  /// | cutout, posterisation | the same, at most 1 and at most 7 |
  /// | flip | its probability times s, at most ½ (or what it is at 1) |
  /// | grey, solarisation | the probability times s, at most 1 |
  /// | the other probabilities | as they are |
  ///
  /// At 0 this is the identity. More strength never narrows a range or makes a part rarer.
  public func scaled(by strength: Float) -> Policy {
    var policy = self
    for index in policy.parts.indices { policy.parts[index].scale(by: strength) }
    return policy
  }
}

extension Policy {
  /// The parts of a policy, in the order in which they act: crop, flip, the generators, and the others.
  /// They are the PART of the figures `invariance.PART`.
  public static let partNames = PolicyParts.all.filter(\.standsAlone).map(\.name)

  /// Whether a part ever changes a view of `side` pixels. Traps for a name that is not in `partNames`.
  public func has(_ part: String, side: Int) -> Bool {
    let part = self.part(part)
    return part.acts(side: side)
      && part.companions.allSatisfy { self.part($0).acts(side: side) }
  }

  /// The policy that does what this one does by one of its parts, as often and as much, and nothing else.
  /// Traps for a name that is not in `partNames`.
  ///
  /// A generator of colour keeps the probability that colours are changed at all.
  public func restricted(to part: String) -> Policy {
    var policy = Policy(name: "\(name), \(part) alone")
    policy.border = border
    let kept = [part] + self.part(part).companions
    for index in parts.indices where kept.contains(parts[index].name) {
      policy.parts[index] = parts[index]
    }
    return policy
  }

  private func part(_ name: String) -> any PolicyPart {
    guard let index = PolicyParts.index(of: name) else {
      preconditionFailure("no part of a policy is called '\(name)'")
    }
    return parts[index]
  }
}
