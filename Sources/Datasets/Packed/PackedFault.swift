/// What can be wrong with a packed data set's file.
public enum PackedFault: Error, Equatable, Sendable {
  /// It does not begin as one, or ends within its header.
  case notPacked
  /// It is of a version that is not read.
  case version(UInt32)
  /// It is longer or shorter than it was when it was written.
  case length(Int, expected: Int)
  /// The checksum of a part does not fit its bytes.
  case checksum(String)
  /// The images are of a size that none can be.
  case side(Int)
  /// There are more sections than there can be, or none.
  case sectionCount(Int)
  /// A section is of a kind or a split that there is not.
  case unknownSection(kind: UInt32, split: UInt32)
  /// A section does not lie in the file, or not at a multiple of what it has to.
  case misplaced(String)
  /// Two sections share bytes.
  case overlap(String, String)
  /// There are two of a section.
  case repeated(String)
  /// There is no such section, or no such split in the description.
  case missing(String)
  /// A section is longer or shorter than the description asks.
  case sectionLength(String, found: Int, expected: Int)
  /// The description is not what it should be.
  case description(String)
  /// A label has no class.
  case label(Int, classes: Int, split: String)
  /// A factor has a value that is none of its kind.
  case factor(String, split: String)
  /// A split has more factors than it can have.
  case factorCount(Int, split: String)
  /// Two splits with labels have other classes.
  case classes(of: String, and: String)
  /// A factor is of one kind in a split and of another in another.
  case factorKind(String, of: String, and: String)
}

extension PackedFault {
  var problem: String {
    switch self {
    case .notPacked: "not a packed data set"
    case .version(let version):
      "version \(version) of the packed format instead of \(PackedHeader.version)"
    case .length(let found, let expected):
      "\(found) bytes instead of the \(expected) that were written"
    case .checksum(let part): "the checksum of its \(part) does not match"
    case .side(let side): "images of \(side)×\(side) pixels"
    case .sectionCount(let count): "\(count) sections"
    case .unknownSection(let kind, let split): "a section of kind \(kind) and split \(split)"
    case .misplaced(let section): "its \(section) are not where they could be"
    case .overlap(let first, let second): "its \(first) overlap its \(second)"
    case .repeated(let section): "two sections of \(section)"
    case .missing(let section): "no \(section) in it"
    case .sectionLength(let section, let found, let expected):
      "\(found) bytes of \(section) instead of \(expected)"
    case .description(let reason): "its description is damaged: \(reason)"
    case .label(let label, let classes, let split):
      "label \(label) of \(split) is not one of \(classes) classes"
    case .factor(let name, let split): "a value of factor \(name) of \(split) is none of its kind"
    case .factorCount(let count, let split):
      "\(count) factors of \(split), of which there can be \(PackedDescription.factorLimit)"
    case .classes(let first, let second):
      "the classes of \(second) are not those of \(first)"
    case .factorKind(let name, let first, let second):
      "factor \(name) of \(second) is of another kind than that of \(first)"
    }
  }

  var remedy: String {
    switch self {
    case .notPacked: "name a file that was packed"
    case .version(let version):
      version > PackedHeader.version ? "use a newer Gnomon" : "pack the images again"
    case .factorCount: "pack fewer of them"
    case .classes: "pack splits whose classes are the same, in one order"
    case .factorKind: "pack splits whose factors of one name are of one kind"
    default: "get the file again, or pack the images again"
    }
  }
}
