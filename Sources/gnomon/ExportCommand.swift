import ArgumentParser
import Foundation
import Interchange
import RunStore
import Runs
import Torch

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "A run's weights, its embeddings, or its encoder as an ONNX graph.",
    discussion: """
      Weights are those of the newest checkpoint, as a safetensors file: torchvision and timm are the encoder alone \
      under these libraries' names, gnomon is encoder, head and configuration. Embeddings are of the held-out \
      images, one a row, as a .npy file. An ONNX graph takes images as RGB in 0…1 and gives h.
      """)

  @Argument(help: ArgumentHelp("A run folder.", valueName: "run")) var path: String
  @Option(
    help: ArgumentHelp(
      "Whose names: \(WeightsFormat.allCases.map(\.rawValue).joined(separator: ", ")) (default: gnomon).",
      valueName: "name"))
  var format: WeightsFormat?
  @Option(
    help: ArgumentHelp(
      "Write embeddings of this layer instead: stage1, … or block1, …, h, head.1, …, z.",
      valueName: "layer"))
  var embeddings: String?
  @Option(
    help: ArgumentHelp(
      "Write the encoder as an ONNX graph into this file instead: images, RGB in 0…1, to h.",
      valueName: "file"))
  var onnx: String?
  @Flag(help: "With --onnx: z as a second output.") var withHead = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write (default: FORMAT.safetensors or LAYER.npy in the run's folder).",
      valueName: "file"))
  var output: String?

  func run() throws {
    try Failure.classifying {
      let folder = RunFolder(path: path)
      guard !withHead || onnx != nil else { throw Failure.usage("--with-head goes with --onnx") }
      if let onnx {
        guard format == nil, embeddings == nil, output == nil else {
          throw Failure.usage(
            "--onnx names its file: leave out --format, --embeddings and --output")
        }
        return try writeGraph(to: URL(fileURLWithPath: onnx), of: folder)
      }
      guard let layer = embeddings else { return try writeWeights(of: folder) }
      guard format == nil else {
        throw Failure.usage("--format goes with weights: leave it out, or --embeddings")
      }
      try writeEmbeddings(layer, of: folder)
    }
  }

  private func writeWeights(of folder: RunFolder) throws {
    let format = format ?? .gnomon
    let model = try SavedModel(folder, warn: Terminal.warning)
    guard format.names(model.form) else {
      throw Failure.usage(
        "--format \(format.rawValue) has no names for \(model.form): use --format timm")
    }
    let file = file("\(format.rawValue).safetensors", in: folder)
    try AtomicFile.write(to: file) { append in
      try model.weights(as: format).encode { bytes in try append(bytes) }
    }
    Terminal.note("wrote \(file.relativePath), weights of step \(model.step)")
  }

  private func writeGraph(to file: URL, of folder: RunFolder) throws {
    let model = try SavedModel(folder, warn: Terminal.warning)
    try AtomicFile.write(model.onnx(withHead: withHead).data, to: file)
    Terminal.note(
      "wrote \(file.relativePath), \(model.form) at step \(model.step): images to h"
        + (withHead ? " and z" : ""))
  }

  private func writeEmbeddings(_ layer: String, of folder: RunFolder) throws {
    let run = try MeasuredRun(folder, layers: .all, warn: Terminal.warning)
    guard let embeddings = try run.model.embeddings(of: layer) else {
      let names = run.model.layerNames.joined(separator: ", ")
      throw Failure.usage("--embeddings \(layer): the run has the layers \(names)")
    }
    run.model.tellSkipped()
    let file = file("\(layer).npy", in: folder)
    try AtomicFile.write(NumPyArray.encode(embeddings), to: file)
    Terminal.note(
      "wrote \(file.relativePath), \(embeddings.size(0)) held-out images at step \(run.step)")
  }

  private func file(_ name: String, in folder: RunFolder) -> URL {
    output.map { URL(fileURLWithPath: $0) } ?? folder.url.appendingPathComponent(name)
  }
}
