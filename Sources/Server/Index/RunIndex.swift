import Foundation
import Records
import RunDatabase
import Synchronization

/// All runs and studies below the folders, as they were at the last look.
final class RunIndex: Sendable {
  /// What pages and API read.
  struct Snapshot: Sendable {
    var runs: [String: RunEntry] = [:]
    /// The identifiers in the order of paths.
    var order: [String] = []
    var studies: [StudyEntry] = []
    /// Whether there are more folders than are shown.
    var isCut = false
    /// Whether every folder was read once.
    var isComplete = false
    /// The number of looks that changed something.
    var version = 0
    /// The folders that are not there.
    var missing: [String] = []

    /// How many runs there are in each state.
    var counts: [RunState: Int] {
      Dictionary(runs.values.map { ($0.state, 1) }, uniquingKeysWith: +)
    }

    /// The runs in the order of their paths.
    var ordered: [RunEntry] { order.compactMap { runs[$0] } }
  }

  /// What is known between looks, by the one that looks.
  private struct Work {
    var walk: FolderWalk
    var readers: [String: RunReader] = [:]
    var studies: [String: StudyEntry] = [:]
    var interner = Interner()
    var notes: [String: NotesFile] = [:]
    var looks = 0
  }

  private let work: Mutex<Work>
  private let current = Mutex(Snapshot())
  let hub: ChangeHub

  /// Of runs that do not change, each look looks at one in so many.
  private static let rest = 5

  init(_ folders: [URL], mostStreams: Int = 256) {
    work = Mutex(Work(walk: FolderWalk(folders)))
    hub = ChangeHub(mostListeners: mostStreams)
  }

  var snapshot: Snapshot { current.withLock { $0 } }

  /// Looks at the folders once, and tells the streams what changed.
  func look() {
    work.withLock { work in
      let findings = work.walk.look()
      let locks = LockTable()
      var changes = ChangeHub.Changes()
      work.looks += 1
      lookAtStudies(findings, locks, &work, &changes)
      lookAtRuns(findings, locks, &work, &changes)
      lookAtNotes(&work, &changes)
      let missing = work.walk.roots.filter { FileStamp($0)?.isFolder != true }
      publish(work, isComplete: true, isCut: findings.isCut, missing, changes)
    }
  }

  /// Shows notes before the next look finds them.
  func take(_ notes: RunNotes, of identifier: String) {
    current.withLock { snapshot in
      snapshot.runs[identifier]?.notes = notes
      snapshot.runs[identifier]?.version += 1
      snapshot.version += 1
    }
    var changes = ChangeHub.Changes()
    changes.runs = [identifier]
    hub.tell(changes)
  }

  private func lookAtStudies(
    _ findings: FolderWalk.Findings, _ locks: LockTable, _ work: inout Work,
    _ changes: inout ChangeHub.Changes
  ) {
    Self.forget(&work.studies, but: findings.studies, &changes)
    for place in findings.studies {
      let identifier = place.identifier
      var study = work.studies[identifier] ?? StudyEntry(place, identifier: identifier)
      if study.look(locks) { changes.studies.insert(identifier) }
      work.studies[identifier] = study
    }
  }

  private func lookAtRuns(
    _ findings: FolderWalk.Findings, _ locks: LockTable, _ work: inout Work,
    _ changes: inout ChangeHub.Changes
  ) {
    Self.forget(&work.readers, but: findings.runs, &changes)
    let studies = Self.studies(of: work)
    for (number, place) in findings.runs.enumerated() {
      let identifier = place.identifier
      if let known = work.readers[identifier], known.entry.state == .finished,
        (number + work.looks) % Self.rest != 0
      {
        continue
      }
      var reader = work.readers[identifier] ?? RunReader(place, identifier: identifier)
      if reader.look(locks, study: studies[place.path], &work.interner) {
        changes.runs.insert(identifier)
        if let study = reader.entry.study { changes.studies.insert(study) }
      }
      work.readers[identifier] = reader
      // So that a page of thousands of runs fills while they are read.
      if work.looks == 1, number % 200 == 199 {
        publish(work, isComplete: false, isCut: false, [], ChangeHub.Changes())
      }
    }
  }

  /// Drops what is known of folders that are gone.
  private static func forget<Known>(
    _ known: inout [String: Known], but found: [FolderWalk.Place],
    _ changes: inout ChangeHub.Changes
  ) {
    let identifiers = Set(found.map(\.identifier))
    for identifier in known.keys where !identifiers.contains(identifier) {
      known[identifier] = nil
      changes.removed.insert(identifier)
    }
  }

  private func lookAtNotes(_ work: inout Work, _ changes: inout ChangeHub.Changes) {
    var places: [String: NotesPlace] = [:]
    // Runs of one folder share its store.
    var folders: [String: String?] = [:]
    for (identifier, reader) in work.readers {
      let place = reader.entry.place
      let (parent, key) = NotesPlace.parts(of: place.path)
      let store =
        folders[parent] ?? NotesPlace.store(of: parent, depth: NotesPlace.depth(of: place))
      folders[parent] = .some(store)
      places[identifier] = store.map { NotesPlace(store: $0, key: key) }
    }
    let stores = Set(places.values.map(\.store))
    var isNews = !changes.isEmpty
    work.notes = work.notes.filter { stores.contains($0.key) }
    for store in stores {
      var file = work.notes[store] ?? NotesFile(path: store)
      if file.look() { isNews = true }
      work.notes[store] = file
    }
    guard isNews else { return }
    for identifier in work.readers.keys {
      let place = places[identifier]
      let file = place.flatMap { work.notes[$0.store] }
      let notes = place.flatMap { file?.notes[$0.key] } ?? .none
      if work.readers[identifier]?.take(notes, problem: file?.problem) == true {
        changes.runs.insert(identifier)
      }
    }
  }

  /// The study of each run's folder, and why it failed by the study's record.
  private static func studies(
    of work: Work
  ) -> [String: (identifier: String, failure: String?)] {
    var runs: [String: (identifier: String, failure: String?)] = [:]
    for study in work.studies.values {
      for run in study.record?.runs ?? [] {
        guard let folder = study.folder(ofRun: run.key) else { continue }
        let failure = run.status == .failed ? run.failure ?? "no reason was recorded" : nil
        runs[folder] = (study.identifier, failure)
      }
    }
    return runs
  }

  private func publish(
    _ work: Work, isComplete: Bool, isCut: Bool, _ missing: [String],
    _ changes: ChangeHub.Changes
  ) {
    let entries = work.readers.values.map(\.entry)
    current.withLock { snapshot in
      let isFirst = !snapshot.isComplete
      guard isFirst || !changes.isEmpty || snapshot.missing != missing else { return }
      snapshot.runs = Dictionary(
        entries.map { ($0.identifier, $0) }, uniquingKeysWith: { first, _ in first })
      snapshot.order = entries.sorted { $0.place.path < $1.place.path }.map(\.identifier)
      snapshot.studies = work.studies.values.sorted { $0.place.path < $1.place.path }
      snapshot.isCut = isCut
      snapshot.isComplete = isComplete
      snapshot.missing = missing
      snapshot.version += 1
    }
    if !changes.isEmpty { hub.tell(changes) }
  }
}
