import Foundation
import Torch

/// Somebody's embeddings on disk: a .npy file, or a tensor of a safetensors file. It is mapped into memory, and
/// what is not read costs none.
public struct EmbeddingFile {
  /// The file, with the tensor's name where one was given: for messages.
  public let reference: String
  /// The array's shape: N first.
  public let shape: [Int]
  /// The type of its elements.
  public let dtype: DType
  private let read: (Range<Int>) throws -> Tensor

  /// N.
  public var count: Int { shape.first ?? 0 }

  /// Opens `FILE`, or `FILE:NAME` for one of several tensors of a safetensors file.
  ///
  /// - Throws: `EmbeddingFileError` for a file that cannot be read, and where the name is missing or unknown.
  public init(_ reference: String) throws(EmbeddingFileError) {
    self.reference = reference
    let (path, name) = EmbeddingFile.parts(of: reference)
    if path.hasSuffix(".safetensors") {
      let tensor = try EmbeddingFile.tensor(name, of: path)
      (shape, dtype) = (tensor.shape, tensor.dtype)
      read = { tensor[$0] }
    } else {
      (shape, dtype) = try EmbeddingFile.layout(ofArray: path)
      read = { try NumPyArray.read(path: path, rows: $0) }
    }
  }

  /// Rows by a range of their numbers.
  ///
  /// - Throws: `TorchError` for a file that has changed and cannot be read any more.
  public func rows(_ range: Range<Int>) throws -> Tensor { try read(range) }

  /// Rows by their numbers, copied.
  ///
  /// - Throws: as `rows(_:)`.
  public func rows(at numbers: [Int]) throws -> Tensor {
    try read(0..<count).gathered(Tensor(numbers))
  }

  /// The array as numbers of one kind, a row each.
  ///
  /// - Throws: `EmbeddingFileError` unless it is a vector of whole numbers; otherwise as `rows(_:)`.
  public func labels() throws -> [Int] {
    guard shape.count == 1, !dtype.isFloatingPoint else {
      throw EmbeddingFileError.notLabels(file: reference, dtype: dtype, shape: shape)
    }
    return try read(0..<count).scalars(Int.self)
  }

  /// The numbers of the rows that hold NaN or infinity (`Tensor.nonFiniteRows`), found a block at a time.
  ///
  /// - Throws: as `rows(_:)`.
  public func nonFiniteRows() throws -> [Int] {
    let width = shape.dropFirst().reduce(1, *)
    let length = max(1024, 4_000_000 / max(width, 1))
    return try stride(from: 0, to: count, by: length).flatMap { start -> [Int] in
      let block = try read(start..<min(start + length, count))
      return block.reshaped([block.size(0), -1]).nonFiniteRows.map { $0 + start }
    }
  }

  /// A colon may be part of a file's own name.
  private static func parts(of reference: String) -> (path: String, name: String?) {
    guard !FileManager.default.fileExists(atPath: reference),
      let colon = reference.lastIndex(of: ":"),
      reference[..<colon].hasSuffix(".safetensors")
    else { return (reference, nil) }
    return (String(reference[..<colon]), String(reference[reference.index(after: colon)...]))
  }

  private static func layout(
    ofArray path: String
  ) throws(EmbeddingFileError) -> (shape: [Int], dtype: DType) {
    do throws(TorchError) {
      let shape = try NumPyArray.shape(path: path)
      // Of no rows, for the type alone.
      let rows = try NumPyArray.read(path: path, rows: shape.isEmpty ? nil : 0..<0)
      return (shape, rows.dtype)
    } catch {
      throw .unreadable(error)
    }
  }

  private static func tensor(
    _ name: String?, of path: String
  ) throws(EmbeddingFileError) -> Tensor {
    let tensors: [String: Tensor]
    do throws(TorchError) {
      tensors = try SafeTensors(path: path).tensors
    } catch {
      throw .unreadable(error)
    }
    let known = tensors.keys.sorted()
    if let name {
      guard let tensor = tensors[name] else {
        throw .unknownTensor(name, file: path, known: known)
      }
      return tensor
    }
    guard tensors.count == 1, let tensor = tensors.values.first else {
      throw .tensorNotNamed(file: path, known: known)
    }
    return tensor
  }
}
