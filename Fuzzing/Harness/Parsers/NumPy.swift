import Datasets
import Torch

extension FuzzedParser {
  /// A .npy file as a tensor, in rows, and as a data set.
  static let numPyArray = FuzzedParser("npy", .images) { input in
    let path = try Scratch.file("images.npy", input)
    if let array = try? NumPyArray.read(path: path), let rows = array.shape.first, rows > 1 {
      let part = try NumPyArray.read(path: path, rows: 1..<rows)
      precondition(part.shape.dropFirst() == array.shape.dropFirst())
    }
    _ = try? NumPyArray.shape(path: path)
    _ = try DatasetRequest(kind: .numpy, path: path, imageSize: 8).load()
  }

  /// A .npz file as a data set.
  static let numPyArchive = FuzzedParser("npz", .images) { input in
    let path = try Scratch.file("arrays.npz", input)
    _ = try DatasetRequest(kind: .numpy, path: path, imageSize: 8).load()
  }
}
