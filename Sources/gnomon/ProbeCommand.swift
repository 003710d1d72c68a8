import ArgumentParser
import Evaluation
import RunStore
import Torch
import Training

struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "What can be read from each layer: nearest neighbours and a linear probe.",
    discussion: """
      A run is probed at every layer from its newest checkpoint, fitted on its training images and tested on \
      the held-out ones. For files, --labels names the classes of --embeddings' rows, and a deterministic \
      fifth of the rows is held out.
      """)

  @OptionGroup var input: EmbeddingInput
  @Option(
    help: ArgumentHelp(
      "Classes of the rows, whole numbers, as .npy or safetensors.", valueName: "file"))
  var labels: String?
  @Flag(help: "Print one JSON document.") var json = false

  func run() throws {
    try Failure.classifying {
      switch try input.source() {
      case .run(let folder):
        guard labels == nil else {
          throw Failure.usage("--labels goes with --embeddings: a run knows its own")
        }
        let run = try MeasuredRun(folder, warn: Terminal.warning)
        try Output.show(run.measurement.layers(.evaluation), asJSON: json)
      case .files(let files):
        guard let labels else { throw Failure.usage("a probe of --embeddings needs --labels FILE") }
        let classes = try EmbeddingFile.readLabels(labels)
        let layers = try files.map { file in
          try LayerFigures(
            probing: EmbeddingFile.read(file.path), labels: classes, layer: file.layer)
        }
        try Output.show(layers, asJSON: json)
      }
    }
  }
}
