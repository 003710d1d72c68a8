/// A part that acts or does not, with nothing to be drawn beside that.
protocol ChancePart: PolicyPart {
  /// How often it acts.
  var probability: Float { get set }

  /// How likely strength may make it, at most.
  var mostLikely: Float { get }
}

extension ChancePart {
  var mostLikely: Float { 1 }

  func acts(side: Int) -> Bool { probability > 0 }

  mutating func scale(by strength: Float) { probability = min(probability * strength, mostLikely) }

  func validate() throws(PolicyError) { try PolicyError.check(probability, of: name) }

  mutating func read(_ fields: PartReader) throws(PolicyError) {
    try fields.allow(["probability"])
    probability = try fields.required("probability")
  }

  func write(to fields: inout PartWriter) throws {
    try fields.write(probability, forKey: "probability")
  }

  var untouched: [Float] { [0] }
}
