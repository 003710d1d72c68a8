import Foundation
import Torch

/// Fewer levels a channel, by how many of a level's eight bits are lost: torchvision's `posterize` for
/// whole numbers. Of the 256 levels every 2^bits-th is left, and a channel goes to the next one below.
struct PosterisePart: AmountPart, FinishingPart {
  var name: String { "posterise" }
  var amount = Policy.Part(0...0, probability: 0)

  var allowed: ClosedRange<Float> { 0...7 }
  var limit: Float { 7 }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) { view.posterise = amount.drawn(from: &random, identity: 0) }

  var factors: [ViewFactor] { [ViewFactor(name) { $0.posterise }] }

  func acts(on view: ViewParameters) -> Bool { view.posterise > 0 }

  func finisher(of view: ViewParameters, side: Int) -> any RowFinisher {
    Finisher(step: exp2(view.posterise), floats: 3 * side)
  }

  func finish(_ views: Tensor, _ parameters: [ViewParameters]) -> Tensor {
    func column(_ values: [Float]) -> Tensor {
      Tensor(values, shape: [values.count, 1, 1, 1]).to(views.device)
    }
    let steps = column(parameters.map { exp2($0.posterise) })
    // The nearest level first: a stored one may lie a hair below itself. Division by a tensor is correctly
    // rounded on every device.
    let levels = floor(views * 255 + 0.5)
    return floor(levels / steps) * steps / column([255])
  }

  private struct Finisher: RowFinisher {
    let step: Float
    let floats: Int

    func finish(_ row: Row, _ y: Int) {
      for index in 0..<floats {
        let level = (row[index] * 255 + 0.5).rounded(.down)
        row[index] = (level / step).rounded(.down) * step / 255
      }
    }
  }
}

extension Policy {
  /// How many of a level's eight bits are lost.
  public var posterise: Part {
    get { self[PosterisePart()].amount }
    set { self[PosterisePart()].amount = newValue }
  }
}

extension ViewParameters {
  private static let posterisePlace = PolicyParts.place(of: "posterise")

  /// How many of a level's eight bits were lost; 0 is none.
  public var posterise: Float {
    get { self[amount: ViewParameters.posterisePlace] }
    set { self[amount: ViewParameters.posterisePlace] = newValue }
  }
}
