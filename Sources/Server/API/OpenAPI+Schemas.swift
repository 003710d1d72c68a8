import Records

/// The shapes of the answers.
extension OpenAPI {
  static let schemas = readingSchemas.merging(compareSchemas) { $1 }.merging(controlSchemas) { $1 }
    .merging(mapSchemas) { $1 }

  private static let readingSchemas: [String: JSONValue] = [
    "Error": object(["error": text], ["error"]),
    "RunBrief": object(
      [
        "id": identified, "name": text, "folder": text, "study": identified,
        "state": [
          "type": "string", "enum": .array(RunState.allCases.map { .string($0.rawValue) }),
        ],
        "failure": text, "step": whole, "steps": whole, "epoch": number, "progress": number,
        "steps_per_second": number, "seconds_left": number, "loss": number,
        "updated": ["type": "string", "format": "date-time"], "note": text, "tags": list(text),
        "columns": map(["type": ["number", "string", "null"]]),
      ], ["id", "name", "folder", "state", "tags", "columns"]),
    "Runs": object(
      [
        "schema": schema, "total": whole, "page": whole, "pages": whole, "per_page": whole,
        "counts": map(whole), "complete": flag, "runs": list(reference("RunBrief")),
      ], ["schema", "total", "page", "pages", "per_page", "counts", "complete", "runs"]),
    "Run": object(
      [
        "schema": schema, "run": reference("RunBrief"), "problems": list(text),
        "settings": map([:]), "differences": map([:]), "files": list(reference("File")),
        "log": list(text),
      ], ["schema", "run", "problems", "settings", "differences", "files", "log"]),
    "File": object(
      ["name": text, "bytes": whole, "address": text], ["name", "bytes", "address"]),
    // A line of metrics.jsonl or geometry.jsonl may have numbers that are not named here.
    "Metrics": object(
      [
        "schema": schema, "run": identified, "every": whole,
        "points": list(open(["step": whole, "epoch": number], ["step"])),
      ], ["schema", "run", "every", "points"]),
    "Figures": object(
      [
        "schema": schema, "run": identified,
        "points": list(
          open(
            ["step": whole, "epoch": number, "layer": text, "n": whole, "dimension": whole],
            ["step", "epoch", "layer", "n", "dimension"])),
      ], ["schema", "run", "points"]),
    "StudyBrief": object(
      [
        "id": identified, "name": text, "folder": text, "running": flag, "problem": text,
        "counts": map(whole), "claims": whole,
      ], ["id", "name", "folder", "running", "counts", "claims"]),
    "Studies": object(
      ["schema": schema, "studies": list(reference("StudyBrief"))], ["schema", "studies"]),
    "Study": object(
      [
        "schema": schema, "study": reference("StudyBrief"), "record": open([:], []),
        "runs": map(identified), "files": list(reference("File")),
      ], ["schema", "study", "runs", "files"]),
    "Event": object(
      [
        "runs": list(identified), "studies": list(identified), "removed": list(identified),
        "counts": map(whole),
      ], ["counts"]),
  ]

  static let text: JSONValue = ["type": "string"]
  static let whole: JSONValue = ["type": "integer"]
  static let number: JSONValue = ["type": "number"]
  private static let flag: JSONValue = ["type": "boolean"]
  static let schema: JSONValue = ["type": "integer", "const": 1]
  static let identified: JSONValue = ["type": "string", "pattern": "^[0-9a-f]{16}$"]

  static func reference(_ name: String) -> JSONValue {
    ["$ref": .string("#/components/schemas/\(name)")]
  }

  static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

  static func map(_ values: JSONValue) -> JSONValue {
    ["type": "object", "additionalProperties": values]
  }

  /// An object of these members and no others.
  static func object(_ members: [String: JSONValue], _ required: [String]) -> JSONValue {
    [
      "type": "object", "properties": .object(members), "additionalProperties": false,
      "required": .array(required.map { .string($0) }),
    ]
  }

  /// An object of these members and any others.
  static func open(_ members: [String: JSONValue], _ required: [String]) -> JSONValue {
    [
      "type": "object", "properties": .object(members),
      "required": .array(required.map { .string($0) }),
    ]
  }
}
