import Archives
import NumPyFormat
import Pickle

/// What can be wrong with a file of one format.
public enum FormatFault: Equatable, Sendable {
  // Of Python's pickles.

  /// The pickle is damaged, or names what no data set needs.
  case pickle(PickleError)
  /// The pickle lacks an entry, or it is of another type or shape.
  case entry(String, expected: String)

  // Of compressed files and archives.

  /// The compressed file or archive is not read.
  case archive(ArchiveError)
  /// A file decompresses to more or fewer bytes than its header says.
  case contentLength(expected: Int)

  // Of EMNIST.

  /// The folder holds several of EMNIST's splits.
  case severalSplits([String])
  /// A label is not in the list of the split's classes.
  case unmapped(label: Int)

  // Of arrays.

  /// The file is no readable array.
  case array(NumPyHeaderError)
  /// An array's elements are of another type than they can be.
  case elementType(String, expected: String)
  /// An array has another shape than it can have.
  case shape([Int], expected: String)
  /// An array lies with its first dimension fastest.
  case columnMajor
  /// The arrays hold no images to train on; these are their names.
  case noImages(names: [String])
  /// Held-out images have no array of labels, or training images, and the others do.
  case labelsOfOneSplit
  /// There are more or fewer labels than images.
  case labelCount(Int, images: Int)
  /// A label is below 0, or beyond what any data set has.
  case label(Int)

  // Of MATLAB's files.

  /// The file is no readable MATLAB file.
  case matlab(MATLABFault)

  // Of shards.

  /// No file fits the pattern.
  case noShard
  /// The pattern stands for more names than anyone has shards.
  case pattern
  /// Some of the shards are named after a split, and this one is not.
  case splitlessShard
  /// A shard is named after training and after held-out images.
  case shardOfTwoSplits
  /// There are no held-out shards, or none to train on.
  case oneSplit(found: String)
  /// A sample has no label, and others do.
  case unlabeled(sample: String)
  /// A sample's label cannot be read.
  case sampleLabel(sample: String)
  /// The shards hold no image; members that are neither images nor labels end so.
  case noSample(endings: [String])

  // Of packed data sets.

  /// The file is no whole packed data set.
  case packed(PackedFault)

  // Of composites.

  /// The digits are of more classes than ten, or have none.
  case digits(classes: Int)
}

extension FormatFault {
  var problem: String {
    switch self {
    case .pickle(let error): "\(error)"
    case .entry(let name, let expected): "no entry \(name) that is \(expected)"
    case .archive(let error): "\(error)"
    case .contentLength(let expected): "it does not hold the \(expected) bytes that it claims"
    case .severalSplits(let names): "several splits of EMNIST, \(names.joined(separator: ", "))"
    case .unmapped(let label): "label \(label) is not in its list of classes"
    case .array(let error): "not a readable .npy file: \(error)"
    case .elementType(let type, let expected): "elements of type \(type) instead of \(expected)"
    case .shape(let shape, let expected):
      "an array of \(shape.map(String.init).joined(separator: " × ")) instead of \(expected)"
    case .columnMajor: "an array in Fortran's order"
    case .noImages(let names):
      "no array of training images"
        + (names.isEmpty ? "" : " among \(names.prefix(8).joined(separator: ", "))")
    case .labelsOfOneSplit: "only one split has labels"
    case .labelCount(let labels, let images): "\(labels) labels for \(images) images"
    case .label(let label): "label \(label) is not from 0 to \(FormatFault.lastLabel)"
    case .matlab(let fault): "not a readable MATLAB file: \(fault.reason)"
    case .noShard: "no .tar file there"
    case .pattern: "a pattern for more than \(FormatFault.shardLimit) files"
    case .shardOfTwoSplits: "a shard that is named after two splits"
    case .splitlessShard: "a shard that is named after no split, beside others that are"
    case .oneSplit(let found): "shards of \(found) alone"
    case .unlabeled(let sample): "sample \(sample) has no label, and others do"
    case .sampleLabel(let sample): "the label of sample \(sample) cannot be read"
    case .noSample(let endings):
      "no image in it"
        + (endings.isEmpty
          ? "" : ": its members end in \(endings.map { ".\($0)" }.joined(separator: ", "))")
    case .packed(let fault): fault.problem
    case .digits(let classes): "\(classes) classes instead of ten digits"
    }
  }

  var remedy: String {
    switch self {
    case .severalSplits(let names): "add one's name to the path, as in FOLDER/\(names.first ?? "")"
    case .elementType: "convert the array"
    case .shape: "reshape the array"
    case .columnMajor: "save it again from numpy.ascontiguousarray"
    case .noImages: "name it x_train, train_images or images"
    case .labelsOfOneSplit, .labelCount, .label, .unlabeled, .sampleLabel: "mend the labels"
    case .noShard: "name a folder of .tar files, or a pattern such as FOLDER/train-{000..009}.tar"
    case .pattern: "choose fewer"
    case .noSample: "name images KEY.jpg, KEY.png or alike, each beside its KEY.cls"
    case .splitlessShard, .shardOfTwoSplits, .oneSplit:
      "name shards of both splits, or of none: train and val"
    case .packed(let fault): fault.remedy
    case .digits: "give it the files of MNIST"
    case .archive(.outsideName), .archive(.notAFile), .archive(.sparse):
      "pack the archive again, of plain files alone"
    default: "get the file again"
    }
  }

  /// The largest label that is believed: ImageNet's largest list has 21,841 classes.
  static let lastLabel = 65_535

  /// The most files that a pattern may stand for.
  static let shardLimit = 100_000
}
