import ArgumentParser
import Geometry
import RunStore
import Training

struct GeometryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "geometry",
    abstract: "Spectra, ranks and invariances, of a run or of anybody's embeddings.",
    discussion: """
      A run is measured at every layer on its held-out images, from its newest checkpoint. Embeddings are \
      .npy files or safetensors files with one tensor, one embedding a row: layer h by --embeddings, layer z \
      by --projections.
      """)

  @OptionGroup var input: EmbeddingInput
  @Flag(help: "Print one JSON document.") var json = false

  func run() throws {
    try Failure.classifying {
      switch try input.source() {
      case .run(let folder):
        let run = try MeasuredRun(folder, warn: Terminal.warning)
        try Output.show(run.measurement.layers(.geometry), asJSON: json)
      case .files(let files):
        let layers = try files.map { file in
          try LayerFigures(layer: file.layer, embeddings: EmbeddingFile.read(file.path))
        }
        try Output.show(layers, asJSON: json)
        if !json {
          Terminal.note(
            "invariances need two views of each sample: measure a run, or see gnomon probe for accuracies"
          )
        }
      }
    }
  }
}
