import Archives

/// Why a data set could not be made of what packages hold.
public enum MakingError: Error, Equatable, Sendable {
  /// There is no such folder.
  case noFolder(String)
  /// No file of this name lies in the folder or below it.
  case noFile(name: String, folder: String)
  /// A file or folder cannot be read.
  case unreadable(String)
  /// A compressed file is damaged.
  case compressed(String, ArchiveError)
  /// A line of a table is not the numbers that it should be.
  case row(String, line: Int, expected: String)
  /// A table has no line.
  case emptyTable(String)
  /// A font file cannot be used.
  case font(String, reason: String)
  /// The folder holds too few faces of different design to hold any out.
  case tooFewFaces(String, usable: Int, groups: Int)
  /// The list of emoji names none that the font draws, or the font lacks them.
  case noPictograms(list: String, font: String)
  /// This machine's memory cannot hold the images.
  case memory(DatasetError)
  /// The images that come out would be too small or too large.
  case imageSize(Int, allowed: ClosedRange<Int>)
}

extension MakingError: CustomStringConvertible {
  /// `place: problem; remedy`, on one line whatever characters a path holds.
  public var description: String {
    let text =
      switch self {
      case .noFolder(let path): "\(path): no such folder; check the path"
      case .noFile(let name, let folder):
        "\(folder): no \(name) in it or below it; unpack the package that holds it"
      case .unreadable(let path): "\(path): cannot be read; check its permissions"
      case .compressed(let path, let error): "\(path): \(error); get the file again"
      case .row(let path, let line, let expected):
        "\(path): line \(line) is not \(expected); get the file again"
      case .emptyTable(let path): "\(path): no line in it; get the file again"
      case .font(let path, let reason): "\(path): \(reason); use another font file"
      case .tooFewFaces(let path, let usable, let groups):
        "\(path): \(usable) usable faces in \(groups) groups of design, which leaves none to hold "
          + "out; add fonts"
      case .noPictograms(let list, let font):
        "\(font): draws none of the emoji of \(list); use a font with coloured bitmaps"
      case .memory(let error): error.description
      case .imageSize(let size, let allowed):
        "image size: \(size) is not from \(allowed.lowerBound) to \(allowed.upperBound); choose "
          + "one that is"
      }
    return singleLine(text)
  }
}
