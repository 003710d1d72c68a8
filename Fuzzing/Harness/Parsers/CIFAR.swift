import Datasets

extension FuzzedParser {
  /// CIFAR-100's binary files, with two labels a record.
  static let cifar = FuzzedParser("cifar") { input in
    let folder = try Scratch.folder("cifar")
    let names = { (count: Int) in Array((0..<count).map { "class\($0)\n" }.joined().utf8) }
    _ = try Scratch.file("cifar/fine_label_names.txt", names(100))
    _ = try Scratch.file("cifar/coarse_label_names.txt", names(20))
    for name in ["train.bin", "test.bin"] { _ = try Scratch.file("cifar/\(name)", input) }
    let reader = CIFARReader.cifar100(recordsPerTrainFile: 1, recordsPerTestFile: 1)
    _ = try reader.read(DatasetRequest(kind: .cifar100, path: folder, imageSize: 8))
  }

  /// CIFAR-10's pickles: a batch, and the list of classes.
  static let cifarPickle = FuzzedParser("cifar-pickle") { input in
    let folder = try Scratch.folder("cifar-pickle")
    let names = (0..<10).map { "S'class\($0)'\n" }.joined()
    let listing = Array("(dS'label_names'\n(l\(names.replacing("\n", with: "\na"))s.".utf8)
    _ = try Scratch.file("cifar-pickle/batches.meta", listing)
    for batch in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"] {
      _ = try Scratch.file("cifar-pickle/\(batch)", input)
    }
    _ = try Scratch.file("cifar-pickle/test_batch", input)
    let reader = CIFARReader.cifar10(recordsPerFile: 2)
    let request = DatasetRequest(kind: .cifar10, path: folder, imageSize: 8)
    _ = try? reader.read(request)
    _ = try Scratch.file("cifar-pickle/batches.meta", input)
    _ = try reader.read(request)
  }
}
