import Foundation
import Hummingbird
import Records
import Reports

extension Site {
  /// The page of the map of a run's layers, with those of others over it where they are asked for.
  func mapPage(_ call: Call) throws -> Response {
    let number = index.hub.number
    let run = try run(call)
    let others = try ChosenRuns(call.parameters.map { ($0.key == "with" ? "runs" : "", $0.value) })
      .identifiers.filter { $0 != run.identifier }
    let page = MapPage(run: run, others: others, site: self)
    return Answer.html(
      try Shell(
        title: "\(run.name), map", template: "map", values: page.values, place: "runs",
        events: events(after: number, run: run.identifier), scripts: ["map.js"]
      ).html())
  }
}

/// Turns a run's map into the values of its page's template.
struct MapPage {
  let run: RunEntry
  /// The identifiers of runs whose maps are drawn over it.
  let others: [String]
  let site: Site

  /// How many points can be chosen.
  private static let points = [2_000, 10_000, 30_000, 100_000]
  /// The most runs that are offered to be drawn over it.
  private static let mostOffered = 40
  /// The most that are drawn over it.
  private static let mostOver = 5
  private static let shades = 24

  var values: [String: Any] {
    let standing = site.maps.standing(of: run)
    let hindrance = site.maps.hindrance(run)
    var all: [String: Any] = [
      "name": run.name, "address": "/runs/\(run.identifier)", "token": site.gate.forgeryToken,
      "action": "/runs/\(run.identifier)/embeddings", "canCompute": hindrance == nil,
      "hindrance": hindrance ?? "", "isComputing": false, "isReady": false, "isFailed": false,
      "isAbsent": false,
      "points": Self.points.map {
        ["value": "\($0)", "text": Numerals.count(Double($0)), "isChosen": $0 == 10_000]
          as [String: Any]
      },
    ]
    switch standing {
    case .absent: all["isAbsent"] = true
    case .computing(let line):
      all["isComputing"] = true
      all["message"] = line
    case .failed(let reason):
      all["isFailed"] = true
      all["message"] = reason
    case .ready(let map):
      all["isReady"] = true
      all.merge(ready(map.record)) { $1 }
    }
    return all
  }

  private func ready(_ map: EmbeddingMapRecord) -> [String: Any] {
    let snapshot = site.index.snapshot
    let drawn = others.compactMap { snapshot.runs[$0] }.filter(site.maps.hasMap)
      .prefix(Self.mostOver)
    let offered = snapshot.ordered.lazy
      .filter { $0.identifier != run.identifier && site.maps.hasMap($0) }.prefix(Self.mostOffered)
    func colors(_ paints: [Paint], _ part: (Paint) -> String) -> String {
      paints.map(part).joined(separator: ",")
    }
    let shades = (0..<Self.shades).map { Paint.sequence($0, of: Self.shades) }
    let isWhole = map.count == map.total
    return [
      "map": "/api/v1/runs/\(run.identifier)/embeddings",
      "summary":
        (isWhole
        ? "All \(Numerals.count(Double(map.count))) held-out images"
        : "\(Numerals.count(Double(map.count))) of \(Numerals.count(Double(map.total))) held-out images, a random sample,")
        + " at step \(Numerals.count(Double(map.step))), epoch \(Numerals.setting((100 * map.epoch).rounded() / 100)).",
      "layers": map.layers.map { layer in
        [
          "name": layer.name, "dimension": Numerals.count(Double(layer.dimension)),
          "isChosen": layer.name == "h",
          "shares": layer.shares.map { ["text": Numerals.fixed(100 * $0, 1)] },
        ] as [String: Any]
      },
      "columns": map.columns.map { ["name": $0.name] }, "hasOthers": !offered.isEmpty,
      "hasDrawn": !drawn.isEmpty,
      "drawn": drawn.map {
        [
          "address": "/api/v1/runs/\($0.identifier)/embeddings",
          "name": $0.name,
        ]
      },
      "offered": offered.map { other in
        [
          "value": other.identifier, "name": other.place.label,
          "isChosen": drawn.contains { $0.identifier == other.identifier },
        ] as [String: Any]
      },
      "neighbors": map.neighbors, "last": map.count - 1,
      "categoriesLight": colors(Paint.categories) { $0.light },
      "categoriesDark": colors(Paint.categories) { $0.dark },
      "shadesLight": colors(shades) { $0.light }, "shadesDark": colors(shades) { $0.dark },
    ]
  }
}
