import ArgumentParser
import Measures
import Runs

struct GeometryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "geometry",
    abstract: "Everything about the layers themselves, of a run or of anybody's embeddings.",
    discussion: """
      A run is measured at every layer on its held-out images, from its newest checkpoint, and the figures are \
      written into its folder. Anybody's encoder is measured alike, its weights under --weights, on a data set. \
      Embeddings are .npy or safetensors files, one embedding a row; what they allow is \
      measured, and what else would be needed is said.
      """)

  @OptionGroup var input: EmbeddingInput
  @Option(
    help: ArgumentHelp(
      "Further views of the rows of --embeddings: N×D of a second one, or N×q×D.",
      valueName: "file"))
  var views: String?
  @Option(
    help: ArgumentHelp("The same for the rows of --projections.", valueName: "file"))
  var projectionViews: String?
  @Option(
    help: "Temperature of the softmax behind the predicted rank, for files.")
  var temperature = 0.2
  @Option(
    help: ArgumentHelp(
      "Rows of files that figures of pairs, views and layers are measured on, at most; spectra are of all.",
      valueName: "rows"))
  var sample = GivenEmbeddings.usualSampleLimit
  @Flag(help: "Print below each figure what it is under its controls, where it has any.")
  var controls = false
  @Flag(help: "Print one JSON document.") var json = false

  func validate() throws {
    guard temperature > 0, temperature.isFinite else {
      throw ValidationError("--temperature must be a number above 0")
    }
    guard sample >= 2 else { throw ValidationError("--sample must be at least 2") }
  }

  func run() throws {
    try Failure.classifying {
      // Python's, whose arrays it reads.
      Interruption.followParent(grace: 0)
      let measures = try input.measures(at: [.always, .atEnd], other: "probe")
      switch try input.source() {
      case .run(let folder):
        guard views == nil, projectionViews == nil else {
          throw Failure.usage("--views go with --embeddings: a run makes its own")
        }
        let run = try MeasuredRun(folder, layers: input.layers, warn: Terminal.warning)
        run.model.leftOut.map(Terminal.note)
        let layers = try run.model.figures(.geometry, by: measures)
        run.model.tellSkipped()
        try Output.show(layers, withControls: controls, asJSON: json)
        run.recordAndTell(layers)
      case .weights(let weights):
        guard views == nil, projectionViews == nil else {
          throw Failure.usage("--views go with --embeddings: weights make their own")
        }
        let layers = try weights.model.figures(.geometry, by: measures)
        weights.model.tellSkipped()
        try Output.show(layers, of: weights, withControls: controls, asJSON: json)
      case .files(let h, let z):
        let given = try GivenEmbeddings(
          h: h, z: z, hViews: views, zViews: projectionViews, labels: input.labels,
          sampleLimit: sample, dropsNonFinite: input.dropNaN)
        given.tellDropped()
        try Output.show(
          given.figures(by: measures, temperature: temperature), withControls: controls,
          asJSON: json)
        if !json {
          Terminal.note("more could be measured with")
          for (need, figures) in given.missing() {
            let keys = figures.map(\.key).joined(separator: ", ")
            Terminal.note("  \(need.wording): \(keys)")
          }
        }
      }
    }
  }
}

extension Need {
  /// What to give for it.
  fileprivate var wording: String {
    switch self {
    case .twoLayers: "both --embeddings and --projections"
    case .secondView: "--views and --projection-views"
    case .manyViews: "views of shape N×q×D"
    case .labels: "--labels"
    case .factors, .model: "the model itself (a run folder)"
    }
  }
}
