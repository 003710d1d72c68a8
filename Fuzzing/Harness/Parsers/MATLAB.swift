import Datasets

extension FuzzedParser {
  /// SVHN's files.
  static let matlab = FuzzedParser("matlab", .inflated) { input in
    let folder = try Scratch.folder("matlab")
    for name in ["train", "test"] { _ = try Scratch.file("matlab/\(name)_32x32.mat", input) }
    _ = try DatasetRequest(kind: .svhn, path: folder, imageSize: 8).load()
  }
}
