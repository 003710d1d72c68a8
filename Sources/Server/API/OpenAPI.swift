import Records

/// The description of the interface, as OpenAPI 3.1 has it.
enum OpenAPI {
  /// The document.
  static let document: JSONValue = [
    "openapi": "3.1.0",
    "info": [
      "title": "Gnomon", "version": .string(PackageVersion.current),
      "description":
        "Runs and studies below the folders that gnomon serve was given. Everything is read; notes can be changed, maps of layers made, and runs stopped and resumed where the server allows it.",
      "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
    ],
    "servers": [["url": "/"]],
    "security": [[:], ["bearer": []]],
    "paths": .object(paths),
    "components": [
      "schemas": .object(schemas),
      "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer"]],
      "responses": [
        "Refused": described("A parameter has a value that it does not take.", "Error"),
        "Missing": described("There is no such run or study.", "Error"),
        "Barred": [
          "description":
            "Nothing is answered whatever was asked: the token is missing, the address too long, the server called by another's name, or too much was asked for.",
          "content": ["text/plain": ["schema": ["type": "string"]]],
        ],
      ],
    ],
  ]

  private static let paths = readingPaths.merging(comparePaths) { $1 }
    .merging(controlPaths) { $1 }.merging(mapPaths) { $1 }

  private static let readingPaths: [String: JSONValue] = [
    "/api/v1/runs": operation(
      "listRuns", "Runs, chosen, sorted and paged.", runParameters, "Runs", isOne: false),
    "/api/v1/runs/{run}": operation("getRun", "One run.", [runPlace], "Run"),
    "/api/v1/runs/{run}/metrics": operation(
      "getMetrics", "What a run logged, neighbours averaged where there are too many.",
      [
        runPlace, whole("from", "The first step.", 0, Site.lastStep),
        whole("most", "The most points, about.", 2, 2_000, 500),
      ], "Metrics"),
    "/api/v1/runs/{run}/figures": operation(
      "getFigures", "What was measured of a run, over steps; spectra of the latest alone.",
      [
        runPlace, whole("from", "The first step.", 0, Site.lastStep),
        parameter("layer", "A layer: h, z, head.1, …", ["type": "string", "maxLength": 200]),
      ], "Figures"),
    "/api/v1/studies": operation("listStudies", "All studies.", [], "Studies", isOne: false),
    "/api/v1/studies/{study}": operation("getStudy", "One study.", [place("study")], "Study"),
    "/api/v1/events": [
      "get": [
        "operationId": "getEvents",
        "summary": "What changes, as server-sent events: state at the start, then change.",
        "parameters": [
          parameter("run", "Only what changes of this run.", identifier),
          parameter(
            "last_event_id", "As the header Last-Event-ID.", ["type": "string", "maxLength": 200]),
        ],
        "responses": .object(
          barred.merging([
            "200": [
              "description": "A stream that does not end. The data of an event are an Event.",
              "content": ["text/event-stream": ["schema": ["type": "string"]]],
            ],
            "404": ["$ref": "#/components/responses/Missing"],
            "503": ["description": "Too many streams are open."],
          ]) { $1 }),
      ]
    ],
    "/api/v1/openapi.json": operation("getDescription", "This document.", [], nil, isOne: false),
  ]

  /// What any request may be answered.
  static let barred: [String: JSONValue] = Dictionary(
    uniqueKeysWithValues: ["401", "414", "421", "429"].map {
      ($0, ["$ref": "#/components/responses/Barred"])
    })

  private static let identifier: JSONValue = ["type": "string", "pattern": "^[0-9a-f]{16}$"]
  static let runPlace = place("run")

  static let runParameters: [JSONValue] = [
    parameter(
      "text", "What a run's folder or a text among its settings contains.",
      ["type": "string", "maxLength": 200]),
    parameter(
      "set", "A setting that a run has: strength=0.5. For several, give it several times.",
      [
        "type": "array", "items": ["type": "string", "maxLength": 200, "pattern": "^([^=]+=.*)?$"],
        "maxItems": 24,
      ]),
    parameter(
      "state", "The state of a run.",
      ["type": "string", "enum": .array(RunState.allCases.map { .string($0.rawValue) })]),
    parameter("study", "The study that a run belongs to.", ["type": "string", "maxLength": 200]),
    parameter("tag", "A tag that a run has.", ["type": "string", "maxLength": 200]),
    parameter(
      "columns",
      "What to say of each run besides: settings, loss, h.effective_rank, … between commas.",
      ["type": "string", "maxLength": 1_600]),
    parameter(
      "sort", "The column to sort by.", ["type": "string", "maxLength": 200, "default": "name"]),
    parameter(
      "order", "Up or down.", ["type": "string", "enum": ["asc", "desc"], "default": "asc"]),
    whole("page", "The page, from 1; the last where there are fewer.", 1, 1_000_000, 1),
    whole("per_page", "How many runs a page has.", 1, 500, 50),
  ]

  private static func place(_ name: String) -> JSONValue {
    ["name": .string(name), "in": "path", "required": true, "schema": identifier]
  }

  static func parameter(
    _ name: String, _ text: String, _ schema: JSONValue, isRequired: Bool = false
  ) -> JSONValue {
    [
      "name": .string(name), "in": "query", "description": .string(text), "schema": schema,
      "required": .bool(isRequired),
    ]
  }

  static func whole(
    _ name: String, _ text: String, _ least: Int, _ most: Int? = nil, _ usual: Int? = nil
  ) -> JSONValue {
    var schema: [String: JSONValue] = ["type": "integer", "minimum": .integer(least)]
    schema["maximum"] = most.map(JSONValue.integer)
    schema["default"] = usual.map(JSONValue.integer)
    return parameter(name, text, .object(schema))
  }

  static func operation(
    _ name: String, _ summary: String, _ parameters: [JSONValue], _ schema: String?,
    isOne: Bool = true
  ) -> JSONValue {
    var responses = barred
    responses["200"] = described(summary, schema)
    if !parameters.isEmpty { responses["400"] = ["$ref": "#/components/responses/Refused"] }
    if isOne { responses["404"] = ["$ref": "#/components/responses/Missing"] }
    return [
      "get": [
        "operationId": .string(name), "summary": .string(summary),
        "parameters": .array(parameters), "responses": .object(responses),
      ]
    ]
  }

  static func described(_ text: String, _ schema: String?) -> JSONValue {
    let shape: JSONValue =
      schema.map { ["$ref": .string("#/components/schemas/\($0)")] } ?? ["type": "object"]
    return [
      "description": .string(text), "content": ["application/json": ["schema": shape]],
    ]
  }
}
