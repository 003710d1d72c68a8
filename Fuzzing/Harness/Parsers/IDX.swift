import Datasets

extension FuzzedParser {
  /// MNIST's files: the images are the input, the labels are one; and the other way round.
  static let idx = FuzzedParser("idx", .inflated) { input in
    let folder = try Scratch.folder("idx")
    let request = DatasetRequest(kind: .idx, path: folder, imageSize: 8)
    let image: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7]
    let label: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 1, 3]
    _ = try Scratch.file("idx/t10k-images-idx3-ubyte", image)
    _ = try Scratch.file("idx/t10k-labels-idx1-ubyte", label)
    _ = try Scratch.file("idx/train-images-idx3-ubyte", input)
    _ = try Scratch.file("idx/train-labels-idx1-ubyte", label)
    _ = try? request.load()
    _ = try Scratch.file("idx/train-images-idx3-ubyte", image)
    _ = try Scratch.file("idx/train-labels-idx1-ubyte", input)
    _ = try request.load()
  }
}
