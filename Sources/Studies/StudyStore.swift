import Records
import RunDatabase
import RunStore

/// The store beside a study's runs, `store.sqlite`, filled as runs finish.
///
/// The run folders stay the truth, so a store that fails midway is left alone with a warning, and
/// caught up when the study is started next. A full disk stops the study as it would anywhere.
final class StudyStore {
  private var database: RunDatabase?
  private let study: String
  private let warn: (String) -> Void

  /// Opens the store and reads into it the finished runs that it does not have.
  ///
  /// - Throws: `RunStoreError` for a store of a newer version, or another's file in its place; it is left
  ///   as it is.
  init(
    _ folder: StudyFolder, study: String, warn: @escaping (String) -> Void
  ) throws(RunStoreError) {
    self.study = study
    self.warn = warn
    let collection = try RunCollection(path: folder.url.path)
    database = try RunDatabase.open(for: collection, warn: warn)
  }

  /// Puts a finished run in.
  func add(_ folder: RunFolder, key: String) throws(RunStoreError) {
    try attempt { database throws(RunStoreError) in
      try database.importRun(folder, key: key, study: study)
    }
  }

  /// Puts the study as it stands in.
  func record(_ record: StudyRecord) throws(RunStoreError) {
    try attempt { database throws(RunStoreError) in try database.record(record) }
  }

  /// Ends the use of the store.
  func close() {
    try? database?.close()
    database = nil
  }

  private func attempt(
    _ body: (RunDatabase) throws(RunStoreError) -> Void
  ) throws(RunStoreError) {
    guard let database else { return }
    do throws(RunStoreError) {
      try body(database)
    } catch {
      if case .diskFull = error { throw error }
      warn("\(error); the store is caught up at the next start")
      close()
    }
  }
}
