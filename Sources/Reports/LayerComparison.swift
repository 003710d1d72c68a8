import Records

/// Charts that set the encoder's output beside the head's: of several runs a panel for `h` and one
/// for `z`, on one scale and coloured by run; of a single run one panel, coloured by layer.
struct LayerComparison {
  let runs: RunSet
  let x: Axis
  let y: Axis

  /// What the colours mean in charts that compare the layers of `runs`.
  static func legend(of runs: RunSet) -> [LegendEntry] {
    runs.members.count == 1 ? legend(of: runs.layers) : runs.legend
  }

  /// The charts. `title` names the panel of a layer, or of all layers when given `nil`; `points`
  /// are those of one run at one layer.
  func charts(
    mode: Trace.Mode = .lines, title: (_ layer: String?) -> String,
    points: (RunSet.Member, _ layer: String) -> [(x: Double, y: Double)]
  ) -> [Chart] {
    if runs.members.count == 1, let member = runs.members.first {
      let traces = runs.layers.map { layer in
        Trace(at: layer, points: points(member, layer), mode: mode)
      }
      return [Chart(title: title(nil), x: x, y: y, traces: traces)].filter(\.hasPoints)
    }
    let panels = ["h", "z"].map { layer in
      Chart(
        title: title(layer), x: x, y: y,
        traces: runs.members.map { Trace(of: $0, points: points($0, layer), mode: mode) })
    }
    let charts = panels.filter(\.hasPoints)
    return y.range == nil ? Chart.sharingVerticalRange(charts) : charts
  }

  /// What the colours and patterns of `layers` are.
  static func legend(of layers: [String]) -> [LegendEntry] {
    layers.map { layer in
      LegendEntry(
        label: role(of: layer), paint: .layer(layer), dash: .layer(layer),
        group: "layer-\(layer)", isMarked: true)
    }
  }

  /// What `layer` is, in words.
  static func role(of layer: String) -> String {
    switch layer {
    case "h": "Encoder output h"
    case "z": "Head output z"
    case _ where layer.hasPrefix("stage"): "Encoder stage \(layer.dropFirst("stage".count))"
    case _ where layer.hasPrefix("block"): "Encoder block \(layer.dropFirst("block".count))"
    default: layer
    }
  }
}

extension Trace {
  /// A trace of one layer.
  init(at layer: String, points: [(x: Double, y: Double)], mode: Mode) {
    self.init(
      name: layer, group: "layer-\(layer)", points: points, paint: .layer(layer),
      dash: .layer(layer), mode: mode)
  }
}

extension Dash {
  /// The pattern of a layer; neighbouring ones of the head or of the trunk differ.
  static func layer(_ name: String) -> Dash {
    switch name {
    case "h": .solid
    case "z": .dash
    default: (Int(name.drop { !$0.isNumber }) ?? 1).isMultiple(of: 2) ? .dashdot : .dot
    }
  }
}
