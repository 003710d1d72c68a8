import Torch

/// Whether the generators of colour act at all, together; each has its own probability too.
struct JitterPart: ChancePart {
  var name: String { "jitter" }
  var probability: Float = 1

  var isAlwaysWritten: Bool { true }
  var standsAlone: Bool { false }

  mutating func scale(by strength: Float) {}

  var untouched: [Float] { [] }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) { context.isJittered = random.chance(probability) }

  var factors: [ViewFactor] { [] }
}

extension Policy {
  /// How often the four generators of colour act at all, together; each has its own probability too.
  public var jitterProbability: Float {
    get { self[JitterPart()].probability }
    set { self[JitterPart()].probability = newValue }
  }
}
