import CZlib

/// Decompresses a zlib or gzip stream (RFC 1950, 1952) in parts, so that nobody needs to trust what a file
/// says about its length.
public final class Inflater {
  /// What stands around the compressed data.
  public enum Container: Sendable {
    /// RFC 1950.
    case zlib
    /// RFC 1952, of one member or several in a row.
    case gzip
  }

  private let input: ArraySlice<UInt8>
  private let container: Container
  /// zlib keeps the address of its state.
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  private var isAtEnd = false

  /// A decompressor of bytes that are in memory.
  public init(_ input: ArraySlice<UInt8>, _ container: Container) throws(ArchiveError) {
    self.input = input
    self.container = container
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let windowBits: Int32 = container == .gzip ? 15 + 16 : 15
    let status = inflateInit2_(
      stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .unreadable(reason: "no memory") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether bytes begin as a gzip file does.
  public static func isGzip(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// The next `count` decompressed bytes; fewer at the stream's end only. Memory is taken as the bytes come.
  ///
  /// - Throws: `ArchiveError` for a stream that is damaged or ends too early.
  public func read(_ count: Int) throws(ArchiveError) -> [UInt8] {
    var output: [UInt8] = []
    while output.count < count, !isAtEnd {
      output += try part(min(count - output.count, 1 << 20))
    }
    return output
  }

  private func part(_ count: Int) throws(ArchiveError) -> [UInt8] {
    var status = Z_OK
    let part = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
      input.withUnsafeBufferPointer { input in
        // zlib reads through a pointer that it declares mutable.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
          .map { $0 + consumed }
        // zlib counts in 32 bits.
        let offered = min(input.count - consumed, 1 << 30)
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(count)
        status = inflate(stream, Z_NO_FLUSH)
        consumed += offered - Int(stream.pointee.avail_in)
        filled = count - Int(stream.pointee.avail_out)
      }
    }
    switch status {
    case Z_STREAM_END: try finishMember()
    case Z_OK where !part.isEmpty || consumed < input.count: break
    case Z_OK, Z_BUF_ERROR: throw .truncated
    default: throw .damaged
    }
    return part
  }

  /// Goes on with a further gzip member; zeros after the last one are padding.
  private func finishMember() throws(ArchiveError) {
    let rest = input.dropFirst(consumed)
    guard container == .gzip, rest.contains(where: { $0 != 0 }) else {
      isAtEnd = true
      return
    }
    guard Inflater.isGzip(rest), inflateReset(stream) == Z_OK else { throw .damaged }
  }
}
