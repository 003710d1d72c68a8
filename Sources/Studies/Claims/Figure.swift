import Foundation
import Measures
import Records

/// A figure of one layer: `h.effective_rank`, `head.1.attribute.hue`; what it is under a control:
/// `h.effective_rank@untrained`; or one of the run as a whole: `run.wall_seconds`.
package struct Figure: Hashable {
  /// `stageK`, `blockK`, `h`, `head.K`, `z` or `run`.
  package let layer: String
  /// METRICS.md's key; `dimension` and `n` as well.
  package let key: String
  /// What it is set beside; nil for the figure itself.
  package private(set) var control: Control?

  package var text: String { "\(layer).\(control?.key(of: key) ?? key)" }

  /// The same figure under a control; nil for one of the run, which has none.
  package func under(_ control: Control) -> Figure? {
    guard isMeasured else { return nil }
    var figure = self
    figure.control = control
    return figure
  }

  /// Whether a measure gives it: not of a run's own and of a layer's sizes.
  package var isMeasured: Bool { layer != "run" && !Figure.ofSizes.contains(key) }

  /// Takes apart and checks a figure's name.
  ///
  /// - Throws: `ExpressionError` for a layer or a key that there is not, with the nearest that there is.
  init(_ text: String) throws(ExpressionError) {
    let (figure, name) = Figure.parts(of: text)
    let parts = figure.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let length = parts[0] == "head" && parts.count > 2 ? 2 : 1
    layer = parts.prefix(length).joined(separator: ".")
    key = parts.dropFirst(length).joined(separator: ".")
    guard parts.count > length, !parts.contains("") else {
      throw ExpressionError(
        "'\(text)' is no figure: use a layer and a key, as in h.effective_rank")
    }
    if let name {
      control = Control(rawValue: name)
      guard control != nil, layer != "run" else {
        let names = Control.allCases.map(\.rawValue)
        throw ExpressionError(
          "'\(text)' is no figure: "
            + (layer == "run"
              ? "a run's own have no control" : "the controls are \(names.joined(separator: ", "))")
        )
      }
    }
    guard layer != "run" else {
      guard Figure.ofRuns.contains(key) else {
        throw ExpressionError(
          "'\(text)' is no figure of a run: use run.\(Figure.ofRuns.joined(separator: " or run."))")
      }
      return
    }
    if Figure.ofSizes.contains(key), FigureKey.isLayer(layer) { return }
    do throws(FigureCatalogue.Problem) {
      try FigureCatalogue.standard.check(key, at: layer)
    } catch {
      throw ExpressionError("'\(text)'\(Figure.wording(of: error, at: layer))")
    }
  }

  /// A figure's name without its control's, and that.
  private static func parts(of text: String) -> (figure: String, control: String?) {
    guard let place = text.lastIndex(of: "@") else { return (text, nil) }
    return (String(text[..<place]), String(text[text.index(after: place)...]))
  }

  private static func wording(
    of problem: FigureCatalogue.Problem, at layer: String
  ) -> String {
    switch problem {
    case .unknownLayer(let name):
      ": there is no layer '\(name)'; use h, head.1, head.2, …, z, "
        + "or stage1, … or block1, … of the encoder"
    case .unknownKey(_, let nearest):
      " is no figure" + (nearest.map { "; did you mean '\(layer).\($0)'?" } ?? "")
    case .notAtLayer(let key, _, let place): ": \(key) is measured at \(place.text)"
    }
  }

  /// The figure's value in a finished run; nil where it was not measured.
  package func value(in summary: RunSummary) -> Double? {
    if layer == "run" {
      switch key {
      case "wall_seconds": return summary.wallSeconds
      case "views_per_second": return summary.viewsPerSecond
      default: return summary.finalLoss
      }
    }
    return summary.layers[layer].flatMap(value)
  }

  /// The figure's value among those of its layer.
  func value(in figures: LayerFigures) -> Double? {
    switch key {
    case "dimension": return Double(figures.dimension)
    case "n": return Double(figures.n)
    default: return figures.scalar(control?.key(of: key) ?? key)
    }
  }

  private static let ofRuns = ["wall_seconds", "views_per_second", "final_loss"]
  private static let ofSizes = ["dimension", "n"]
}
