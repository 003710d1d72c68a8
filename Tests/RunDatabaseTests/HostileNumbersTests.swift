import Foundation
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

/// Numbers that a store could lose or trip over.
@Suite struct HostileNumbersTests {
  @Test func aStoreWithoutARunsStepsIsRefusedInOneLine() throws {
    try withTemporaryFolder { folder in
      let path = RunCollection.store(in: folder).path
      let store = try RunDatabase.open(path: path)
      try store.write(Samples.content(1), key: "a")
      try store.close()
      _ = try StoreFileTests().sqlite(path, "UPDATE runs SET steps = NULL")
      let again = try RunDatabase.open(path: path)
      defer { try? again.close() }
      let error = #expect(throws: RunStoreError.self) { try again.content(key: "a") }
      #expect(error?.description.contains(path) == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test func seedsKeepTheirLastDigit() throws {
    for seed in [9_007_199_254_740_993, Int.max, Int.max - 1] {
      try withTemporaryFolder { url in
        let store = try RunDatabase.open(path: RunCollection.store(in: url).path)
        defer { try? store.close() }
        var content = Samples.content(1)
        content.configuration = ["seed": .integer(seed)]
        try store.write(content, key: "a", study: "s")
        #expect(try store.content(key: "a", study: "s")?.configuration["seed"] == .integer(seed))
        let study = StudyRecord(
          name: "s", axes: [.init(key: "seed", values: [.integer(seed)])],
          runs: [.init(key: "a", settings: ["seed": .integer(seed)], status: .finished)])
        try store.record(study)
        #expect(try store.study(named: "s") == study)
      }
    }
  }
}
