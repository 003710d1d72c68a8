import Foundation
import Torch

/// A part that acts by an amount, drawn from a range.
protocol AmountPart: PolicyPart {
  /// The range and how often it acts.
  var amount: Policy.Part { get set }

  /// The amounts that a policy may draw from at strength 1.
  var allowed: ClosedRange<Float> { get }

  /// The most that strength may make of the range.
  var limit: Float { get }

  /// The amount that changes nothing.
  var identity: Float { get }
}

extension AmountPart {
  var limit: Float { .infinity }

  var identity: Float { 0 }

  func acts(side: Int) -> Bool { amount.acts(identity: identity) }

  /// The upper bound times `strength`, the lower one at most that.
  mutating func scale(by strength: Float) {
    let upper = min(amount.range.upperBound * strength, limit)
    amount.range = min(amount.range.lowerBound, upper)...upper
  }

  func validate() throws(PolicyError) {
    try PolicyError.check(amount.probability, of: name)
    try PolicyError.check(amount.range, of: name, within: allowed)
  }

  mutating func read(_ fields: PartReader) throws(PolicyError) {
    try fields.allow(["range", "probability"])
    amount = try fields.amount()
  }

  func write(to fields: inout PartWriter) throws { try fields.write(amount) }

  var untouched: [Float] { [identity] }
}

extension Policy.Part {
  func acts(identity: Float) -> Bool { probability > 0 && range != identity...identity }

  /// The part's amount, or `identity` where it does not act. Takes two words in either case.
  func drawn(from random: inout CounterRandom, identity: Float) -> Float {
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

extension ClosedRange<Float> {
  func mapBounds(_ transform: (Float) -> Float) -> ClosedRange<Float> {
    transform(lowerBound)...transform(upperBound)
  }

  func raised(to power: Float) -> ClosedRange<Float> { mapBounds { pow($0, power) } }
}
