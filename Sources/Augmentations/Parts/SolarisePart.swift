import Torch

/// Inverting channels above ½.
struct SolarisePart: ChancePart, FinishingPart {
  var name: String { "solarise" }
  var probability: Float = 0

  var isAlwaysWritten: Bool { true }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) { view.isSolarised = random.chance(probability) }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.isSolarised ? 1 : 0 }] }

  func acts(on view: ViewParameters) -> Bool { view.isSolarised }

  func finisher(of view: ViewParameters, side: Int) -> any RowFinisher {
    Finisher(floats: 3 * side)
  }

  func finish(_ views: Tensor, _ parameters: [ViewParameters]) -> Tensor {
    // Above ½ a channel is inverted, so the smaller of the two is left.
    minimum(views, 1 - views)
  }

  private struct Finisher: RowFinisher {
    let floats: Int

    func finish(_ row: Row, _ y: Int) {
      for index in 0..<floats { row[index] = row[index] > 0.5 ? 1 - row[index] : row[index] }
    }
  }
}

extension Policy {
  /// How often channels above ½ are inverted.
  public var solariseProbability: Float {
    get { self[SolarisePart()].probability }
    set { self[SolarisePart()].probability = newValue }
  }
}

extension ViewParameters {
  private static let solarisePlace = PolicyParts.place(of: "solarise")

  /// Whether channels above ½ were inverted.
  public var isSolarised: Bool {
    get { self[amount: ViewParameters.solarisePlace] != 0 }
    set { self[amount: ViewParameters.solarisePlace] = newValue ? 1 : 0 }
  }
}
