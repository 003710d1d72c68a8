import Foundation

/// A file's bytes, mapped into memory: read when touched, shared with the system's cache. What is
/// written through a tensor over it stays in this process.
public final class MappedFile {
  /// The file's path, for messages.
  public let path: String
  /// All bytes.
  public let bytes: UnsafeMutableRawBufferPointer

  /// Maps the file at `path`.
  ///
  /// - Throws: `TorchError` when it cannot be opened, is no plain file, or cannot be mapped.
  public init(path: String) throws(TorchError) {
    self.path = path
    // A pipe that nobody writes to is not waited for.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw TorchError("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw TorchError("\(path) is not a plain file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      throw TorchError("cannot map \(path): \(String(cString: strerror(errno)))")
    }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
  }

  deinit {
    if let address = bytes.baseAddress { munmap(address, bytes.count) }
  }

  /// A tensor over the bytes from `offset` on, without a copy where their alignment allows it.
  func tensor(at offset: Int, shape: [Int], dtype: DType) -> Tensor {
    let count = shape.reduce(dtype.byteCount, *)
    guard count > 0, let start = bytes.baseAddress?.advanced(by: offset) else {
      return Tensor.empty(shape, dtype)
    }
    guard offset % dtype.byteCount == 0 else {
      let part = UnsafeRawBufferPointer(start: start, count: count)
      return Tensor(copying: part, shape: shape, dtype: dtype)
    }
    return Tensor(borrowing: start, of: self, shape: shape, dtype: dtype)
  }

  /// The product of a shape's lengths and the size of an element, or nil where it overflows, also where only another
  /// length of 0 makes it small: strides are products of some of the lengths.
  static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
    let product = shape.reduce(dtype.byteCount as Int?) { product, length in
      guard let product, length >= 0 else { return nil }
      let (result, overflow) = product.multipliedReportingOverflow(by: max(length, 1))
      return overflow ? nil : result
    }
    return product.map { shape.contains(0) ? 0 : $0 }
  }
}
