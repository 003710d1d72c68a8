import Foundation

/// The binary distribution of CIFAR-10 or CIFAR-100 (Krizhevsky, *Learning multiple layers of
/// features from tiny images*, 2009; https://www.cs.toronto.edu/~kriz/cifar.html).
///
/// A file is a row of records: the label bytes, then 1024 red, 1024 green and 1024 blue bytes of a
/// 32 × 32 image, rows from the top.
package struct CIFARReader: Sendable {
  private let name: String
  private let distribution: DatasetError.Distribution
  private let trainFiles: [String]
  private let testFile: String
  private let namesFile: String
  private let classCount: Int
  /// Label bytes of a record: the last one is the label, those before it are coarser.
  private let labelBytes: Int
  private let recordsPerTrainFile: Int
  private let recordsPerTestFile: Int

  /// CIFAR-10: five batches to train on.
  package static func cifar10(recordsPerFile: Int = 10_000) -> CIFARReader {
    CIFARReader(
      name: "cifar10",
      distribution: .init(archive: "cifar-10-binary.tar.gz", folder: "cifar-10-batches-bin"),
      trainFiles: (1...5).map { "data_batch_\($0).bin" }, testFile: "test_batch.bin",
      namesFile: "batches.meta.txt", classCount: 10, labelBytes: 1,
      recordsPerTrainFile: recordsPerFile, recordsPerTestFile: recordsPerFile)
  }

  /// CIFAR-100, labelled with its fine classes.
  package static func cifar100(
    recordsPerTrainFile: Int = 50_000, recordsPerTestFile: Int = 10_000
  ) -> CIFARReader {
    CIFARReader(
      name: "cifar100",
      distribution: .init(archive: "cifar-100-binary.tar.gz", folder: "cifar-100-binary"),
      trainFiles: ["train.bin"], testFile: "test.bin", namesFile: "fine_label_names.txt",
      classCount: 100, labelBytes: 2, recordsPerTrainFile: recordsPerTrainFile,
      recordsPerTestFile: recordsPerTestFile)
  }

  private static let side = 32
  private static let channelBytes = side * side

  /// Reads both splits from the unpacked folder, or from the folder that holds it.
  package func read(_ request: DatasetRequest, path: String) throws(DatasetError) -> DatasetSplits {
    let inner = path + "/" + distribution.folder
    let folder = FileBytes.isFolder(inner) ? inner : path
    let classNames = try readClassNames(folder)
    let loader = ImageLoader(size: request.imageSize, seed: request.seed)
    let train = try source(
      "\(name) train", trainFiles.map { folder + "/" + $0 }, recordsPerTrainFile, classNames)
    let test = try source(
      "\(name) held out", [folder + "/" + testFile], recordsPerTestFile, classNames)
    return DatasetSplits(
      train: try loader.load(train, limit: request.trainCount, stream: 0).images,
      heldOut: try loader.load(test, limit: request.heldOutCount, stream: 1).images)
  }

  private func readClassNames(_ folder: String) throws(DatasetError) -> [String] {
    let path = folder + "/" + namesFile
    // The real lists take less than 1,200 bytes.
    guard FileBytes.size(of: path) != nil, let bytes = FileBytes.read(path, count: 1 << 16) else {
      throw DatasetError(path, .noFile(of: distribution))
    }
    let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard names.count == classCount else {
      throw DatasetError(
        path, .classNames(names.count, expected: classCount, of: distribution))
    }
    return names
  }

  private func source(
    _ name: String, _ files: [String], _ recordsPerFile: Int, _ classNames: [String]
  ) throws(DatasetError) -> ImageSource {
    let recordBytes = labelBytes + 3 * CIFARReader.channelBytes
    var records: [UInt8] = []
    var labels: [Int] = []
    for file in files {
      let bytes = try FileBytes.read(
        file, exactly: recordsPerFile * recordBytes, of: distribution)
      for record in 0..<recordsPerFile {
        let label = Int(bytes[record * recordBytes + labelBytes - 1])
        guard label < classCount else {
          throw DatasetError(
            file, .label(label, record: record, last: classCount - 1, of: distribution))
        }
        labels.append(label)
      }
      records += bytes
    }
    let all = records
    let start = labelBytes
    return ImageSource(
      name: name, place: files[0], count: labels.count, labels: labels, classNames: classNames
    ) { index throws(SkippedFile) in
      CIFARReader.interleaved(all, from: index * recordBytes + start)
    }
  }

  private static func interleaved(_ planes: [UInt8], from start: Int) -> RGBImage {
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * channelBytes) { buffer, count in
      count = 3 * channelBytes
      for channel in 0..<3 {
        for pixel in 0..<channelBytes {
          buffer.initializeElement(
            at: pixel * 3 + channel, to: planes[start + channel * channelBytes + pixel])
        }
      }
    }
    return RGBImage(width: side, height: side, pixels: pixels)
  }
}
