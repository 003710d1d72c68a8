extension DatasetKind {
  /// CIFAR-10.
  public static let cifar10 = DatasetKind(
    "cifar10", "CIFAR-10: photographs, 32 × 32",
    files:
      "the unpacked `cifar-10-batches-py` or `cifar-10-batches-bin`, or the folder that holds it",
    labels: "10 classes", splits: "50,000 and 10,000, as published"
  ) { request throws(DatasetError) in try CIFARReader.cifar10().read(request) }

  /// CIFAR-100 with its fine classes.
  public static let cifar100 = DatasetKind(
    "cifar100", "CIFAR-100: photographs, 32 × 32",
    files: "the unpacked `cifar-100-python` or `cifar-100-binary`, or the folder that holds it",
    labels: "100 classes; the 20 superclasses are a factor, `superclass`",
    splits: "50,000 and 10,000, as published", factors: [CIFARReader.superclass],
    classFactor: CIFARReader.subclass
  ) { request throws(DatasetError) in try CIFARReader.cifar100().read(request) }

  /// CIFAR-100 with its coarse classes.
  public static let cifar100Coarse = DatasetKind(
    "cifar100-coarse", "CIFAR-100 by its superclasses", files: cifar100.files,
    labels: "20 superclasses; the 100 classes are a factor, `subclass`",
    splits: cifar100.splits, factors: [CIFARReader.subclass], classFactor: CIFARReader.superclass
  ) { request throws(DatasetError) in
    try CIFARReader.cifar100(labels: .coarse).read(request)
  }
}

/// CIFAR-10 or CIFAR-100 (Krizhevsky, *Learning multiple layers of features from tiny images*, 2009;
/// https://www.cs.toronto.edu/~kriz/cifar.html) in either of the forms that it is distributed in.
package struct CIFARReader: Sendable {
  /// Which of CIFAR-100's labels are the classes.
  package enum LabelSet: Sendable {
    case fine
    case coarse
  }

  static let superclass = KnownFactor(name: "superclass", kind: .categorical(count: 20))
  static let subclass = KnownFactor(name: "subclass", kind: .categorical(count: 100))

  private let name: String
  private let labelSet: LabelSet
  private let forms: [any CIFARFiles]

  /// CIFAR-10: five batches to train on.
  package static func cifar10(recordsPerFile: Int = 10_000) -> CIFARReader {
    let train = (1...5).map { CIFARBatchFile(name: "data_batch_\($0)", records: recordsPerFile) }
    let test = CIFARBatchFile(name: "test_batch", records: recordsPerFile)
    return CIFARReader(
      name: "cifar10", labelSet: .fine,
      forms: [
        CIFARPickles(
          distribution: .init(archive: "cifar-10-python.tar.gz", folder: "cifar-10-batches-py"),
          train: train, test: test, namesFile: "batches.meta",
          labels: .init(key: "labels", names: "label_names", count: 10), coarseLabels: nil),
        CIFARBinaries(
          distribution: .init(archive: "cifar-10-binary.tar.gz", folder: "cifar-10-batches-bin"),
          train: train, test: test,
          labels: .init(namesFile: "batches.meta.txt", count: 10, byte: 0), coarseLabels: nil),
      ])
  }

  /// CIFAR-100, labelled with its fine classes unless said otherwise.
  package static func cifar100(
    labels: LabelSet = .fine, recordsPerTrainFile: Int = 50_000, recordsPerTestFile: Int = 10_000
  ) -> CIFARReader {
    let train = [CIFARBatchFile(name: "train", records: recordsPerTrainFile)]
    let test = CIFARBatchFile(name: "test", records: recordsPerTestFile)
    return CIFARReader(
      name: labels == .fine ? "cifar100" : "cifar100-coarse", labelSet: labels,
      forms: [
        CIFARPickles(
          distribution: .init(archive: "cifar-100-python.tar.gz", folder: "cifar-100-python"),
          train: train, test: test, namesFile: "meta",
          labels: .init(key: "fine_labels", names: "fine_label_names", count: 100),
          coarseLabels: .init(key: "coarse_labels", names: "coarse_label_names", count: 20)),
        CIFARBinaries(
          distribution: .init(archive: "cifar-100-binary.tar.gz", folder: "cifar-100-binary"),
          train: train, test: test,
          labels: .init(namesFile: "fine_label_names.txt", count: 100, byte: 1),
          coarseLabels: .init(namesFile: "coarse_label_names.txt", count: 20, byte: 0)),
      ])
  }

  /// Reads both splits from the unpacked folder, or from the folder that holds it.
  package func read(_ request: DatasetRequest) throws(DatasetError) -> DatasetSplits {
    let (folder, files) = try find(request.folder())
    let classNames = try files.classNames(in: folder, labelSet)
    return try ImageLoader.splits(
      request, train: try source("train", folder, files, files.train, classNames),
      heldOut: try source("held out", folder, files, [files.test], classNames))
  }

  private func find(_ path: String) throws(DatasetError) -> (folder: String, any CIFARFiles) {
    for files in forms {
      let inner = path + "/" + files.distribution.folder
      if FileBytes.isFolder(inner) { return (inner, files) }
    }
    for files in forms {
      let first = path + "/" + files.fileName(files.train[0])
      if FileBytes.size(of: first) != nil { return (path, files) }
    }
    let either = DatasetError.Distribution(
      archive: forms.map(\.distribution.archive).joined(separator: " or "),
      folder: forms.map(\.distribution.folder).joined(separator: " or "))
    throw DatasetError(path + "/" + forms[0].fileName(forms[0].train[0]), .noFile(of: either))
  }

  private func source(
    _ split: String, _ folder: String, _ files: any CIFARFiles, _ batches: [CIFARBatchFile],
    _ classNames: [String]
  ) throws(DatasetError) -> ImageSource {
    var all = CIFARBatch()
    for batch in batches {
      let read = try files.batch(batch, in: folder)
      all.planes += read.planes
      all.labels += read.labels
      all.coarseLabels += read.coarseLabels
    }
    let images = RawImages(
      bytes: StoredBytes(all.planes[...]), layout: .planes(height: 32, width: 32))
    let (labels, others, factor) =
      labelSet == .fine
      ? (all.labels, all.coarseLabels, CIFARReader.superclass)
      : (all.coarseLabels, all.labels, CIFARReader.subclass)
    return images.source(
      name: "\(name) \(split)", place: folder + "/" + files.fileName(batches[0]), labels: labels,
      classNames: classNames,
      factors: others.isEmpty
        ? [] : [Factor(name: factor.name, kind: factor.kind, values: others.map(Float.init))])
  }
}
