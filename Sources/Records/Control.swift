/// What a figure is set beside, to see whether training, the data's shape or a label has anything to do with it.
///
/// A control's value of a figure has the figure's key, an `@` and the control's name: `effective_rank@untrained`.
public enum Control: String, Codable, Sendable, Hashable, CaseIterable {
  /// The same architecture with the weights that training began with, its batch norms' statistics those of views of
  /// training images.
  case untrained
  /// As many rows from the Gaussian with the layers' mean and covariance.
  case gaussian
  /// Labels in a random order.
  case shuffled
  /// A plane in a random direction in the place of the head's: what is expected of it, in closed form.
  case randomPlane = "random_plane"

  /// The control in words.
  public var text: String { rawValue.replacing("_", with: " ") }

  /// The key of a figure under this control.
  public func key(of figure: String) -> String { "\(figure)@\(rawValue)" }

  /// Takes a key apart: the figure's, and the control that it is of; nil where it is of none that there is.
  public static func parts(of key: String) -> (figure: String, control: Control)? {
    guard let place = key.lastIndex(of: "@") else { return nil }
    return Control(rawValue: String(key[key.index(after: place)...])).map {
      (String(key[..<place]), $0)
    }
  }
}
