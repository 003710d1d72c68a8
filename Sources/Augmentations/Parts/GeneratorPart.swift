import Foundation
import Torch

/// A generator of the plane or of colours. Its amount is the coefficient ε, but for brightness, contrast
/// and saturation, where it is the factor e^ε.
struct GeneratorPart: AmountPart {
  let generator: Generator
  var amount: Policy.Part

  init(_ generator: Generator) {
    self.generator = generator
    amount = Policy.Part.always(generator.identityAmount)
  }

  var name: String { generator.rawValue }
  var identity: Float { generator.identityAmount }
  var companions: [String] { generator.isGeometric ? [] : ["jitter"] }

  var allowed: ClosedRange<Float> {
    amount.isLogarithmic ? 0.05...20 : generator.allowedAmounts
  }

  mutating func scale(by strength: Float) {
    if amount.isLogarithmic {
      amount.range = amount.range.raised(to: strength)
    } else if generator.isFactor {
      amount.range = amount.range.mapBounds { max(0, 1 + ($0 - 1) * strength) }
    } else if generator == .hue {
      amount.range = amount.range.mapBounds { min(max($0 * strength, -0.5), 0.5) }
    } else {
      amount.range = amount.range.mapBounds { $0 * strength }
    }
  }

  mutating func read(_ fields: PartReader) throws(PolicyError) {
    try fields.allow(["range", "probability"] + (generator.isFactor ? ["logarithmic"] : []))
    amount = try fields.amount()
    amount.isLogarithmic = try fields.flag("logarithmic") ?? false
  }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) {
    let drawn = amount.drawn(from: &random, identity: identity)
    view[amountOf: generator] = generator.isGeometric || context.isJittered ? drawn : identity
  }

  var factors: [ViewFactor] {
    [ViewFactor(name, generator.kind) { [generator] in $0[amountOf: generator] }]
  }
}

extension Policy {
  /// The part of one generator. The amount of a geometric generator and of hue is its coefficient ε;
  /// that of brightness, contrast and saturation is the factor e^ε.
  public subscript(generator: Generator) -> Part {
    get { self[GeneratorPart(generator)].amount }
    set { self[GeneratorPart(generator)].amount = newValue }
  }
}

extension ViewParameters {
  private static let places = Generator.allCases.map { PolicyParts.place(of: $0.rawValue) }

  /// A generator's coefficient, or factor where it has one.
  fileprivate subscript(amountOf generator: Generator) -> Float {
    get { self[amount: ViewParameters.places[generator.index]] }
    set { self[amount: ViewParameters.places[generator.index]] = newValue }
  }

  /// What all channels were multiplied by.
  public var brightness: Float {
    get { self[amountOf: .brightness] }
    set { self[amountOf: .brightness] = newValue }
  }

  /// What the distance from the warped image's mean grey was multiplied by.
  public var contrast: Float {
    get { self[amountOf: .contrast] }
    set { self[amountOf: .contrast] = newValue }
  }

  /// What the distance from each pixel's own grey was multiplied by.
  public var saturation: Float {
    get { self[amountOf: .saturation] }
    set { self[amountOf: .saturation] = newValue }
  }

  /// Turns of the chroma plane.
  public var hue: Float {
    get { self[amountOf: .hue] }
    set { self[amountOf: .hue] = newValue }
  }

  /// A generator's coefficient ε: 0 where it did nothing. That of brightness, contrast and saturation
  /// is the logarithm of their factor.
  public subscript(generator: Generator) -> Float {
    get { generator.isFactor ? log(self[amountOf: generator]) : self[amountOf: generator] }
    set { self[amountOf: generator] = generator.isFactor ? exp(newValue) : newValue }
  }

  /// Whether a generator of geometry acted.
  public var isWarped: Bool { Generator.geometric.contains { self[amountOf: $0] != 0 } }

  /// Σ ε_k·G_k over the generators of geometry.
  var planeElement: AffineMap {
    var sum = AffineMap.zero
    for generator in Generator.geometric where self[amountOf: generator] != 0 {
      guard let element = generator.planeElement else { continue }
      sum = sum.adding(element.scaled(by: Double(self[amountOf: generator])))
    }
    return sum
  }
}
