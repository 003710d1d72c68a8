import Records

/// The description of what stops and resumes runs.
extension OpenAPI {
  static let controlPaths: [String: JSONValue] = [
    "/api/v1/runs/{run}/control": [
      "get": operation("getControl", "What can be done with a run.", [runPlace], "Control")["get"]
        ?? .null,
      "put": change(
        "putControl",
        "Stops or resumes a run, where the server was started with --allow-control. What getControl answered confirms it, once.",
        body: "ControlChange", answer: "Control",
        refusals: ["409": described("The run is in no such state, or cannot be reached.", "Error")]),
    ]
  ]

  static let controlSchemas: [String: JSONValue] = [
    "Control": object(
      [
        "schema": schema, "run": identified,
        "state": [
          "type": "string", "enum": .array(RunState.allCases.map { .string($0.rawValue) }),
        ],
        "action": actions, "hindrance": text, "pending": text, "confirmation": text, "token": text,
      ], ["schema", "run", "state", "token"]),
    "ControlChange": object(
      ["action": actions, "confirmation": ["type": "string", "maxLength": 200]],
      ["action", "confirmation"]),
  ]

  private static let actions: JSONValue = ["type": "string", "enum": ["stop", "resume"]]

  /// A request that changes something of a run, with what each such request brings and may be refused for.
  static func change(
    _ name: String, _ summary: String, body: String, answer: String, status: String = "200",
    refusals: [String: JSONValue] = [:]
  ) -> JSONValue {
    let common: [String: JSONValue] = [
      status: described(summary, answer),
      "400": ["$ref": "#/components/responses/Refused"],
      "403": described(
        "The token is missing or of an earlier server, or this is not allowed.", "Error"),
      "404": ["$ref": "#/components/responses/Missing"],
      "413": described("The body is too long.", "Error"),
      "415": described("The body is of another type.", "Error"),
    ]
    return [
      "operationId": .string(name), "summary": .string(summary),
      "parameters": [
        runPlace,
        [
          "name": "Gnomon-Token", "in": "header", "required": true,
          "description": "The token that is answered to GET at this address.",
          "schema": ["type": "string", "maxLength": 200],
        ],
      ],
      "requestBody": [
        "required": true,
        "content": [
          "application/json": ["schema": ["$ref": .string("#/components/schemas/\(body)")]]
        ],
      ],
      "responses": .object(barred.merging(common) { $1 }.merging(refusals) { $1 }),
    ]
  }
}
