import Datasets

extension FuzzedParser {
  /// A tar shard with images and labels, in both splits, and each of its images.
  static let shard = FuzzedParser("tar", .images) { input in
    let folder = try Scratch.folder("tar")
    for split in ["train", "val"] { _ = try Scratch.file("tar/small-\(split)-000.tar", input) }
    let splits = try DatasetRequest(kind: .webDataset, path: folder, imageSize: 8).load()
    try splits.checkReading()
  }
}
