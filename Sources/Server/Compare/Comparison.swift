import Foundation
import Records
import Reports

/// Chosen runs beside each other: what a page and the interface show of them.
struct Comparison {
  let query: CompareQuery
  let runs: [RunEntry]
  /// The identifiers of chosen runs that are not there.
  let missing: [String]
  let curves: [RunCurves]
  let catalogue: FigureCatalogue

  init(_ query: CompareQuery, _ site: Site) {
    self.query = query
    (runs, missing) = query.chosen.found(site.index.snapshot)
    curves = runs.map { site.curves.files(of: $0) }
    catalogue = site.settings.catalogue
  }

  /// Grows with what is shown.
  var version: String {
    zip(runs, curves).map { "\($0.version).\($1.version)" }.joined(separator: " ")
  }

  /// What can be shown as curves: logged numbers, and keys of figures in the order of tables.
  var choices: (logged: [String], figures: [FigureCatalogue.Entry], layers: [String]) {
    var (logged, keys, layers): (Set<String>, Set<String>, Set<String>) = ([], [], [])
    for name in curves.reduce(into: Set<CurveName>(), { $0.formUnion($1.names) }) {
      switch name {
      case .logged(let key): logged.insert(key)
      case .measured(let layer, let key):
        layers.insert(layer)
        keys.insert(key)
      }
    }
    let first = ["loss", "contrastive_top1", "learning_rate", "views_per_second"]
    let ordered = first.filter(logged.contains) + logged.subtracting(first).sorted()
    return (ordered, catalogue.ordered(keys), LayerFigures.canonicalOrder(of: layers))
  }

  /// The curves that are shown: those that were chosen, else loss, accuracy, rate and the ranks.
  var names: [CurveName] {
    if !query.curves.isEmpty { return query.curves }
    return [
      .logged("loss"), .logged("contrastive_top1"), .logged("learning_rate"),
      .measured(layer: "h", key: "effective_rank"), .measured(layer: "z", key: "effective_rank"),
    ]
  }

  /// A curve of all runs as it is shown, shares in percent.
  func curve(_ name: CurveName) -> CurveComparison.Curve {
    switch name {
    case .logged(let key): .init(LoggedQuantity(key), points: points(name))
    case .measured(let layer, let key):
      .init(catalogue.entry(key), of: layer, points: points(name))
    }
  }

  /// A curve's points of each run.
  private func points(_ name: CurveName) -> [[(x: Double, y: Double)]] {
    zip(runs, curves).map { run, curves in
      curves.points(name, along: query.along, views: run.viewsOfStep)
    }
  }

  /// The runs' names: short, and with their place where several have one.
  var labels: [String] { Self.labels(of: runs) }

  static func labels(of runs: [RunEntry]) -> [String] {
    let counts = Dictionary(runs.map { ($0.name, 1) }, uniquingKeysWith: +)
    return runs.map { counts[$0.name] == 1 ? $0.name : $0.place.label }
  }

  /// What the runs look like.
  var marks: RunMarks { Self.marks(of: runs, labels, by: query.color) }

  static func marks(of runs: [RunEntry], _ labels: [String], by color: RunColumn?) -> RunMarks {
    guard let color else { return RunMarks(names: labels) }
    return RunMarks(
      values: runs.map { run in
        switch color.value(run) {
        case nil: nil
        case .number(let number): .init(text: Numerals.setting(number), number: number)
        case .text(let text): .init(text: text, number: nil)
        }
      })
  }

  /// The curves as charts and tables.
  var comparison: CurveComparison {
    CurveComparison(
      names: labels, marks: marks,
      curves: names.map(curve), along: query.along, smoothing: Double(query.smoothing) / 100,
      isLogarithmic: query.isLogarithmic)
  }

  /// The epochs at which spectra were measured.
  var epochs: [Double] {
    Set(curves.flatMap { $0.spectra.moments.map(\.epoch) }).sorted()
  }

  /// The epoch of the spectra that are shown.
  var epoch: Double { query.epoch ?? epochs.last ?? 0 }

  /// The spectra as charts and tables.
  var spectra: SpectrumComparison {
    let moments = curves.map { $0.spectra.moment(nextTo: epoch) }
    let layers = ["h", "z"].map { layer in
      let all = curves.flatMap { $0.spectra.moments.compactMap { $0.spectra[layer] } }
      let least = all.compactMap { $0.min() }.min()
      let greatest = all.compactMap { $0.max() }.max()
      return SpectrumComparison.Layer(
        name: layer, spectra: moments.map { $0?.spectra[layer] ?? [] },
        range: least.flatMap { least in greatest.map { least...$0 } })
    }
    return SpectrumComparison(names: labels, marks: marks, layers: layers, epoch: epoch)
  }
}

extension RunEntry {
  /// How many augmented images a step takes; nil where the configuration does not say.
  var viewsOfStep: Double? {
    guard let size = settings["batch_size"]?.doubleValue, size > 0 else { return nil }
    let views = settings["views"]?.doubleValue ?? 2
    return views > 0 ? size * views : nil
  }
}
