import Torch

/// Why a file holds no embeddings or labels that can be used.
public enum EmbeddingFileError: Error, Equatable, CustomStringConvertible {
  /// The file itself cannot be read.
  case unreadable(TorchError)
  /// A safetensors file has no tensor of this name.
  case unknownTensor(String, file: String, known: [String])
  /// A safetensors file has several tensors, or none, and none was named.
  case tensorNotNamed(file: String, known: [String])
  /// What should be a vector of whole numbers is not.
  case notLabels(file: String, dtype: DType, shape: [Int])

  /// One line: what was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .unknownTensor(let name, let file, let known):
      "\(file) holds no tensor '\(name)'; it holds \(Self.list(known))"
    case .tensorNotNamed(let file, let known):
      "\(file) holds \(known.count) tensors (\(Self.list(known))): choose one as \(file):NAME"
    case .notLabels(let file, let dtype, let shape):
      "\(file) should hold a vector of whole numbers, it holds \(dtype)\(shape)"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ")
  }
}
