import Torch

/// Replacing colours by their grey.
struct GreyPart: ChancePart, ColourPart {
  var name: String { "grey" }
  var probability: Float = 0

  var isAlwaysWritten: Bool { true }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) { view.isGrey = random.chance(probability) }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.isGrey ? 1 : 0 }] }

  func colourMap(of view: ViewParameters) -> ColourMap? { view.isGrey ? .grey : nil }
}

extension Policy {
  /// How often a view is grey.
  public var greyProbability: Float {
    get { self[GreyPart()].probability }
    set { self[GreyPart()].probability = newValue }
  }
}

extension ViewParameters {
  private static let greyPlace = PolicyParts.place(of: "grey")

  /// Whether colours were replaced by their grey.
  public var isGrey: Bool {
    get { self[amount: ViewParameters.greyPlace] != 0 }
    set { self[amount: ViewParameters.greyPlace] = newValue ? 1 : 0 }
  }
}
