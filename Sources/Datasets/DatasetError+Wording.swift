import Foundation

extension DatasetError: CustomStringConvertible {
  /// What is wrong, in a few words.
  public var problem: String { fault.problem }

  /// What can be done about it.
  public var remedy: String { fault.remedy }

  /// `place: problem; remedy`, on one line whatever characters a path holds.
  public var description: String { singleLine("\(place): \(problem); \(remedy)") }
}

extension DatasetError.Fault {
  fileprivate var problem: String {
    switch self {
    case .outOfRange(let number, let allowed):
      allowed.upperBound == .max
        ? "\(number) is below \(allowed.lowerBound)"
        : "\(number) is not from \(allowed.lowerBound) to \(allowed.upperBound)"
    case .batch(let size, let count): "\(size) is more than the \(count) training images"
    case .noPath: "no path given"
    case .memory(let count, let side, let needed, let available):
      "\(count) images of \(side)×\(side) take \(gigabytes(needed)), more than the "
        + "\(gigabytes(available)) of this machine"
    case .noFolder: "no such folder"
    case .notAFolder: "a file, where a folder is needed"
    case .noFile: "no such file"
    case .unreadable: "cannot be read"
    case .length(let found, let expected, _): "\(found) bytes instead of \(expected)"
    case .fileMemory(let needed, let available):
      "reading it takes \(gigabytes(Double(needed))), more than the "
        + "\(gigabytes(Double(available))) of this machine"
    case .image(let fault): fault.reason
    case .classNames(let found, let expected, _): "\(found) class names instead of \(expected)"
    case .label(let label, let record, let last, _):
      "record \(record) has label \(label), above \(last)"
    case .noImages(let split): "no \(split)-images-idx3-ubyte in it"
    case .labelsOfOneSplit: "only one of train and t10k has labels"
    case .shortHeader(let isBeforeDimensions):
      "too short for \(isBeforeDimensions ? "a" : "its") header"
    case .notIDX: "not an IDX file (it does not begin with two zero bytes)"
    case .elementType(let type): "element type \(type) is not 8, unsigned bytes"
    case .dimensionCount(let found, let expected):
      "\(found) dimensions instead of "
        + expected.map(String.init).joined(separator: " or ")
    case .emptyDimension(let dimensions): "a dimension of length 0 in \(text(dimensions))"
    case .claimedBytes(let dimensions, let found):
      "its header claims \(text(dimensions)) bytes"
        + (found.map { ", but \($0) follow it" } ?? "")
    case .channels(let count): "\(count) channels instead of 3"
    case .labelCount(let labels, let images, let path):
      "\(labels) labels for the \(images) images of \(path)"
    case .skipped(let reason): reason
    case .noImageFiles(let first):
      "no image in it" + (first.map { "; \($0.path) is \($0.reason)" } ?? "")
    case .tooFewImages(let count, let classCount):
      (classCount < 2 ? "only 1 image" : "only 1 image in each of its \(count) classes")
        + ", which leaves none to hold out"
    case .noTrainFolder(let names):
      "it has the folders \(names.joined(separator: " and ")), but no train"
    case .annotation(let line): "line \(line) is not a file's name, a tab and its class"
    case .noReadableImage(let count, let first):
      "no readable image among the \(count) of a split"
        + (first.map { "; the first, \($0.path), is \($0.reason)" } ?? "")
    case .unwritable(let reason): "cannot be written: \(reason)"
    case .noSubstitute(let reason): "\(reason), and no other of its class can be read in its place"
    case .unknownClass(let name): "class \(name) is not in train"
    case .format(let fault): fault.problem
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .outOfRange(_, let allowed):
      allowed.upperBound == .max ? "choose \(allowed.lowerBound) or more" : "choose one that is"
    case .batch(_, let count): "choose \(count) or less, or add images"
    case .noPath: "say where its files are"
    case .memory: "choose fewer or smaller images"
    case .noFolder, .noFile(nil): "check the path"
    case .notAFolder:
      "give the folder that holds the files, or another --dataset; unpack an archive first"
    case .noFile(let distribution?):
      "give the folder \(distribution.folder) of \(distribution.archive), unpacked"
    case .unreadable: "check its permissions"
    case .unwritable: "check the folder, its permissions and its space"
    case .noSubstitute: "see whether the files are still there, and mend or remove it"
    case .length(_, _, let distribution), .classNames(_, _, let distribution),
      .label(_, _, _, let distribution):
      "unpack \(distribution.archive) again"
    case .fileMemory: "use a machine with more memory, or a smaller file"
    case .image, .annotation, .shortHeader, .notIDX, .elementType, .dimensionCount, .emptyDimension,
      .claimedBytes:
      "get the file again"
    case .noImages: "give the folder that holds the files of MNIST's format"
    case .labelsOfOneSplit: "add the other labels file"
    case .channels: "convert it to RGB or grey"
    case .labelCount: "use files of one and the same data set"
    case .skipped: "mend or remove it, or do not ask to be strict"
    case .noImageFiles: "put the images of each class in a subfolder"
    case .noReadableImage:
      "mend or remove what cannot be read, or add PNG, JPEG, WebP, GIF, BMP or TIFF images"
    case .tooFewImages: "add images, or a split of their own to hold out"
    case .noTrainFolder: "add the folder train, or give one of these"
    case .unknownClass: "use the same class folders in both"
    case .format(let fault): fault.remedy
    }
  }
}

private func gigabytes(_ bytes: Double) -> String { String(format: "%.0f GB", bytes / 1e9) }

private func text(_ dimensions: [Int]) -> String {
  dimensions.map(String.init).joined(separator: " × ")
}

/// The text with every control character, a line break among them, shown as "?".
package func singleLine(_ text: String) -> String {
  let scalars = text.unicodeScalars.map { scalar in
    scalar.properties.generalCategory == .control
      || scalar.properties.isPatternWhitespace
        && scalar != " "
      ? "?" : scalar
  }
  return String(String.UnicodeScalarView(scalars))
}
