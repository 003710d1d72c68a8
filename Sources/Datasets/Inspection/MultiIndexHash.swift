/// Finds hashes of 64 bits that differ in few bits without comparing all with all.
///
/// Hashes that differ in at most 7 of 64 bits are equal in one of 8 bytes at least, so only those that share
/// a byte are compared.
///
/// Source: Norouzi, Punjani, Fleet, *Fast Search in Hamming Space with Multi-Index Hashing*, CVPR 2012.
package struct MultiIndexHash {
  /// The most bits that may differ.
  static let distance = 7

  private let hashes: [UInt64]
  /// For each of 8 bytes and each of its values the numbers of the hashes that have it, ascending.
  private let buckets: [[[Int32]]]

  package init(_ hashes: [UInt64]) {
    self.hashes = hashes
    buckets = (0..<8).map { byte in
      var buckets = [[Int32]](repeating: [], count: 256)
      for (number, hash) in hashes.enumerated() {
        buckets[MultiIndexHash.byte(byte, of: hash)].append(Int32(number))
      }
      return buckets
    }
  }

  private static func byte(_ byte: Int, of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash >> UInt64(8 * byte)) & 255
  }

  /// Calls `body` once with each pair of hashes that differ in at most `distance` bits, the smaller number first.
  package func eachPair(_ body: (_ first: Int, _ second: Int) -> Void) {
    for (byte, values) in buckets.enumerated() {
      for bucket in values where bucket.count > 1 {
        bucket.withUnsafeBufferPointer { members in
          hashes.withUnsafeBufferPointer { hashes in
            for later in 1..<members.count {
              let second = Int(members[later])
              let hash = hashes[second]
              for earlier in 0..<later {
                let difference = hashes[Int(members[earlier])] ^ hash
                guard difference.nonzeroBitCount <= MultiIndexHash.distance else { continue }
                // A pair that shares several bytes is met at the first of them alone.
                let isFirst = (0..<byte).allSatisfy {
                  MultiIndexHash.byte($0, of: difference) != 0
                }
                if isFirst { body(Int(members[earlier]), second) }
              }
            }
          }
        }
      }
    }
  }
}
