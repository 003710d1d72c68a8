import Torch

/// Gaussian noise, by its standard deviation.
struct NoisePart: AmountPart, FinishingPart {
  var name: String { "noise" }
  var amount = Policy.Part(0...0, probability: 0)

  var allowed: ClosedRange<Float> { 0...1 }
  var isAlwaysWritten: Bool { true }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) {
    view.noise = amount.drawn(from: &random, identity: 0)
    let seed = random.next()
    if view.noise > 0 { view.noiseSeed = seed }
  }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.noise }] }

  func acts(on view: ViewParameters) -> Bool { view.noise > 0 }

  func finisher(of view: ViewParameters, side: Int) -> any RowFinisher {
    Finisher(noise: NoiseStream(view), floats: 3 * side)
  }

  func finish(_ views: Tensor, _ parameters: [ViewParameters]) -> Tensor {
    let side = views.size(3)
    let values = parameters.flatMap { view in
      var noise = NoiseStream(view)
      return (0..<side * side * 3).map { _ in noise.next() }
    }
    let fields = Tensor(values, shape: [parameters.count, side, side, 3]).permuted([0, 3, 1, 2])
    return (views + fields.to(views.device)).clamped(min: 0, max: 1)
  }

  private struct Finisher: RowFinisher {
    var noise: NoiseStream
    let floats: Int

    mutating func finish(_ row: Row, _ y: Int) {
      for index in 0..<floats { row[index] = min(max(row[index] + noise.next(), 0), 1) }
    }
  }
}

/// The noise of one view, channel after channel, pixel after pixel, row after row.
private struct NoiseStream {
  private var random: CounterRandom
  private let scale: Float

  init(_ view: ViewParameters) {
    random = CounterRandom(seed: view.noiseSeed)
    scale = view.noise
  }

  mutating func next() -> Float { random.normal() * scale }
}

extension Policy {
  /// The standard deviation of Gaussian noise, of the channels' range [0, 1].
  public var noise: Part {
    get { self[NoisePart()].amount }
    set { self[NoisePart()].amount = newValue }
  }
}

extension ViewParameters {
  private static let noisePlace = PolicyParts.place(of: "noise")

  /// The standard deviation of the noise.
  public var noise: Float {
    get { self[amount: ViewParameters.noisePlace] }
    set { self[amount: ViewParameters.noisePlace] = newValue }
  }
}
