import Foundation
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

/// A study as a program wrote it whose records had schema 1: `Tests/Fixtures/schema1`.
@Suite struct EarlierSchemaTests {
  private func withEarlierStudy(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in ["study.json", "store.sqlite"] {
        try FileManager.default.copyItem(
          atPath: fixture("schema1/\(name)"), toPath: folder.appendingPathComponent(name).path)
      }
      try body(folder)
    }
  }

  private func expectTodaysWords(_ study: StudyRecord) throws {
    #expect(study.schema == 2 && study.name == "before" && study.runs.count == 10)
    #expect(study.axes.map(\.key) == ["strength", "seed"])
    #expect(study.claims.map(\.id) == ["serves", "reversed", "open", "either"])
    // What was 'supported' by p = 1/32 alone, of four claims, says so.
    #expect(
      study.claims.map(\.verdict)
        == [.supportedUncorrected, .contradicted, .notSupported, .tooFewSeeds])
    let percentile = ClaimRecord.Interval(method: .percentile, level: 0.95)
    #expect(study.claims.allSatisfy { $0.isPrimary && $0.interval == percentile })
    let serves = study.claims[0]
    #expect(serves.p == 0.03125 && serves.correctedP == 0.125 && serves.seeds == [0, 1, 2, 3, 4])
    #expect(serves.effect == 5.8015996405467485 && serves.lower == 4.097717951314489)
    #expect(serves.points.count == 20)
    // Once written it is of the new schema and stays what it is.
    let again = try JSONDecoder().decode(StudyRecord.self, from: JSONEncoder().encode(study))
    #expect(again == study)
  }

  @Test func itsRecordIsReadInTodaysWords() throws {
    try withEarlierStudy { folder in
      try expectTodaysWords(#require(try RunCollection(path: folder.path).study))
    }
  }

  @Test func itsStoreIsBroughtUpToDate() throws {
    try withEarlierStudy { folder in
      let collection = try RunCollection(path: folder.path)
      let store = try RunDatabase.open(path: RunCollection.store(in: folder).path)
      defer { try? store.close() }
      try expectTodaysWords(#require(try store.study(named: "before")))
      #expect(try store.check(against: collection) == [])
      // The columns that others read by SQL.
      let rows = try StoreFileTests().sqlite(
        store.path,
        "SELECT id, verdict, is_primary, interval_method, interval_level FROM claims ORDER BY position"
      )
      #expect(
        rows == """
          [('serves', 'supported, uncorrected', 1, 'percentile', 0.95), \
          ('reversed', 'contradicted', 1, 'percentile', 0.95), \
          ('open', 'not supported', 1, 'percentile', 0.95), \
          ('either', 'too few seeds', 1, 'percentile', 0.95)]

          """)
    }
  }

  @Test func aSupportedClaimWhoseCorrectionPassedStaysSupported() throws {
    try withEarlierStudy { folder in
      let file = RunCollection.record(in: folder)
      let text = try String(contentsOf: file, encoding: .utf8)
      try Data(text.replacing("\"corrected_p\" : 0.125", with: "\"corrected_p\" : 0.04").utf8)
        .write(to: file)
      let study = try #require(try RunCollection(path: folder.path).study)
      #expect(study.claims[0].verdict == .supported)
    }
  }
}
