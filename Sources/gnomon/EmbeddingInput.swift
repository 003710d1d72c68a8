import ArgumentParser
import Foundation
import RunStore
import Torch

/// What `gnomon geometry` and `gnomon probe` measure: a run, or files of embeddings.
struct EmbeddingInput: ParsableArguments {
  enum Source {
    case run(RunFolder)
    case files([(layer: String, path: String)])
  }

  @Argument(help: "A run folder.") var run: String?
  @Option(help: ArgumentHelp("Embeddings of layer h, one a row.", valueName: "file"))
  var embeddings: String?
  @Option(help: ArgumentHelp("Embeddings of layer z, one a row.", valueName: "file"))
  var projections: String?

  func source() throws -> Source {
    let files = [("h", embeddings), ("z", projections)].compactMap { layer, path in
      path.map { (layer: layer, path: $0) }
    }
    switch (run, files.isEmpty) {
    case (.some(let path), true): return .run(RunFolder(path: path))
    case (nil, false): return .files(files)
    case (nil, true):
      throw Failure.usage("nothing to measure: name a run folder, or give --embeddings FILE")
    case (.some, false):
      throw Failure.usage("measure a run folder or files of embeddings, not both at once")
    }
  }
}

/// A matrix or vector in somebody's file.
enum EmbeddingFile {
  /// Reads a .npy file, or a safetensors file with one tensor.
  static func read(_ path: String) throws -> Tensor {
    guard path.hasSuffix(".safetensors") else { return try NumPyArray.read(path: path) }
    let tensors = try SafeTensors(path: path).tensors
    guard tensors.count == 1, let tensor = tensors.values.first else {
      throw TorchError(
        "\(path) holds \(tensors.count) tensors (\(tensors.keys.sorted().prefix(5).joined(separator: ", "))): "
          + "one is needed")
    }
    return tensor
  }

  /// Reads one whole number a row.
  static func readLabels(_ path: String) throws -> [Int] {
    let tensor = try read(path)
    guard tensor.rank == 1, !tensor.dtype.isFloatingPoint else {
      throw TorchError("\(path) should hold a vector of whole numbers, it holds \(tensor)")
    }
    return tensor.scalars(Int.self)
  }
}
