import Torch

/// A file's bytes in memory, read when they are touched. They stay as they were opened when another file takes
/// the name; a program that writes into the mapped file itself changes or ends what is read.
final class MappedBytes: Sendable {
  // Never written, neither the pages nor what points to them.
  nonisolated(unsafe) private let file: MappedFile

  /// Maps a regular file.
  init(path: String) throws(DatasetError) {
    // A pipe would wait for a writer.
    guard FileBytes.size(of: path) != nil else { throw DatasetError(path, .noFile()) }
    do throws(TorchError) {
      file = try MappedFile(path: path)
    } catch {
      throw DatasetError(path, .unreadable)
    }
  }

  var count: Int { file.bytes.count }

  /// All bytes. They are there as long as this object is.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(file.bytes) }

  /// A copy of a part.
  func copy(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
}

/// Images of one size side by side in a mapped file, or some of them.
struct MappedImages: Sendable {
  let file: MappedBytes
  /// The first byte of the first image.
  let start: Int
  let bytesPerImage: Int
  /// Which of the file's images these are, in their order.
  let rows: Rows

  enum Rows: Sendable {
    case all(count: Int)
    case chosen([Int])
  }

  var count: Int {
    switch rows {
    case .all(let count): count
    case .chosen(let rows): rows.count
    }
  }

  /// The first byte of an image.
  func offset(_ image: Int) -> Int {
    precondition(0 <= image && image < count, "image \(image) of \(count)")
    switch rows {
    case .all: return start + image * bytesPerImage
    case .chosen(let rows): return start + rows[image] * bytesPerImage
    }
  }

  func bytes(of image: Int) -> [UInt8] {
    let offset = offset(image)
    return file.copy(offset..<offset + bytesPerImage)
  }
}
