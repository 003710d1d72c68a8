import Datasets
import Torch

/// One thing that a policy does to images, declared once: its settings in a policy, how strength scales
/// them, how a view's own amounts are drawn from them, and what they do to the view.
///
/// A part is a file with a type that conforms to this, and an entry in `PolicyParts.all`. Policies, their
/// configuration files, views, decoded factors and the invariance of each part follow from that.
///
/// What a part does to a view it says by one more conformance: `ColourPart` for a map of colours,
/// `FinishingPart` for what happens to finished rows. Crop, flip and the generators of the plane make up
/// `ViewGeometry`, and the generators of colour `ColourMap.jitter`; blur alone is a step of the renderers,
/// which need all of a view for it. Most parts are a `ChancePart` or an `AmountPart`, and have little to
/// say beyond that.
protocol PolicyPart: Sendable, Equatable {
  /// The part's name in configuration files and in the keys of figures.
  var name: String { get }

  /// Whether the part ever changes a view of `side` pixels.
  func acts(side: Int) -> Bool

  /// Other parts without which this one never acts: they stay when a policy is restricted to it.
  var companions: [String] { get }

  /// Whether the part does anything that can be looked at alone.
  var standsAlone: Bool { get }

  /// Multiplies the part's reach.
  mutating func scale(by strength: Float)

  /// Checks the settings against what the part takes.
  func validate() throws(PolicyError)

  /// Takes the settings that a configuration file has under the part's name.
  mutating func read(_ fields: PartReader) throws(PolicyError)

  /// Writes the settings as `read` takes them.
  func write(to fields: inout PartWriter) throws

  /// Whether a policy that never uses the part writes its settings all the same.
  var isAlwaysWritten: Bool { get }

  /// The numbers that a view keeps of the part, as they are where it did nothing.
  var untouched: [Float] { get }

  /// Draws what the part does to one view. It takes the same random numbers whether it acts or not, so
  /// that views under two policies or strengths come of the same ones.
  func draw(
    into view: inout ViewParameters, from random: inout CounterRandom,
    _ context: inout DrawContext)

  /// What of a view embeddings can be asked about.
  var factors: [ViewFactor] { get }
}

extension PolicyPart {
  var companions: [String] { [] }

  var standsAlone: Bool { true }

  var isAlwaysWritten: Bool { false }

  func isEqual(to other: any PolicyPart) -> Bool { other as? Self == self }
}

/// What is known of a view while its parts are drawn.
struct DrawContext {
  /// The size of the stored image.
  let source: ImageSize
  /// The side of the view.
  let side: Int
  /// Whether the view's colours are changed by generators at all.
  var isJittered = true
}

/// One number of a view that embeddings can be asked about.
public struct ViewFactor: Sendable {
  /// The name in the keys of figures.
  public let name: String
  /// Whether its values lie on a line or on a circle.
  public let kind: Factor.Kind
  /// Its value for a view.
  public let value: @Sendable (ViewParameters) -> Float

  init(
    _ name: String, _ kind: Factor.Kind = .linear,
    value: @escaping @Sendable (ViewParameters) -> Float
  ) {
    (self.name, self.kind, self.value) = (name, kind, value)
  }
}

/// A part that maps colours, after the generators of colour and before the clamp.
protocol ColourPart: PolicyPart {
  /// The map of a view's colours; nil where the part leaves them.
  func colourMap(of view: ViewParameters) -> ColourMap?
}

/// A part that changes a view's finished rows: what one row needs of the others it must not be.
protocol FinishingPart: PolicyPart {
  /// Whether the part does anything to a view.
  func acts(on view: ViewParameters) -> Bool

  /// What the part does to the rows of one view.
  func finisher(of view: ViewParameters, side: Int) -> any RowFinisher

  /// The same by tensor operations, to views on which the part acts: float32 of N×3×side×side.
  func finish(_ views: Tensor, _ parameters: [ViewParameters]) -> Tensor
}

/// What a part does to a view's rows, from the first to the last.
protocol RowFinisher {
  /// Changes row `y` in place: red, green, blue, red, … of `side` pixels from 0 to 1, which they must
  /// stay within.
  mutating func finish(_ row: Row, _ y: Int)
}
