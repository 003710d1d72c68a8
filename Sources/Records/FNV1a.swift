/// The FNV-1a hash of 64 bits (Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv/): the same in
/// every process and on every machine, unlike Swift's own. It tells damaged bytes from whole ones and
/// spreads names; it is no defence against forgery, and its high bits differ little between neighbours.
package struct FNV1a {
  @usableFromInline
  var state: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The hash of no bytes.
  package init() {}

  /// The hash of some bytes.
  package init(_ bytes: some Sequence<UInt8>) { update(bytes) }

  /// The hash of the bytes so far.
  package var value: UInt64 { state }

  /// Takes in more bytes: the hash of parts in turn is that of the whole.
  @inlinable
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    var state = state
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    self.state = state
  }
}
