import Foundation
import Records
import RunStore

/// How far a run in a folder has come.
package enum RunState {
  /// There is a summary.
  case finished(RunSummary)
  /// There is a checkpoint that was written to its end; whether it reads back shows when it is loaded.
  case resumable
  /// There are files, but nothing to go on from.
  case broken
  /// There is nothing.
  case absent

  /// Looks into `folder`.
  ///
  /// - Throws: `RunStoreError` for a summary from a newer version.
  package init(of folder: RunFolder) throws(RunStoreError) {
    if let summary = try Self.summary(of: folder) {
      self = .finished(summary)
    } else if CheckpointFolder(folder: folder).hasWhole {
      self = .resumable
    } else {
      let contents = try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      self = contents?.isEmpty ?? true ? .absent : .broken
    }
  }

  /// The summary of the run in `folder`; nil when it is not finished, also when its summary is damaged, which
  /// is then written again from the last checkpoint.
  ///
  /// - Throws: `RunStoreError` for a summary from a newer version.
  package static func summary(of folder: RunFolder) throws(RunStoreError) -> RunSummary? {
    do {
      return try folder.readSummary()
    } catch {
      if case .newerSchema = error { throw error }
      return nil
    }
  }
}
