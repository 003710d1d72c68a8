/// One line of `geometry.jsonl`: one layer at one measured epoch, flat, with `step` and `epoch`
/// beside the figures.
public struct GeometryRecord: Sendable, Equatable {
  /// Optimisation steps done.
  public var step: Int
  /// Passes over the data set done.
  public var epoch: Double
  /// What was measured.
  public var figures: LayerFigures

  /// What was measured at one layer after `step` steps.
  public init(step: Int, epoch: Double, figures: LayerFigures) {
    self.step = step
    self.epoch = epoch
    self.figures = figures
  }
}

extension GeometryRecord: Codable {
  private enum CodingKeys: String, CodingKey { case step, epoch, layer }

  /// Reads the flat form; the layer must be named.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    step = try container.decodeCount(forKey: .step)
    epoch = try container.decode(Double.self, forKey: .epoch)
    // Unlike in a summary, nothing around a line names its layer.
    guard container.contains(.layer) else {
      throw DecodingError.keyNotFound(
        CodingKeys.layer, .init(codingPath: decoder.codingPath, debugDescription: "no layer"))
    }
    figures = try LayerFigures(from: decoder)
  }

  /// Writes the flat form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(step, forKey: .step)
    try container.encode(epoch, forKey: .epoch)
    try figures.encode(to: encoder)
  }
}
