import Foundation
import HTTPTypes
import Hummingbird
import Records

/// What is known of a run's map.
struct MapDocument: Encodable {
  let schema = 1
  let run: String
  /// `absent`, `computing`, `failed` or `ready`.
  let state: String
  /// What its process last said, or why there is none.
  let message: String?
  /// Why none can be made now.
  let hindrance: String?
  let map: EmbeddingMapRecord?
  /// What a change has to bring in its header `Gnomon-Token`.
  let token: String
}

/// The nearest points of a point.
struct NeighborsDocument: Encodable {
  /// Those at one layer, the nearest first.
  struct Layer: Encodable {
    let layer: String
    let points: [Int]
  }

  let schema = 1
  let run: String
  let point: Int
  let layers: [Layer]
}

/// What a program sends to have a map made.
private struct MapChange: Decodable {
  let points: Int
}

extension Site {
  static let mapRoutes = [
    Route("/runs/{run}/embeddings") { site, call in try site.mapPage(call) },
    Route("/runs/{run}/embeddings", .post) { site, call in try await site.postMap(call) },
    Route("/api/v1/runs/{run}/embeddings") { site, call in
      try Answer.json(site.mapDocument(site.run(call)))
    },
    Route("/api/v1/runs/{run}/embeddings", .put) { site, call in try await site.putMap(call) },
    Route("/api/v1/runs/{run}/embeddings/points") { site, call in
      let layer = try site.name(call, "layer")
      return try site.numbers(call, "layer") { $0.points(at: layer) }
    },
    Route("/api/v1/runs/{run}/embeddings/columns") { site, call in
      let column = try site.name(call, "column")
      return try site.numbers(call, "column") { $0.values(of: column) }
    },
    Route("/api/v1/runs/{run}/embeddings/images") { site, call in try site.mapImages(call) },
    Route("/api/v1/runs/{run}/embeddings/neighbors") { site, call in try site.neighbors(call) },
  ]

  /// The most images of one answer.
  static let mostImages = 64

  private func mapDocument(_ run: RunEntry) -> MapDocument {
    let standing = maps.standing(of: run)
    var (message, map): (String?, EmbeddingMapRecord?) = (nil, nil)
    switch standing {
    case .absent: break
    case .computing(let text), .failed(let text): message = text
    case .ready(let found): map = found.record
    }
    return MapDocument(
      run: run.identifier, state: standing.word, message: message, hindrance: maps.hindrance(run),
      map: map, token: gate.forgeryToken)
  }

  private func begin(_ run: RunEntry, _ points: Int, _ call: Call) throws(ChangeRefused) {
    let identifier = run.identifier
    try maps.begin(
      run, points: points, askedFrom: call.address.isEmpty ? "unknown" : call.address
    ) { [index] in
      var changes = ChangeHub.Changes()
      changes.runs = [identifier]
      index.hub.tell(changes)
    }
  }

  private func postMap(_ call: Call) async throws -> Response {
    let run = try run(call)
    try begin(run, Int(try await form(call)["points"] ?? "") ?? 0, call)
    var response = Response(status: .seeOther)
    response.headers[.location] = "/runs/\(run.identifier)/embeddings"
    return response
  }

  private func putMap(_ call: Call) async throws -> Response {
    let run = try run(call)
    let change = try await document(
      MapChange.self, call, of: ["points"],
      otherwise: "the body is no object with a whole number of points")
    try begin(run, change.points, call)
    return try Answer.json(mapDocument(run), status: .accepted)
  }

  private func map(_ call: Call) throws -> RunMap {
    guard case .ready(let map) = maps.standing(of: try run(call)) else {
      throw Missing(reason: "there is no map of this run's layers")
    }
    return map
  }

  private func name(_ call: Call, _ key: String) throws(RunQuery.Refused) -> String {
    guard let name = call.parameter(key), name.count <= RunQuery.longest else {
      throw RunQuery.Refused(reason: "\(key) is the name of one of the map")
    }
    return name
  }

  private func numbers(_ call: Call, _ key: String, _ find: (RunMap) -> Data?) throws -> Response {
    guard let data = find(try map(call)) else {
      throw Missing(reason: "the map has no such \(key)")
    }
    return Answer.content(data, type: "application/octet-stream")
  }

  /// The numbers of points between commas.
  private func points(_ call: Call, _ key: String, most: Int) throws(RunQuery.Refused) -> [Int] {
    let texts = (call.parameter(key) ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let points = texts.compactMap { text in
      (1...6).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
        ? Int(text) : nil
    }
    guard points.count == texts.count, points.count <= most else {
      throw RunQuery.Refused(
        reason:
          "\(key) is the number of a point, of at most six digits; of several, at most \(most), between commas"
      )
    }
    return points
  }

  private func mapImages(_ call: Call) throws -> Response {
    let points = try points(call, "points", most: Self.mostImages)
    return try numbers(call, "point") { $0.images(of: points) }
  }

  private func neighbors(_ call: Call) throws -> Response {
    let point = try points(call, "point", most: 1)[0]
    guard let found = try map(call).neighbors(of: point) else {
      throw Missing(reason: "the map has no such point")
    }
    return try Answer.json(
      NeighborsDocument(
        run: try run(call).identifier, point: point,
        layers: found.map { .init(layer: $0.layer, points: $0.points) }))
  }
}
