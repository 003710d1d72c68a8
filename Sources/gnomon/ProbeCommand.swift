import ArgumentParser
import Measures
import Runs

struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "What can be read from each layer: nearest neighbours, probes, attributes.",
    discussion: """
      A run is probed at every layer from its newest checkpoint, fitted on its training images and tested on \
      the held-out ones, and the figures are written into its folder; anybody's encoder \
      alike, its weights under --weights. For files, --labels names the classes of \
      the rows, and a deterministic fifth of them is held out.
      """)

  @OptionGroup var input: EmbeddingInput
  @Flag(help: "Print below each figure what it is under its controls, where it has any.")
  var controls = false
  @Flag(help: "Print one JSON document.") var json = false

  func run() throws {
    try Failure.classifying {
      let measures = try input.measures(at: [.evaluation], other: "geometry")
      switch try input.source() {
      case .run(let folder):
        let run = try MeasuredRun(folder, layers: input.layers, warn: Terminal.warning)
        run.model.leftOut.map(Terminal.note)
        let layers = try run.model.figures(.evaluation, by: measures)
        run.model.tellSkipped()
        try Output.show(layers, withControls: controls, asJSON: json)
        run.recordAndTell(layers)
      case .weights(let weights):
        let layers = try weights.model.figures(.evaluation, by: measures)
        weights.model.tellSkipped()
        try Output.show(layers, of: weights, withControls: controls, asJSON: json)
      case .files(let h, let z):
        guard let labels = input.labels else {
          throw Failure.usage("a probe of --embeddings needs --labels FILE")
        }
        let given = try GivenEmbeddings(
          h: h, z: z, labels: labels, dropsNonFinite: input.dropNaN)
        given.tellDropped()
        try Output.show(
          given.figures(.evaluation, by: measures), withControls: controls, asJSON: json)
      }
    }
  }
}
