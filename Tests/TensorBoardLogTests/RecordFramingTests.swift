import Foundation
import Testing

@testable import TensorBoardLog

@Suite struct RecordFramingTests {
  /// The examples of RFC 3720, appendix B.4, and the usual check of the digits.
  private static let published: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E),
    ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
    ([UInt8]("123456789".utf8), 0xE306_9283),
    ([], 0),
  ]

  @Test(arguments: published)
  func checksumsAreThoseOfThePublishedExamples(_ bytes: [UInt8], _ expected: UInt32) {
    #expect(CRC32C.checksum(bytes) == expected)
    let rotated = UInt64(expected) << 17 | UInt64(expected >> 15)
    #expect(UInt64(CRC32C.masked(bytes)) == (rotated + 0xA282_EAD8) & 0xFFFF_FFFF)
  }

  @Test func aRecordIsLengthChecksumDataChecksum() {
    let record = RecordFraming.framed(Data("123456789".utf8))
    #expect(record.count == 8 + 4 + 9 + 4)
    #expect(Array(record.prefix(8)) == [9, 0, 0, 0, 0, 0, 0, 0])
    #expect(record[12..<21] == Data("123456789".utf8))
    let mask = CRC32C.masked(Array("123456789".utf8))
    let expected = [UInt32(0), 8, 16, 24].map { UInt8(mask >> $0 & 0xFF) }
    #expect(Array(record.suffix(4)) == expected)
  }

  @Test func recordsAreReadBackUpToAnUnfinishedOne() {
    let contents = [Data(), Data("a".utf8), Data(count: 300)]
    let file = contents.map(RecordFraming.framed).reduce(Data(), +)
    #expect(RecordFraming.records(in: file) == contents)
    for missing in 1..<316 {
      #expect(RecordFraming.records(in: file.dropLast(missing)) == Array(contents.prefix(2)))
    }
  }

  @Test func aBitThatWasTurnedIsFoundWhereverItIs() {
    let record = RecordFraming.framed(Data("gnomon".utf8))
    for place in record.indices {
      var damaged = record
      damaged[place] ^= 4
      #expect(RecordFraming.records(in: damaged) == nil, "\(place)")
    }
  }
}
