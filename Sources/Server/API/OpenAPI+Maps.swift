import Records

/// The description of maps of layers.
extension OpenAPI {
  static let mapPaths: [String: JSONValue] = [
    "/api/v1/runs/{run}/embeddings": [
      "get": operation(
        "getMap", "The map of a run's layers, or why there is none.", [runPlace], "Map")[
          "get"] ?? .null,
      "put": change(
        "makeMap",
        "Begins to make a map of the run's layers from its newest checkpoint, in a process of its own; one at a time.",
        body: "MapChange", answer: "Map", status: "202",
        refusals: ["409": described("None can be made now.", "Error")]),
    ],
    "/api/v1/runs/{run}/embeddings/points": numbers(
      "getMapPoints",
      "Where all points are in a layer's plane: two little-endian 32-bit floats each.",
      parameter("layer", "A layer of the map.", named, isRequired: true)),
    "/api/v1/runs/{run}/embeddings/columns": numbers(
      "getMapColumn", "What is known of all points: a little-endian 32-bit float each.",
      parameter("column", "A column of the map.", named, isRequired: true)),
    "/api/v1/runs/{run}/embeddings/images": numbers(
      "getMapImages", "The images of points one after the other: side × side × 3 bytes each.",
      parameter(
        "points", "Numbers of at most \(Site.mostImages) points, between commas.",
        ["type": "string", "maxLength": 447, "pattern": "^[0-9]{1,6}(,[0-9]{1,6}){0,63}$"],
        isRequired: true)),
    "/api/v1/runs/{run}/embeddings/neighbors": operation(
      "getMapNeighbors", "The nearest points of a point, at h and at z.",
      [
        runPlace,
        parameter(
          "point", "The number of a point, from 0.",
          ["type": "integer", "minimum": 0, "maximum": 999_999],
          isRequired: true),
      ], "Neighbors"),
  ]

  private static let named: JSONValue = ["type": "string", "maxLength": 200]

  private static func numbers(
    _ name: String, _ summary: String, _ parameter: JSONValue
  ) -> JSONValue {
    [
      "get": [
        "operationId": .string(name), "summary": .string(summary),
        "parameters": [runPlace, parameter],
        "responses": .object(
          barred.merging([
            "200": [
              "description": .string(summary),
              "content": [
                "application/octet-stream": ["schema": ["type": "string", "format": "binary"]]
              ],
            ],
            "400": ["$ref": "#/components/responses/Refused"],
            "404": ["$ref": "#/components/responses/Missing"],
          ]) { $1 }),
      ]
    ]
  }

  static let mapSchemas: [String: JSONValue] = [
    "Map": object(
      [
        "schema": schema, "run": identified,
        "state": ["type": "string", "enum": ["absent", "computing", "failed", "ready"]],
        "message": text, "hindrance": text, "map": reference("MapRecord"), "token": text,
      ], ["schema", "run", "state", "token"]),
    "MapRecord": object(
      [
        "schema": schema, "run": text, "step": whole, "epoch": number, "count": whole,
        "total": whole, "images": text, "neighbor_layers": list(text), "neighbors": whole,
        "side": whole,
        "layers": list(
          object(
            ["name": text, "dimension": whole, "shares": list(number)],
            ["name", "dimension", "shares"])),
        "columns": list(
          object(
            [
              "name": text, "kind": ["type": "string", "enum": ["classes", "number", "circle"]],
              "names": list(text), "period": number,
            ], ["name", "kind", "names"])),
      ],
      [
        "schema", "run", "step", "epoch", "count", "total", "images", "neighbor_layers",
        "neighbors", "side", "layers", "columns",
      ]),
    "MapChange": object(
      [
        "points": [
          "type": "integer", "minimum": .integer(MapStore.points.lowerBound),
          "maximum": .integer(MapStore.points.upperBound),
        ]
      ], ["points"]),
    "Neighbors": object(
      [
        "schema": schema, "run": identified, "point": whole,
        "layers": list(object(["layer": text, "points": list(whole)], ["layer", "points"])),
      ], ["schema", "run", "point", "layers"]),
  ]
}
