import Foundation
import Records
import RunStore

/// How far a run in a folder has come.
package enum RunState {
  /// There is a summary.
  case finished(RunSummary)
  /// There is a checkpoint that can be read.
  case resumable
  /// There are files, but nothing to go on from.
  case broken
  /// There is nothing.
  case absent

  /// Looks into `folder`.
  ///
  /// - Throws: `RunStoreError` for a summary from a newer version.
  package init(of folder: RunFolder) throws(RunStoreError) {
    do {
      if let summary = try folder.readSummary() {
        self = .finished(summary)
        return
      }
    } catch {
      if case .newerSchema = error { throw error }
      // A damaged summary is written again from the last checkpoint.
    }
    if (try? CheckpointFolder(folder: folder).readNewest()) != nil {
      self = .resumable
    } else {
      let contents = try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      self = contents?.isEmpty ?? true ? .absent : .broken
    }
  }
}
