import Torch

/// Gaussian blur, by its standard deviation in pixels of the view.
struct BlurPart: AmountPart {
  var name: String { "blur" }
  var amount = Policy.Part(0...0, probability: 0)
  /// Views with a side below this are never blurred.
  var minimumSide = 0

  var allowed: ClosedRange<Float> { 0...20 }
  var isAlwaysWritten: Bool { true }

  func acts(side: Int) -> Bool { amount.acts(identity: 0) && side >= minimumSide }

  mutating func read(_ fields: PartReader) throws(PolicyError) {
    try fields.allow(["range", "probability", "minimum_side"])
    amount = try fields.amount()
    minimumSide = try fields.pixels("minimum_side") ?? 0
  }

  func write(to fields: inout PartWriter) throws {
    try fields.write(amount)
    try fields.write(minimumSide, forKey: "minimum_side")
  }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) {
    let sigma = amount.drawn(from: &random, identity: 0)
    view.blur = context.side >= minimumSide ? sigma : 0
  }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.blur }] }
}

extension Policy {
  /// The standard deviation of the Gaussian blur, in pixels of the view.
  public var blur: Part {
    get { self[BlurPart()].amount }
    set { self[BlurPart()].amount = newValue }
  }

  /// Views with a side below this are never blurred.
  public var blurMinimumSide: Int {
    get { self[BlurPart()].minimumSide }
    set { self[BlurPart()].minimumSide = newValue }
  }
}

extension ViewParameters {
  private static let blurPlace = PolicyParts.place(of: "blur")

  /// The blur's standard deviation in pixels of the view; 0 is none.
  public var blur: Float {
    get { self[amount: ViewParameters.blurPlace] }
    set { self[amount: ViewParameters.blurPlace] = newValue }
  }
}
