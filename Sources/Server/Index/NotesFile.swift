import Foundation
import RunDatabase
import RunStore

/// Where the notes of a run are: in the store of its study, or of the folder that it stands in.
struct NotesPlace: Sendable {
  /// The store's path.
  let store: String
  /// The run's key in it.
  let key: String

  /// Nil for a run whose store would lie outside of the folders that are served.
  init?(of place: FolderWalk.Place) {
    let (parent, key) = Self.parts(of: place.path)
    guard let store = Self.store(of: parent, depth: Self.depth(of: place)) else { return nil }
    (self.store, self.key) = (store, key)
  }

  init(store: String, key: String) {
    self.store = store
    self.key = key
  }

  /// The folder that a run stands in, and its own name there.
  static func parts(of path: String) -> (parent: String, key: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  /// How far below a folder that was asked for a run is.
  static func depth(of place: FolderWalk.Place) -> Int {
    place.label.utf8.count { $0 == UInt8(ascii: "/") }
  }

  /// The store of the runs that stand in a folder `depth - 1` below one that was asked for.
  static func store(of parent: String, depth: Int) -> String? {
    if parent.hasSuffix("/runs") {
      let study = String(parent.dropLast("/runs".count))
      if FileStamp("\(study)/study.json") != nil {
        return depth > 1 ? "\(study)/store.sqlite" : nil
      }
    }
    return depth > 0 ? "\(parent)/store.sqlite" : nil
  }

  /// Why nothing can be noted there; nil where it can.
  var hindrance: String? {
    let folder = URL(fileURLWithPath: store).deletingLastPathComponent().path
    guard access(folder, W_OK) == 0 else { return "the folder cannot be written to" }
    guard access(store, F_OK) == 0 else { return nil }
    guard FileStamp(store)?.isFolder == false else { return "its store is no regular file" }
    return access(store, W_OK) == 0 ? nil : "its store cannot be written to"
  }
}

/// The notes of one store, read again when it changes.
struct NotesFile: Sendable {
  private struct Stamps: Equatable {
    let store: FileStamp?
    let log: FileStamp?
  }

  let path: String
  /// By the runs' keys.
  private(set) var notes: [String: RunNotes] = [:]
  /// Why they cannot be read.
  private(set) var problem: String?
  private var stamps: Stamps?

  init(path: String) { self.path = path }

  /// Looks at the store.
  ///
  /// - Returns: whether something else was found. What cannot be read now leaves what was read before.
  mutating func look() -> Bool {
    let now = Stamps(store: FileStamp(path), log: FileStamp(path + "-wal"))
    guard now != stamps else { return false }
    stamps = now
    let before = (notes, problem)
    problem = nil
    if now.store == nil {
      notes = [:]
    } else {
      do throws(RunStoreError) {
        notes = try RunDatabase.readNotes(at: path)
      } catch {
        problem = "store.sqlite: notes cannot be read: \(Self.reason(of: error))"
      }
    }
    return before != (notes, problem)
  }

  /// What is wrong, without the path, which the page knows.
  private static func reason(of error: RunStoreError) -> String {
    switch error {
    case .newerStore: "it is of a newer version"
    case .notAStore: "it is no store of runs"
    case .damagedStore(_, let reason): "it is damaged: \(reason)"
    case .inUse: "another process has it"
    default: "it is not readable"
    }
  }
}
