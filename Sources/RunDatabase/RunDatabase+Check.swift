import Foundation
import Records
import RunStore
internal import GRDB

extension RunDatabase {
  /// What is wrong with the store or does not agree with the run folders, a line each; none when
  /// all is well. Unfinished runs need not be in the store.
  public func check(against collection: RunCollection) throws(RunStoreError) -> [String] {
    var problems = try checkFile()
    let study = collection.study?.name
    for (key, folder) in collection.runs {
      do throws(RunStoreError) {
        let found = try RunContent(reading: folder)
        if let stored = try content(key: key, study: study) {
          let parts = stored.differences(from: found)
          if !parts.isEmpty {
            problems.append("run \(key) is not what its folder says: \(parts.formatted())")
          }
        } else if found.isFinished {
          problems.append("run \(key) is finished and not in the store")
        }
      } catch {
        problems.append("run \(key): \(error)")
      }
    }
    let folders = Set(collection.runs.map(\.key))
    let stored = try runs(of: study).filter { $0.study == study }
    for run in stored where run.name != nil && !folders.contains(run.key) {
      problems.append("run \(run.key) has no folder any more")
    }
    if let record = collection.study {
      if try self.study(named: record.name) != record {
        problems.append("the study is not what study.json says")
      }
      let known = Dictionary(stored.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
      for run in record.runs where known[run.key].map({ $0.agrees(with: run) }) != true {
        problems.append("run \(run.key) is not what study.json says")
      }
    }
    return problems
  }

  private func checkFile() throws(RunStoreError) -> [String] {
    try reading { database in
      var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check")
        .filter { $0 != "ok" }.map { "integrity check: \($0)" }
      for row in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check") {
        let (table, parent): (String, String) = (row["table"], row["parent"])
        problems.append("a row of \(table) has none in \(parent)")
      }
      return problems
    }
  }
}

extension StoredRun {
  fileprivate func agrees(with run: StudyRecord.Run) -> Bool {
    status == run.status && failure == run.failure && settings == run.settings
  }
}

extension RunContent {
  /// The parts in which two differ, for people.
  fileprivate func differences(from other: RunContent) -> [String] {
    var parts: [String] = []
    if configuration != other.configuration { parts.append("configuration") }
    if metrics != other.metrics {
      parts.append("metrics (\(metrics.count) of \(other.metrics.count) steps)")
    }
    if layers != other.layers {
      parts.append("layers (\(layers.count) of \(other.layers.count) measurements)")
    }
    if parts.isEmpty && self != other { parts.append("summary") }
    return parts
  }
}
