import Foundation
import Records
import RunStore

/// What is kept of a study.
struct StudyEntry: Sendable {
  let place: FolderWalk.Place
  let identifier: String
  /// The record; nil where it cannot be read.
  var record: StudyRecord?
  /// Why it cannot be read.
  var problem: String?
  /// Whether a process works on it.
  var isRunning = false
  /// Grows with every change.
  var version = 0
  private var stamp: FileStamp?

  init(_ place: FolderWalk.Place, identifier: String) {
    self.place = place
    self.identifier = identifier
  }

  /// The study's name, or its folder's.
  var name: String { record?.name ?? place.label }

  /// The path of the folder of the run of that key; nil for a key that names no folder under `runs`.
  func folder(ofRun key: String) -> String? {
    guard key.isFileName else { return nil }
    return "\(place.path)/runs/\(key)"
  }

  /// Looks at the folder.
  ///
  /// - Returns: whether anything changed.
  mutating func look(_ locks: LockTable) -> Bool {
    let isHeld = locks.isHeld(place.path)
    let found = FileStamp("\(place.path)/study.json")
    guard found != stamp || isHeld != isRunning else { return false }
    isRunning = isHeld
    version += 1
    guard found != stamp else { return true }
    stamp = found
    do {
      guard let found, !found.isFolder, found.size <= 256 << 20 else {
        throw PlainFile.Unreadable(description: "is no study's record")
      }
      let url = URL(fileURLWithPath: place.path, isDirectory: true)
      record = try RunCollection.readStudy(in: url)
      problem = nil
    } catch {
      record = nil
      problem = "study.json: " + Self.reason(of: error)
    }
    return true
  }

  private static func reason(of error: any Error) -> String {
    switch error {
    case RunStoreError.newerSchema(_, let schema, let known):
      "has schema \(schema), of a newer version; this program knows \(known)"
    case RunStoreError.damaged(_, _, let reason): "damaged: \(reason)"
    case RunStoreError.unreadable(_, let reason): "cannot be read: \(reason)"
    case let error as PlainFile.Unreadable: error.description
    default: "cannot be read"
    }
  }
}
