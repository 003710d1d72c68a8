import ArgumentParser
import Foundation
import Interchange
import Measures
import RunStore
import Runs
import Torch

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "A run's weights, its encoder as an ONNX graph, or embeddings by a run or anybody's weights.",
    discussion: """
      Weights are those of the newest checkpoint, as a safetensors file: torchvision and timm are the encoder alone \
      under these libraries' names, gnomon is encoder, head and configuration. Embeddings are of the held-out \
      images, one a row, as a .npy file; with --weights of somebody else's model, on a data set. An ONNX graph takes \
      images as RGB in 0…1 and gives h.
      """)

  @Argument(help: ArgumentHelp("A run folder, unless --weights is given.", valueName: "run"))
  var path: String?
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
      valueName: "file"), transform: namedPath)
  var output: String?
  @OptionGroup var others: WeightsInput

  func run() throws {
    try Failure.classifying {
      guard !withHead || onnx != nil else { throw Failure.usage("--with-head goes with --onnx") }
      if let weights = others.weights { return try writeEmbeddings(ofWeights: weights) }
      try others.expectNothingGiven()
      guard let path else { throw Failure.usage("name a run folder, or give --weights FILE") }
      let folder = RunFolder(path: path)
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
    try write(layer, of: run.model, to: file("\(layer).npy", in: folder), " at step \(run.step)")
  }

  private func writeEmbeddings(ofWeights weights: String) throws {
    guard path == nil, format == nil, onnx == nil else {
      throw Failure.usage(
        "--weights goes with --embeddings alone: leave out the run, --format and --onnx")
    }
    guard let layer = embeddings, let output else {
      throw Failure.usage("--weights needs --embeddings LAYER and --output FILE")
    }
    let model = try others.model(weights, layers: .all).model
    try write(layer, of: model, to: URL(fileURLWithPath: output), "")
  }

  private func write(
    _ layer: String, of model: MeasuredModel, to file: URL, _ moment: String
  ) throws {
    guard let embeddings = try model.embeddings(of: layer) else {
      let names = model.layerNames.joined(separator: ", ")
      throw Failure.usage("--embeddings \(layer): it has the layers \(names)")
    }
    model.tellSkipped()
    try AtomicFile.write(NumPyArray.encode(embeddings), to: file)
    Terminal.note(
      "wrote \(file.relativePath), \(embeddings.size(0)) held-out images\(moment)")
  }

  private func file(_ name: String, in folder: RunFolder) -> URL {
    output.map { URL(fileURLWithPath: $0) } ?? folder.url.appendingPathComponent(name)
  }
}
