import Foundation
import Torch

/// Named tensors of anybody's model: a safetensors file, or a checkpoint that `torch.save` wrote.
///
/// Dictionaries within each other are one list of names, the keys joined by dots: `state_dict.backbone.conv1.weight`.
/// Of a checkpoint nothing is called: tensors are built from their descriptions, and everything else (an epoch, an
/// optimiser's state, hyper-parameters) is passed over as data. A checkpoint that so much as names a function
/// beyond those that tensors, containers and numbers take is refused.
public struct WeightsFile {
  /// The file's path.
  public let path: String
  /// The tensors by name.
  public let tensors: [String: Tensor]
  /// The strings beside the tensors, of a safetensors file.
  public let metadata: [String: String]

  /// Reads a file; its first bytes say what it is.
  ///
  /// - Throws: `WeightsError`, one line with the path.
  public init(path: String) throws(WeightsError) {
    self.path = path
    let first = WeightsFile.firstBytes(of: path)
    if first.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      tensors = try TorchCheckpoint(path: path).tensors
      metadata = [:]
      return
    }
    // A pickle of the number that older versions of PyTorch begin with.
    if first.starts(with: [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46]) {
      throw WeightsError(path, .legacy)
    }
    // The length of a header that is text, and the brace that it begins with.
    if first.count > 8, first[8] != UInt8(ascii: "{") { throw WeightsError(path, .unknownFormat) }
    do throws(TorchError) {
      let file = try SafeTensors(path: path)
      (tensors, metadata) = (file.tensors, file.metadata)
    } catch {
      throw WeightsError(path, .container(error))
    }
    guard !tensors.isEmpty else { throw WeightsError(path, .noTensors) }
  }

  private static func firstBytes(of path: String) -> [UInt8] {
    (try? MappedFile(path: path)).map { Array($0.bytes.prefix(9)) } ?? []
  }
}
