/// Why a data set could not be had: what is wrong, and where.
public struct DatasetError: Error, Equatable, Sendable {
  /// The file, folder or setting at fault.
  public let place: String
  /// What is wrong with it.
  public let fault: Fault

  /// A fault at a place.
  public init(_ place: String, _ fault: Fault) {
    self.place = place
    self.fault = fault
  }

  /// That a folder is not there, or is a file.
  static func noFolder(at path: String) -> DatasetError {
    DatasetError(path, FileBytes.size(of: path) == nil ? .noFolder : .notAFolder)
  }

  /// What can be wrong with a data set.
  public enum Fault: Equatable, Sendable {
    // Of settings.

    /// A number lies beyond what can be asked for.
    case outOfRange(Int, allowed: ClosedRange<Int>)
    /// A batch takes more images than there are.
    case batch(size: Int, imageCount: Int)
    /// A kind of data set that is read from files was asked for without a path.
    case noPath
    /// The images take more bytes than the machine's memory has.
    case memory(imageCount: Int, side: Int, needed: Double, available: Double)

    // Of any file or folder.

    /// There is no such folder.
    case noFolder
    /// What should be a folder is a file.
    case notAFolder
    /// There is no such file, which belongs to a distribution if one is given.
    case noFile(of: Distribution? = nil)
    /// It is there and cannot be read.
    case unreadable
    /// A file is longer or shorter than its distribution's is.
    case length(Int, expected: Int, of: Distribution)
    /// It cannot be written.
    case unwritable(reason: String)
    /// A file holds more bytes than the machine's memory has room for.
    case fileMemory(needed: Int, available: Int)
    /// An image in a file cannot be used.
    case image(ImageFault)

    // Of CIFAR's files.

    /// A list has more or fewer names of classes than the data set has classes.
    case classNames(Int, expected: Int, of: Distribution)
    /// A record's label is beyond the last class.
    case label(Int, record: Int, last: Int, of: Distribution)

    // Of IDX files.

    /// A folder lacks the images of a split, `train` or `t10k`.
    case noImages(split: String)
    /// One split has labels and the other has none.
    case labelsOfOneSplit
    /// A file ends before its header does, or in the midst of it.
    case shortHeader(isBeforeDimensions: Bool)
    /// A file does not begin as IDX files do.
    case notIDX
    /// The elements are of another type than unsigned bytes.
    case elementType(UInt8)
    /// A file has another number of dimensions than it can have.
    case dimensionCount(Int, expected: [Int])
    /// A dimension has no length.
    case emptyDimension([Int])
    /// A header claims other than the bytes that follow it; nil where what it claims is beyond measure.
    case claimedBytes([Int], found: Int?)
    /// Colour images have other than three channels.
    case channels(Int)
    /// There are more or fewer labels than images.
    case labelCount(Int, imageCount: Int, images: String)

    // Of folders of images.

    /// A file was skipped, and all were asked for.
    case skipped(reason: String)
    /// A folder holds no image; the first file that looked like one, where there is one.
    case noImageFiles(first: SkippedFile? = nil)
    /// There are not two images in any class, of so many images, so that none can be held out.
    case tooFewImages(Int, classCount: Int)
    /// There are folders of images to hold out and none to train on.
    case noTrainFolder(beside: [String])
    /// A line of a file of annotations does not name a file and its class.
    case annotation(line: Int)
    /// None of the images can be read; the first of them, where there is one.
    case noReadableImage(among: Int, first: SkippedFile?)
    /// An image cannot be read, and neither can any other of its class that was tried in its place.
    case noSubstitute(reason: String)
    /// A held-out class is not trained on.
    case unknownClass(String)

    // Of one format alone.

    /// A file is not as its format asks.
    case format(FormatFault)
  }

  /// Files that are published together.
  public struct Distribution: Equatable, Sendable {
    /// The archive that they come in.
    public let archive: String
    /// The folder that it is unpacked to.
    public let folder: String
  }
}
