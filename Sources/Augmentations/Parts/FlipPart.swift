import Torch

/// Mirroring left to right.
struct FlipPart: ChancePart {
  var name: String { "flip" }
  var probability: Float = 0

  var isAlwaysWritten: Bool { true }

  // A half is what tells least about the image; a policy may want more at strength 1.
  var mostLikely: Float { max(probability, 0.5) }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) { view.isFlipped = random.chance(probability) }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.isFlipped ? 1 : 0 }] }
}

extension Policy {
  /// How often a view is mirrored left to right.
  public var flipProbability: Float {
    get { self[FlipPart()].probability }
    set { self[FlipPart()].probability = newValue }
  }
}

extension ViewParameters {
  private static let flipPlace = PolicyParts.place(of: "flip")

  /// Whether the crop was mirrored left to right, before the warp.
  public var isFlipped: Bool {
    get { self[amount: ViewParameters.flipPlace] != 0 }
    set { self[amount: ViewParameters.flipPlace] = newValue ? 1 : 0 }
  }
}
