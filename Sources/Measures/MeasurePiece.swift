import Records

/// A part of a measure that can be taken beside its other parts, by another thread.
public struct MeasurePiece {
  /// When a piece is begun.
  public enum Turn: Sendable, CaseIterable {
    /// It makes what others then find made, such as views of all samples, so that none waits for it.
    case first
    /// Images go through the network for it: it takes long, and no thread is to be left with it at the end.
    case long
    /// It takes a moment.
    case short
  }

  let turn: Turn
  /// Adds its figures to those of each layer, as `Measure.measure` does.
  let take: (inout [LayerFigures]) throws -> Void

  /// A piece.
  public init(_ turn: Turn, _ take: @escaping (inout [LayerFigures]) throws -> Void) {
    self.turn = turn
    self.take = take
  }
}
