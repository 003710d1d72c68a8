/// The pixels of images of one size, wherever they are held: in memory, in a mapped file, or in files that are
/// read and decoded when their images are asked for.
///
/// Bytes are RGB interleaved, rows from the top, image after image.
public struct ImagePixels: Sendable {
  enum Store: Sendable {
    case array([UInt8])
    case mapped(MappedImages)
    case streamed(ImageStream)
  }

  let store: Store
  /// The number of images.
  public let count: Int
  /// The bytes of one image.
  public let bytesPerImage: Int

  /// Images that lie in memory, one after another. Traps when the bytes are no whole number of images.
  public init(_ bytes: [UInt8], bytesPerImage: Int) {
    count = bytes.count / bytesPerImage
    precondition(
      bytes.count == count * bytesPerImage,
      "\(bytes.count) bytes are no whole number of images of \(bytesPerImage)")
    self.bytesPerImage = bytesPerImage
    store = .array(bytes)
  }

  init(_ images: MappedImages) {
    count = images.count
    bytesPerImage = images.bytesPerImage
    store = .mapped(images)
  }

  init(_ stream: ImageStream) {
    count = stream.count
    bytesPerImage = stream.bytesPerImage
    store = .streamed(stream)
  }

  /// Whether all of them lie in this process's memory.
  public var areInMemory: Bool { if case .array = store { true } else { false } }

  /// Whether images are read and decoded as they are asked for, by one thread at a time.
  package var isStreamed: Bool { if case .streamed = store { true } else { false } }

  /// Says which images will be asked for next, and in which order. Those that are decoded when they are asked for
  /// are begun with in the background; to others it makes no difference.
  public func willNeed(_ images: some Sequence<Int>) {
    if case .streamed(let stream) = store { stream.willNeed(Array(images)) }
  }

  /// The bytes of one image.
  public subscript(image: Int) -> ArraySlice<UInt8> {
    switch store {
    case .array(let bytes): bytes[image * bytesPerImage..<(image + 1) * bytesPerImage]
    case .mapped(let images): images.bytes(of: image)[...]
    case .streamed(let stream): stream.pixels(of: [image])[...]
    }
  }

  /// The bytes of all images; a copy where they are not in memory.
  public var bytes: [UInt8] {
    if case .array(let bytes) = store { return bytes }
    return gathered(0..<count)
  }

  /// The bytes of some images, one after another in the order given.
  public func gathered(_ images: some Collection<Int>) -> [UInt8] {
    if case .streamed(let stream) = store { return stream.pixels(of: Array(images)) }
    return withBytes(of: images) { bytes, offsets in
      [UInt8](unsafeUninitializedCapacity: offsets.count * bytesPerImage) { buffer, count in
        let target = UnsafeMutableRawBufferPointer(buffer)
        for offset in offsets {
          let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + bytesPerImage])
          UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyMemory(from: part)
          count += bytesPerImage
        }
      }
    }
  }

  /// Calls `body` with bytes among which the images lie, and where each begins: all that are held, without a
  /// copy, or those asked for, read for this call. The bytes are there during the call alone.
  public func withBytes<Result, Failure: Error>(
    of images: some Collection<Int>,
    _ body: (UnsafeRawBufferPointer, [Int]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch store {
    case .array(let bytes):
      let offsets = images.map { $0 * bytesPerImage }
      return try bytes.withUnsafeBufferPointer { (all) throws(Failure) in
        try body(UnsafeRawBufferPointer(all), offsets)
      }
    case .mapped(let mapped):
      let offsets = images.map(mapped.offset)
      return try withExtendedLifetime(mapped.file) { () throws(Failure) in
        try body(mapped.file.bytes, offsets)
      }
    case .streamed(let stream):
      // A batch names each image once a view.
      var places: [Int: Int] = [:]
      var unique: [Int] = []
      for image in images where places[image] == nil {
        places[image] = unique.count * bytesPerImage
        unique.append(image)
      }
      let offsets = images.map { places[$0, default: 0] }
      return try stream.pixels(of: unique).withUnsafeBufferPointer { (read) throws(Failure) in
        try body(UnsafeRawBufferPointer(read), offsets)
      }
    }
  }
}

extension ImagePixels: Equatable {
  /// Whether the images are the same, byte by byte, wherever they are held.
  public static func == (first: ImagePixels, second: ImagePixels) -> Bool {
    if case .array(let left) = first.store, case .array(let right) = second.store {
      return left == right && first.bytesPerImage == second.bytesPerImage
    }
    return first.count == second.count && first.bytesPerImage == second.bytesPerImage
      && (0..<first.count).allSatisfy { first[$0] == second[$0] }
  }
}
