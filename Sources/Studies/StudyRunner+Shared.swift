import Foundation
import Records
import RunStore

extension StudyRunner {
  /// Makes the runs together with other processes: one at a time writes the study's files.
  func runWithOthers(
    jobs: Int, patience: Double, shouldStop: () -> Bool, report: @escaping (Event) -> Void
  ) throws -> Outcome {
    let lock = try folder.share()
    defer { withExtendedLifetime(lock) {} }
    let share = StudyShare(folder, patience: patience)
    let hasJoined = try share.join(shouldStop: shouldStop) { isFirst in
      let earlier = try folder.readRecord()
      if isFirst { folder.removeTemporaryFiles() }
      if isFirst || earlier == nil {
        try keepFile(report)
      } else if let earlier, earlier.runs.map(\.key) != book.record.runs.map(\.key) {
        throw StudyError.sharedOtherwise(path: folder.url.path)
      }
      try book.lookForFinishedRuns()
      if isFirst || earlier == nil { try folder.write(book.record) }
    }
    guard hasJoined else { return .interrupted(book.record) }
    book.save = { [folder] record in try share.ifFree { try folder.write(record) } }
    let maker = SharedRuns(starter, jobs: jobs, share: share, waiting: book.waiting)
    let loop = StudyLoop(book, maker, report: report)
    let wasStopped: Bool
    do {
      wasStopped = try loop.run(shouldStop: shouldStop)
    } catch {
      try? share.leave {}
      throw error
    }
    try share.leave { try writeTogether(report) }
    if let failure = loop.failure { throw failure }
    compareFile(report)
    return wasStopped ? .interrupted(book.record) : .done(book.record)
  }

  /// Writes all of the study's files, while no other process does.
  private func writeTogether(_ report: @escaping (Event) -> Void) throws {
    book.leaveRunning()
    try book.lookForFinishedRuns()
    let store = try StudyStore(folder, study: study.name) { report(.warning($0)) }
    defer { store.close() }
    book.save = { [folder] record in
      try folder.write(record)
      try store.record(record)
    }
    try writeResults()
  }
}
