import Datasets

extension FuzzedParser {
  /// A tar shard with images and labels, and each of its images.
  static let shard = FuzzedParser("tar", .images) { input in
    let path = try Scratch.file("samples.tar", input)
    let splits = try DatasetRequest(kind: .webDataset, path: path, imageSize: 8).load()
    try splits.checkReading()
  }
}
