import Foundation
import Torch

/// A random part of the image.
struct CropPart: PolicyPart {
  var name: String { "crop" }
  var area: ClosedRange<Float> = 1...1
  var aspect: ClosedRange<Float> = 1...1
  var probability: Float = 1

  var isAlwaysWritten: Bool { true }

  func acts(side: Int) -> Bool { probability > 0 && (area != 1...1 || aspect != 1...1) }

  mutating func scale(by strength: Float) {
    area = area.raised(to: strength)
    aspect = aspect.raised(to: strength)
  }

  func validate() throws(PolicyError) {
    try PolicyError.check(probability, of: name)
    try PolicyError.check(area, of: "crop: area", within: 1e-4...1)
    try PolicyError.check(aspect, of: "crop: aspect", within: 0.05...20)
  }

  mutating func read(_ fields: PartReader) throws(PolicyError) {
    try fields.allow(["area", "aspect", "probability"])
    area = try fields.range("area") ?? 1...1
    aspect = try fields.range("aspect") ?? 1...1
    probability = try fields.number("probability") ?? 1
  }

  func write(to fields: inout PartWriter) throws {
    try fields.write(area, forKey: "area")
    try fields.write(aspect, forKey: "aspect")
    try fields.write(probability, forKey: "probability")
  }

  // A view's crop is in whole pixels, and kept beside the amounts.
  var untouched: [Float] { [] }

  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext
  ) {
    view.crop =
      random.chance(probability)
      ? Crop.random(of: context.source, area: area, aspect: aspect, from: &random)
      : Crop.central(of: context.source, aspect: aspect)
  }

  /// The middle and the log-area as shares of the image's, and the log-aspect.
  var factors: [ViewFactor] {
    [
      ViewFactor("crop_x") { view in
        (Float(view.crop.x) + Float(view.crop.width) / 2) / Float(view.source.width)
      },
      ViewFactor("crop_y") { view in
        (Float(view.crop.y) + Float(view.crop.height) / 2) / Float(view.source.height)
      },
      ViewFactor("crop_log_area") { view in
        let whole = Float(view.source.width) * Float(view.source.height)
        return log(Float(view.crop.width) * Float(view.crop.height) / whole)
      },
      ViewFactor("crop_log_aspect") { log(Float($0.crop.width) / Float($0.crop.height)) },
    ]
  }
}

extension Policy {
  /// The crop's share of the image's area; it is distributed as torchvision's RandomResizedCrop: area
  /// uniform, the aspect's logarithm uniform.
  public var cropArea: ClosedRange<Float> {
    get { self[CropPart()].area }
    set { self[CropPart()].area = newValue }
  }

  /// The crop's width over its height.
  public var cropAspect: ClosedRange<Float> {
    get { self[CropPart()].aspect }
    set { self[CropPart()].aspect = newValue }
  }

  /// How often the crop is random; otherwise it is the largest about the middle of an allowed aspect.
  public var cropProbability: Float {
    get { self[CropPart()].probability }
    set { self[CropPart()].probability = newValue }
  }
}
