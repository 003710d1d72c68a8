import Records
import RunDatabase

/// The description of what sets runs side by side, and of notes.
extension OpenAPI {
  static let comparePaths: [String: JSONValue] = [
    "/api/v1/compare": operation(
      "compareRuns",
      "Chosen runs: the settings in which they differ, and curves of at most about 500 points each, shares in percent.",
      compareParameters, "Comparison", isOne: false),
    "/api/v1/scatter": operation(
      "scatterRuns", "Two figures of many runs; shares in percent.", scatterParameters, "Scatter",
      isOne: false),
    "/api/v1/runs/{run}/notes": [
      "get": operation("getNotes", "What people noted of a run.", [runPlace], "Notes")["get"]
        ?? .null,
      "put": change(
        "putNotes", "Notes in the place of those of a run; empty ones leave none.",
        body: "NotesChange", answer: "Notes",
        refusals: ["409": described("The store cannot be written to.", "Error")]),
    ],
  ]

  private static let chosenRuns = parameter(
    "runs", "The identifiers of at most \(ChosenRuns.most) runs, between commas.",
    [
      "type": "string", "maxLength": .integer(17 * ChosenRuns.most - 1),
      "pattern": "^([0-9a-f]{16}(,[0-9a-f]{16})*)?$",
    ])

  private static let color = parameter(
    "color", "The setting by which runs are coloured.", short)

  private static let short: JSONValue = ["type": "string", "maxLength": 200]

  private static let onOrOff: JSONValue = ["type": "string", "enum": ["", "0", "1"]]

  private static let compareParameters: [JSONValue] = [
    chosenRuns,
    parameter(
      "curve",
      "Numbers that are logged, as loss, and figures of layers, as head.1.effective_rank, between commas.",
      ["type": "string", "maxLength": 1_600]),
    parameter(
      "x", "What the curves go along; time in minutes.",
      ["type": "string", "enum": ["step", "epoch", "time"], "default": "step"]),
    whole("smooth", "Of the page alone: over how many percent of a curve.", 0, 100, 0),
    parameter("log", "Of the page alone: whether its axes are logarithmic.", onOrOff),
    parameter(
      "epoch", "Of the page alone: the epoch of its spectra.", ["type": "number", "minimum": 0]),
    color,
  ]

  private static let scatterParameters: [JSONValue] =
    [
      chosenRuns,
      parameter("x", "A column of the table of runs: h.effective_rank, loss, strength, ….", short),
      parameter("y", "Another.", short), color,
      parameter("join", "Whether figures come at h and at z.", onOrOff),
      parameter("logx", "Of the page alone: whether its axis is logarithmic.", onOrOff),
      parameter("logy", "Of the page alone: whether its axis is logarithmic.", onOrOff),
    ]
    + runParameters.filter {
      $0["name"]?.stringValue.map(ScatterQuery.filters.contains) ?? false
    }

  static let compareSchemas: [String: JSONValue] = [
    "Comparison": object(
      [
        "schema": schema, "runs": list(reference("RunBrief")), "missing": list(identified),
        "settings": map(map([:])), "along": text, "curves": list(reference("Curve")),
      ], ["schema", "runs", "missing", "settings", "along", "curves"]),
    "Curve": object(
      ["name": text, "title": text, "series": list(reference("Series"))],
      ["name", "title", "series"]),
    "Series": object(
      ["run": identified, "x": list(number), "y": list(number)], ["run", "x", "y"]),
    "Scatter": object(
      [
        "schema": schema, "x": text, "y": text, "color": text, "total": whole,
        "points": list(reference("ScatterPoint")),
      ], ["schema", "x", "y", "total", "points"]),
    "ScatterPoint": object(
      [
        "run": identified, "name": text, "layer": text, "x": number, "y": number,
        "color": ["type": ["number", "string"]],
      ], ["run", "name", "x", "y"]),
    "Notes": object(
      [
        "schema": schema, "run": identified, "note": text, "tags": list(text),
        "writable": ["type": "boolean"], "hindrance": text, "token": text,
      ], ["schema", "run", "note", "tags", "writable", "token"]),
    "NotesChange": object(
      [
        "note": [
          "type": "string", "maxLength": .integer(RunNotes.longestNote),
          "description": "In UTF-8 at most as many bytes.",
          "pattern": "^(\\r\\n|[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028\\u2029])*$",
        ],
        "tags": [
          "type": "array", "maxItems": .integer(RunNotes.mostTags),
          "items": [
            "type": "string", "maxLength": .integer(RunNotes.longestTag),
            "pattern": "^[^,\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$",
          ],
        ],
      ], ["note", "tags"]),
  ]
}
